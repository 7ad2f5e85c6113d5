"""What is a model that is made of others? It ranks in stages (`engine.pipelines`), which load its parts one by one."""

from engine.types import BadModel, Family, ModelEntry, Ranker


def load(entry: ModelEntry, device: str, precision: str) -> Ranker:
    """Nothing: a pipeline gives no vectors, and its parts are loaded when their stage comes.

    Raises:
        BadModel: always.
    """
    raise BadModel("{name} is a pipeline: it ranks documents, and gives no vectors.", name=entry.name)


FAMILY = Family("pipeline", "Pipeline", load, tasks=("retrieval", "reranking"), gives="rankings")
