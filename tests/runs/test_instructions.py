"""Prompts by task: what mteb itself would put before the texts, for models that are told their task."""

import numpy as np
import pandas as pd
import pytest

from engine.models import catalogue, variants
from engine.results.store import Results
from engine.runs import evaluate, instructions
from engine.types import Dataset
from tests.checkpoints import bert
from tests.hub import public_home  # noqa: F401 fixtures
from tests.oracle import mteb

ROLES = {"query": "query", "document": "document", None: "none"}
TASKS = {"T2Retrieval": "retrieval", "CMedQAv1-reranking": "reranking", "LCQMC": "sts", "TNews": "classification",
         "CLSClusteringS2S": "clustering", "Ocnli": "pair_classification", "NFCorpus": "retrieval"}  # fmt: skip


def dataset(task: str, name: str) -> Dataset:
    pairs = pd.DataFrame({"sentence1": ["a"], "sentence2": ["b"], "score": [1.0], "label": [1]})
    rows = pd.DataFrame({"text": ["a", "b"], "label": ["x", "y"]})
    corpus = pd.DataFrame({"id": ["d1"], "text": ["a cat"]})
    search = {
        "corpus": corpus,
        "queries": pd.DataFrame({"id": ["q1"], "text": ["cats"]}),
        "qrels": pd.DataFrame({"query_id": ["q1"], "corpus_id": ["d1"], "score": [1]}),
        "candidates": pd.DataFrame({"query_id": ["q1"], "corpus_id": ["d1"]}),
    }
    tables = {
        "sts": {"pairs": pairs},
        "pair_classification": {"pairs": pairs},
        "classification": {"train": rows, "test": rows},
        "clustering": {"documents": rows},
        "retrieval": {name: search[name] for name in ("corpus", "queries", "qrels")},
        "reranking": search,
    }
    return Dataset(name, task, tables[task], fingerprint=name)


def meant(source: str, task: str, role: str | None) -> str:
    """What mteb's own wrapper of the model would put before a text."""
    from mteb.models.instruct_wrapper import InstructSentenceTransformerModel
    from mteb.models.model_implementations import qwen3_models
    from mteb.types import PromptType

    meta, about = mteb.get_model_meta(source), mteb.get_task(task).metadata
    wrapper = InstructSentenceTransformerModel.__new__(InstructSentenceTransformerModel)
    template = meta.loader_kwargs.get("instruction_template")
    wrapper.instruction_template = template or qwen3_models.instruction_template
    wrapper.prompts_dict = meta.loader_kwargs.get("prompts_dict")
    side = PromptType(role) if role else None
    return "" if role == "document" else wrapper.get_task_instruction(about, side)


@pytest.mark.usefixtures("public_home")
@pytest.mark.parametrize("task", TASKS)
def test_instructions_are_those_that_mteb_gives_the_model(task):
    compared = 0
    for entry in catalogue.entries().values():
        if entry.instruction:
            told = instructions.told(entry, dataset(TASKS[task], f"mteb:{task}")).prompts
            for role, name in ROLES.items():
                if name in told or role == "document":
                    assert told.get(name, "") == meant(entry.source, task, role), (entry.name, role)
                    compared += 1
    assert compared >= 7


GEMMA = {
    "query": "task: search result | query: ",
    "document": "title: none | text: ",
    "BitextMining": "task: search result | query: ",
    "Clustering": "task: clustering | query: ",
    "Classification": "task: classification | query: ",
    "InstructionRetrieval": "task: code retrieval | query: ",
    "MultilabelClassification": "task: classification | query: ",
    "PairClassification": "task: sentence similarity | query: ",
    "Reranking": "task: search result | query: ",
    "Retrieval": "task: search result | query: ",
    "Retrieval-query": "task: search result | query: ",
    "Retrieval-document": "title: none | text: ",
    "STS": "task: sentence similarity | query: ",
    "Summarization": "task: summarization | query: ",
}
"""The prompts in the published configuration of EmbeddingGemma, which mteb leaves as they are."""


@pytest.mark.usefixtures("public_home")
@pytest.mark.parametrize("task", TASKS)
def test_embeddinggemmas_prompts_are_those_that_mteb_picks_from_its_own_configuration(task):
    from mteb.models.abs_encoder import get_prompt_name
    from mteb.types import PromptType

    told = instructions.told(catalogue.find("embeddinggemma-300m"), dataset(TASKS[task], f"mteb:{task}")).prompts
    assert not mteb.get_model_meta("google/embeddinggemma-300m").loader_kwargs
    for name, text in told.items():
        side = PromptType(name) if name != "none" else None
        assert text == GEMMA[get_prompt_name(GEMMA, mteb.get_task(task).metadata, side)], name


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["stella_en_400M_v5", "stella_en_1.5B_v5"])
def test_stellas_prompts_are_its_two_one_for_search_and_one_for_likeness(name):
    likeness = f"Instruct: {instructions.GENERAL['sts']}\nQuery: "
    search = "Instruct: Given a web search query, retrieve relevant passages that answer the query.\nQuery: "
    told = {task: instructions.told(catalogue.find(name), dataset(task, "mine")).prompts for task in TASKS.values()}
    assert told["retrieval"] == told["reranking"] == {"query": search}
    assert told["sts"] == told["pair_classification"] == {"none": likeness}
    assert told["clustering"] == told["classification"] == {}
    assert mteb.get_model_meta(f"NovaSearch/{name}").loader_kwargs["apply_instruction_to_passages"] is False


@pytest.mark.usefixtures("home")
def test_own_datasets_get_the_general_instruction_and_retrieval_the_models_own():
    entry = catalogue.find("Qwen3-Embedding-0.6B")
    told = instructions.told(entry, dataset("sts", "mine")).prompts
    assert told == {"none": "Instruct: Retrieve semantically similar text.\nQuery:"}
    assert instructions.told(entry, dataset("retrieval", "mine")).prompts == {"query": entry.prompts["query"]}


@pytest.mark.usefixtures("home")
def test_the_general_instructions_are_mtebs():
    from mteb.abstasks import abstask

    kinds = {one.__name__: one for one in _all(abstask.AbsTask)}
    for task, text in instructions.GENERAL.items():
        name = instructions.TYPES[task]
        kind = kinds.get(f"AbsTask{name}") or kinds[f"AbsTask{name.replace('_', '')}"]
        assert kind.abstask_prompt == text, task


def _all(kind):
    return [kind, *(one for sub in kind.__subclasses__() for one in _all(sub))]


@pytest.mark.usefixtures("home")
def test_prompts_by_type_of_task_are_read_from_the_models_folder_and_used(tmp_path):
    prompts = {"query": "query : ", "STS": "the mat : ", "Retrieval-document": "a dog ", "other": "x"}
    entry = catalogue.inspect(str(bert(tmp_path, prompts=prompts)))
    assert entry.prompts == {name: text for name, text in prompts.items() if name != "other"}
    run = evaluate.evaluate(entry, dataset("sts", "mine"), precision="float32")
    assert Results().result(run).settings["prompts"]["none"] == "the mat : "
    encoder = catalogue.load(instructions.told(entry, dataset("sts", "mine")))
    bare = catalogue.load(entry)
    np.testing.assert_allclose(encoder.encode(["a cat"]), bare.model.encode(["the mat : a cat"]), atol=1e-6)
    told = instructions.told(entry, dataset("retrieval", "mine")).prompts
    assert told == {"query": "query : ", "document": "a dog "}
    assert instructions.told(entry, dataset("clustering", "mine")).prompts == {}


@pytest.mark.usefixtures("home")
def test_a_model_without_instructions_stays_as_it_is_and_a_variant_with_its_own_prompt_too():
    plain, told = catalogue.find("bge-small-zh"), catalogue.find("Qwen3-Embedding-0.6B")
    assert instructions.told(plain, dataset("sts", "mine")) is plain
    own = variants.variant(told, variants.Changes(prompts={"query": ""}))
    assert instructions.told(own, dataset("retrieval", "mine")).prompts == {"query": ""}
    assert instructions.told(own, dataset("sts", "mine")).prompts.get("none", "") == ""
