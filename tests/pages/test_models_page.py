"""Adding a model, making a variant of it, and what is said before it runs: the pages, by way of app.py."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from engine.datasets import library
from engine.families import checkpoints
from engine.inspection import live_search
from engine.jobs import workers
from engine.models import catalogue
from engine.runs import evaluate
from tests.checkpoints import bert
from tests.pages.test_pages import ended_well, visit

pytestmark = pytest.mark.usefixtures("fresh_caches")
RUNS, MODELS = "pages/work/runs.py", "pages/work/models.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = bert(tmp_path_factory.mktemp("tiny"), "cls", normalize=True, prompts={"query": "query : "})
    return made.rename(made.parent / "tiny")


@pytest.fixture(autouse=True)
def quiet(home: Path):
    yield
    for lane in workers.LANES:
        workers.stop(lane)


def told(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.text, *at.error, *at.success])


def field(at: AppTest, name: str) -> TextInput:
    """A field of the form that confirms a model."""
    return next(one for one in at.text_input if one.key.startswith(f"models.{name}."))


def asked_for(source: str) -> AppTest:
    at = visit(MODELS, shelf="add", way="files")
    return at.text_input(key="models.source").set_value(source).run()


def test_a_folder_is_read_shown_and_added_with_its_own_prompt(folder: Path):
    at = asked_for(str(folder))
    card = at.dataframe[0].value.set_index("fact")["value"]
    assert (card["pooling"], card["normalised"], card["dimension"]) == ("cls", "yes", "32")
    assert field(at, "query").value == "query : "
    at = field(at, "name").set_value("mine").run().button(key="models.add").click().run()
    assert ended_well(at) and catalogue.find("mine").prompts == {"query": "query : "}
    assert "in the catalogue" in told(at)


def test_what_was_typed_and_ticked_for_one_model_does_not_pass_to_the_next(folder: Path, tmp_path: Path):
    code, other = shutil.copytree(folder, tmp_path / "code"), bert(tmp_path / "more", prompts={"document": "a "})
    for place in (code, other):
        path = place / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": {"AutoModel": "own.Own"}}))
    at = field(asked_for(str(code)), "name").set_value("mine").run().checkbox[0].check().run()
    at = at.text_input(key="models.source").set_value(str(other)).run()
    assert [field(at, name).value for name in ("name", "query", "document")] == [other.name, "", "a "]
    assert not at.checkbox[0].value and at.button(key="models.add").disabled


def test_prompts_by_type_stay_when_a_model_is_added_and_one_that_was_emptied_is_none(tmp_path: Path):
    prompts = {"query": "query : ", "document": "a ", "STS": "the mat : "}
    at = asked_for(str(bert(tmp_path, prompts=prompts)))
    assert at.dataframe[0].value.set_index("fact")["value"]["prompt for STS"] == "'the mat : '"
    at = field(at, "name").set_value("mine").run()
    at = field(at, "document").set_value("").run().button(key="models.add").click().run()
    assert ended_well(at) and catalogue.find("mine").prompts == prompts | {"document": ""}


def test_a_model_that_is_not_here_and_a_pickled_one_get_the_sentence(folder: Path, tmp_path: Path):
    assert "hf download someone/far-away" in told(asked_for("someone/far-away"))
    pickled = shutil.copytree(folder, tmp_path / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    assert "may run code when opened" in told(asked_for(str(pickled)))


def test_a_model_with_code_of_its_own_needs_consent_before_it_is_added(folder: Path, tmp_path: Path):
    place = shutil.copytree(folder, tmp_path / "code")
    path = place / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": {"AutoModel": "own.Own"}}))
    at = asked_for(str(place))
    assert at.button(key="models.add").disabled
    at = at.checkbox[0].check().run().button(key="models.add").click().run()
    assert catalogue.find(field(at, "name").value).remote_code


def test_the_configuration_in_the_hubs_cache_is_read_without_its_weights(folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cache = tmp_path / "models--someone--cached"
    place = shutil.copytree(folder, cache / "snapshots" / ("ab" * 20))
    (place / "model.safetensors").unlink()
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("ab" * 20)
    at = asked_for("someone/cached")
    card = at.dataframe[0].value.set_index("fact")["value"]
    assert (card["pooling"], card["revision"]) == ("cls", "ab" * 20)
    entry = catalogue.inspect("someone/cached")
    assert checkpoints.locate(entry) is None and "hf download someone/cached" in told(at)


def test_an_endpoint_that_the_environment_names_is_added(monkeypatch):
    monkeypatch.setenv("MINE_BASE_URL", "http://127.0.0.1:9/v1")
    at = visit(MODELS, shelf="add", way="endpoint")
    at = at.text_input(key="models.remote").set_value("tiny-embed").run().button(key="models.add").click().run()
    entry = catalogue.find("tiny-embed")
    assert entry.family == "openai_compatible" and entry.endpoint.name == "MINE"
    assert catalogue.available(entry) is True and "leave this machine" in told(at)


def test_a_rerank_endpoint_is_added_in_the_ways_of_a_service_that_reranks(monkeypatch):
    monkeypatch.setenv("JINA_API_KEY", "k")
    at = visit(MODELS, shelf="add", way="rerank")
    services = next(one for one in at.selectbox if one.key.startswith("models.service."))
    assert "OpenAI" not in services.options and "up to 1,000 documents per request" in told(at)
    at = at.text_input(key="models.remote").set_value("judge").run()
    assert not any("prompt" in one.label for one in at.text_input)
    at.button(key="models.add").click().run()
    entry = catalogue.find("judge")
    assert (entry.family, entry.endpoint.service) == ("rerank_endpoint", "jina") and not entry.prompts


def test_a_variant_is_made_on_the_runs_page_and_chosen_there(folder: Path):
    catalogue.add(catalogue.inspect(str(folder)))
    at = visit(RUNS, dataset="sts_en")
    at = at.multiselect(key="runs.models").set_value(["tiny"]).run()
    at.number_input(key="runs.vary.tiny.dimension").set_value(8)
    at.text_input(key="runs.vary.tiny.query").set_value("")
    at = next(one for one in at.button if one.label == "Make this variant").click().run()
    assert at.multiselect(key="runs.models").value == ["tiny", "tiny · no prompt · 8d"]
    plan = next(one.value for one in at.dataframe if "state" in one.value)
    assert plan["model"].tolist() == ["tiny", "tiny · no prompt · 8d"]


def test_what_may_go_wrong_is_said_beside_the_estimate():
    at = visit(RUNS, dataset="helpcentre_zh")
    at = at.multiselect(key="runs.models").set_value(["all-MiniLM-L6-v2"]).run()
    assert "unknown to its vocabulary" in told(at) and "the model was made for English" in told(at)
    shown = next(one.value for one in at.dataframe if "unknown" in one.value).iloc[0]
    assert shown["unknown"] > 30 and shown["rate"] > 0


def test_stored_vectors_are_told_apart_by_the_data_that_they_are_of(home: Path):
    for name in ("tickets_en", "sts_zh"):
        evaluate.evaluate(catalogue.find("tfidf"), library.load(name))
    table = visit(MODELS, shelf="vectors").dataframe[0].value
    assert sorted(map(tuple, table["datasets"])) == [
        ("Similarity of customers' sentences, Chinese",), ("Support tickets by desk, English",)
    ]  # fmt: skip


def test_vectors_that_no_run_has_asked_for_are_listed_too(home: Path):
    wanted = {"models": ["tfidf"], "dataset": "helpcentre_en", "queries": ["refund"], "k": 3}
    live_search.search(wanted, lambda share, message: None)
    table = visit(MODELS, shelf="vectors").dataframe[0].value
    assert table["model"].tolist() == ["tfidf"] and [*map(list, table["datasets"])] == [["no result"]]
