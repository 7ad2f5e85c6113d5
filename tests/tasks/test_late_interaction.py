"""Late interaction on retrieval and reranking: mteb's numbers with its own wrapper around the same checkpoint."""

import numpy as np
import pandas as pd
import pytest
from datasets import Dataset as Rows
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.models import MultiVectorWrapper
from sentence_transformers import MultiVectorEncoder

from engine.models import catalogue, variants
from engine.results.store import Results
from engine.runs.evaluate import estimate, evaluate
from engine.types import BadModel, Dataset
from tests.checkpoints import LATE, WORDS
from tests.oracle import in_memory, mteb_scores
from tests.oracle_ranking import same

pytestmark = pytest.mark.usefixtures("home")


def drawn(task: str) -> Dataset:
    """Distinct texts of few words, some judgements, and for reranking ten candidates a query."""
    random = np.random.default_rng(5)
    texts = [" ".join(random.choice(WORDS, random.integers(2, 18))) for _ in range(72)]
    queries = pd.DataFrame({"id": [f"q{row}" for row in range(12)], "text": texts[:12]})
    corpus = pd.DataFrame({"id": [f"d{row}" for row in range(60)], "text": texts[12:]})
    found = [(f"q{row}", f"d{one}", 1) for row in range(12) for one in random.choice(60, 4, replace=False)]
    tables = {"queries": queries, "corpus": corpus,
              "qrels": pd.DataFrame(found, columns=["query_id", "corpus_id", "score"])}  # fmt: skip
    if task == "reranking":
        own = [(f"q{row}", f"d{one}") for row in range(12) for one in random.choice(60, 10, replace=False)]
        tables["candidates"] = pd.DataFrame(own, columns=["query_id", "corpus_id"])
    return Dataset("drawn", task, tables, fingerprint=f"drawn-{task}")


def theirs(given: Dataset, folder: str) -> dict[str, float]:
    relevant: dict[str, dict[str, int]] = {}
    for query, document, grade in given.tables["qrels"].itertuples(index=False):
        relevant.setdefault(query, {})[document] = int(grade)
    own = given.tables.get("candidates")
    ranked = None if own is None else own.groupby("query_id", sort=False)["corpus_id"].agg(list).to_dict()
    split = {name: Rows.from_dict(given.tables[name].to_dict("list")) for name in ("corpus", "queries")}
    data = {"test": {**split, "relevant_docs": relevant, "top_ranked": ranked}}
    task = in_memory(AbsTaskRetrieval, data, task_type="Retrieval", main_score="ndcg_at_10")
    scores = mteb_scores(task, MultiVectorWrapper(MultiVectorEncoder(folder, device="cpu")))
    return {key: value for key, value in scores.items() if key != "main_score"}


@pytest.mark.parametrize("task", ["retrieval", "reranking"])
@pytest.mark.parametrize("layout", ["library", "stanford"])
def test_a_run_has_mtebs_scores_under_every_key(tmp_path, layout, task):
    given, folder = drawn(task), str(LATE[layout](tmp_path))
    result = Results().result(evaluate(catalogue.inspect(folder), given))
    wanted = theirs(given, folder)
    assert len(wanted) == 148 and set(result.metrics) == set(wanted)
    assert not {key: (result.metrics[key], one) for key, one in wanted.items() if not same(result.metrics[key], one)}
    taken = result.settings["vectors"]
    assert taken["bytes_a_document"] == pytest.approx(taken["vectors_a_document"] * 16 * 4)
    assert taken["bytes"] == pytest.approx(60 * taken["bytes_a_document"])


def test_pooled_and_rounded_variants_are_runs_of_their_own_that_take_less(tmp_path):
    given, entry = drawn("retrieval"), catalogue.inspect(str(LATE["pylate"](tmp_path)))
    sizes, guesses = [], []
    for changes in ({}, {"pool_factor": 2.0}, {"vectors": "int8"}, {"pool_factor": 2.0, "vectors": "int8"}):
        made = variants.variant(entry, variants.Changes(**changes))
        guesses.append(estimate(made, given).bytes)
        run = evaluate(made, given)
        sizes.append(Results().runs().set_index("id").loc[run, "bytes_a_document"])
    assert guesses == sorted(guesses, reverse=True) and 0.5 < guesses[0] / 72 / sizes[0] < 2
    assert sizes[2] == sizes[0] / 4 and sizes[3] == sizes[1] / 4 and sizes[1] < 0.7 * sizes[0]


def test_a_task_in_which_texts_are_held_against_one_another_is_refused(tmp_path):
    pairs = pd.DataFrame({"sentence1": ["a cat"] * 3, "sentence2": ["a dog"] * 3, "score": [1.0, 2.0, 3.0]})
    entry = catalogue.inspect(str(LATE["library"](tmp_path)))
    with pytest.raises(BadModel, match=r"Late interaction, which fits the tasks retrieval, reranking; .* is sts"):
        evaluate(entry, Dataset("pairs", "sts", {"pairs": pairs}, fingerprint="pairs"))
