"""What the pages keep is of the data, the model and the vectors that are there now, whatever the names are."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from safetensors.torch import load_file, save_file

from engine.datasets import library
from engine.encoding import store
from engine.models import catalogue
from engine.runs import evaluate
from engine.types import ModelEntry
from pages.parts import cached
from pages.parts.duel import segments
from pages.parts.runs import plan, preflight
from tests import checkpoints

pytestmark = pytest.mark.usefixtures("fresh_caches")


def pairs(first: str) -> dict[str, pd.DataFrame]:
    rows = {"sentence1": [first, "a dog", "rain"], "sentence2": ["a cat", "a hound", "sun"], "score": [5.0, 4, 0]}
    return {"pairs": pd.DataFrame(rows)}


def save(first: str, **about: object) -> None:
    library.save("mine", "sts", pairs(first), replace=True, **about)


def state(model: str = "tfidf") -> str:
    return str(plan.row(model, "mine", None, busy=False)["state"])


def run(model: str = "tfidf") -> str:
    return evaluate.evaluate(catalogue.find(model), library.load("mine"))


def replaced() -> None:
    save("one more cat")


def uploaded_again() -> None:
    library.delete("mine")
    save("one more cat")


def with_other_settings() -> None:
    library.change_settings("mine", {"min_score": 1})


@pytest.mark.parametrize("change", [replaced, uploaded_again, with_other_settings])
def test_changed_data_are_to_do_again_under_their_old_name(home: Path, change):
    save("a cat")
    run()
    assert state() == "done"
    change()
    assert state() == "to do"
    assert cached.dataset("mine").fingerprint == library.entries()["mine"].fingerprint


@pytest.fixture
def model(home: Path, tmp_path: Path) -> ModelEntry:
    """A model in a folder, in the catalogue."""
    folder = checkpoints.bert(tmp_path)
    entry = replace(catalogue.inspect(str(folder)), name="tiny")
    catalogue.add(entry)
    return entry


def change_entry(entry: ModelEntry) -> None:
    catalogue.remove("tiny")
    catalogue.add(replace(entry, max_length=3, prompts={"query": "look: "}))


def change_files(entry: ModelEntry) -> None:
    for path in Path(entry.source).glob("**/*.safetensors"):
        save_file({name: values + 1 for name, values in load_file(path).items()}, path)


@pytest.mark.parametrize("change", [change_entry, change_files])
def test_a_changed_model_is_to_do_again_under_its_old_name(model: ModelEntry, change):
    save("a cat")
    run("tiny")
    assert state("tiny") == "done"
    change(model)
    assert state("tiny") == "to do"


def test_a_model_copied_or_touched_holds_what_it_held_and_is_done(model: ModelEntry):
    save("a cat")
    run("tiny")
    for path in Path(model.source).glob("**/*.safetensors"):
        path.touch()
    assert state("tiny") == "done"


def test_vectors_that_were_cleared_are_to_encode_again(model: ModelEntry):
    save("a cat")
    run("tiny")
    save("a cat", source="elsewhere")
    library.change_settings("mine", {"min_score": 1})
    assert plan.row("tiny", "mine", None, busy=False)["texts"] == 0
    for one in store.shelves():
        store.clear(one.key)
    assert plan.row("tiny", "mine", None, busy=False)["texts"] == 5


def test_what_is_said_of_a_dataset_follows_it_though_its_texts_stay(home: Path):
    save("a cat", title="Before", languages=("eng",))
    assert cached.dataset("mine").title == "Before"
    save("a cat", title="After", languages=("cmn",))
    assert (cached.dataset("mine").title, cached.dataset("mine").languages) == ("After", ("cmn",))


def test_warnings_before_a_run_follow_the_model_and_the_dataset(model: ModelEntry):
    def warned() -> list[str]:
        found = preflight.checked("tiny", "mine", (cached.model_state("tiny"), cached.card("mine")))[1]
        return [str(one) for one in found]

    save("a cat")
    assert not any("cut off" in one for one in warned())
    catalogue.remove("tiny")
    catalogue.add(replace(model, max_length=3, languages=("eng",)))
    assert any("more than 3 tokens" in one for one in warned())
    save("a cat", languages=("cmn",))
    assert any("the model was made for en" in one for one in warned())


def test_slices_by_what_a_model_cuts_off_follow_the_model(model: ModelEntry):
    texts = [f"cat {row}" if row % 2 else "a dog a cat a dog a cat" for row in range(60)]
    rows = {"sentence1": texts, "sentence2": texts, "score": [row % 6 for row in range(60)]}
    library.save("mine", "sts", {"pairs": pd.DataFrame(rows)})
    for name in ("tiny", "tfidf"):
        run(name)
    runs = cached.runs_on("mine").set_index("model")
    a, b = (runs.loc[name].to_dict() | {"model": name} for name in ("tiny", "tfidf"))

    def kinds() -> set[str]:
        return set(segments.slices(pd.Series(a), pd.Series(b), cached.dataset("mine"))[0].traits())

    assert "cut_a" not in kinds()
    catalogue.remove("tiny")
    catalogue.add(replace(model, max_length=6))
    assert "cut_a" in kinds()
