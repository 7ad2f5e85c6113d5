"""The doctor finds every damaged thing of a home, mends what can be computed again, and loses nothing."""

import json
import os
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.__main__ import main
from engine.adaptation import kept
from engine.comparison import studies
from engine.datasets import library
from engine.encoding import mending, store
from engine.families import checkpoints as folders
from engine.integrity import doctor, left_out, orphans
from engine.jobs import queue
from engine.models import catalogue
from engine.results import slices, soundness
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.storage import documents
from tests.results.test_damaged_results import edit, flip

PAIRS = {"pairs": pd.DataFrame({"sentence1": list("abcd"), "sentence2": list("abxd"), "score": [1.0, 2.0, 0.5, 3.0]})}


def found(home: Path, *, mend: bool = True) -> list[tuple[str, str]]:
    return [(one.state, str(one.message)) for one in doctor.examine(mend)]


def measured(name: str = "faq") -> str:
    """A dataset of one's own, run with a model that needs no weights."""
    dataset = library.save(name, "sts", PAIRS)
    return evaluate(catalogue.find("tfidf"), dataset)


def test_a_sound_home_has_nothing_to_be_said_of(home: Path):
    measured()
    assert found(home) == []


def test_a_damaged_item_table_is_made_again_with_the_same_score(home: Path):
    run = measured()
    (score,) = Results().runs()["score"]
    flip(home / "results" / f"{run}.parquet", 300)
    assert [state for state, _ in found(home, mend=False)] == ["mendable"]
    assert [state for state, _ in found(home)] == ["mended"]
    (row,) = Results().runs().to_dict("records")
    assert row["id"] != run and row["score"] == score and len(Results().items(row["id"])) == 4
    assert found(home) == []


@pytest.mark.parametrize("harm", ["UPDATE metrics SET value = 0.9", "DELETE FROM metrics"])
def test_a_damaged_or_lost_row_is_made_again(home: Path, harm: str):
    run = measured()
    edit(home, f"{harm} WHERE run = ? AND metric = 'cosine_spearman'", run)
    assert [state for state, _ in found(home)] == ["mended"]
    assert soundness.damaged(Results()) == [] and len(Results().runs()) == 1 and found(home) == []


def test_damaged_vectors_are_taken_out_and_the_sound_ones_stay(home: Path):
    measured()
    (shelf,) = store.shelves()
    folder = store.Shelf(shelf.name, shelf.key).folder
    keys = np.arange(6, dtype=np.uint64).reshape(-1, 2)
    other = store.Shelf("other", "other")
    for row in range(3):
        other.append(keys[row : row + 1], np.full((1, 4), row, np.float32))
    flip(other.folder / "values", 20)
    flip(folder / "values", 1)
    assert [state for state, _ in found(home)] == ["mended", "mended"]
    rows, damaged = store.Shelf("other", "other").find_sound(keys)
    assert list(rows) == [0, -1, 1] and damaged == 0
    assert store.Shelf("other", "other").rows(rows[[0, 2]])[:, 0].tolist() == [0, 2] and found(home) == []


def test_a_card_that_is_lost_is_written_again_from_the_tables_and_the_runs(home: Path):
    measured()
    fingerprint = library.entries()["faq"].fingerprint
    (home / "datasets" / "faq" / "card.json").write_bytes(b"\x00" * 80)
    ((state, said),) = found(home)
    assert state == "mended" and "title, source and licence are lost" in said
    assert library.entries()["faq"].fingerprint == fingerprint and found(home) == []


def test_damaged_tables_are_named_and_only_removed_if_asked_for(home: Path, capsys: pytest.CaptureFixture[str]):
    library.save("faq", "sts", PAIRS)
    (path,) = (home / "datasets" / "faq").glob("*.arrow")
    flip(path, path.stat().st_size // 2)
    assert main(["doctor"]) == 2 and path.exists()
    assert "damaged: The dataset faq is damaged" in capsys.readouterr().out
    assert main(["doctor", "--remove"]) == 0 and "faq" not in library.entries()


def test_what_can_be_computed_again_is_removed_where_it_is_damaged(home: Path):
    run = measured()
    studies.keep("compression", run, pd.DataFrame({"gap": [0.0]}))
    (kept,) = (home / "compression").iterdir()
    flip(kept, 0)
    assert [state for state, _ in found(home)] == ["mended"] and not kept.exists()


def test_what_is_damaged_of_an_adaptation_is_named(home: Path):
    folder = home / "adaptations" / "mine"
    (folder / "model").mkdir(parents=True)
    weights = folder / "model" / "model.safetensors"
    weights.write_bytes(bytes(1000))
    documents.write(folder / "facts.json", {"key": "1"})
    documents.write(folder / "verdict.json", {"name": "mine"})
    flip(weights, 5)
    assert found(home) == []  # nothing says what an earlier version made
    folders.seal(folder / "model")
    assert found(home) == []
    flip(weights, 500)
    ((state, said),) = found(home)
    assert state == "damaged" and str(folder / "model") in said and "Train it again" in said
    flip(weights, 500)
    for name in ("facts.json", "verdict.json", "model.digest.json"):
        (folder / name).write_text((folder / name).read_text().replace(': "', ': "x'))
    told = list(doctor.examine())
    assert [one.state for one in told] == ["damaged"] * 3
    assert [Path(one.message.values["path"]).name for one in told] == [
        "facts.json",
        "model.digest.json",
        "verdict.json",
    ]


def test_a_home_of_the_version_before_gets_its_checksums(home: Path):
    run = measured()
    edit(home, "UPDATE runs SET row_check = NULL, items_check = NULL")
    folder = home / "datasets" / "faq"
    (table,) = folder.glob("*.arrow")
    table.rename(folder / "pairs.arrow")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({name: card[name] for name in card if name not in ("files", "check")}))
    assert [state for state, _ in found(home)] == ["left", "left"] and found(home) == []
    flip(home / "results" / f"{run}.parquet", 300)
    assert [state for state, _ in found(home, mend=False)] == ["mendable"]


def test_what_can_be_read_of_a_damaged_database_is_saved(home: Path):
    for number in range(400):
        queue.submit("search", {"number": number, "padding": "x" * 200})
    with sqlite3.connect(home / "jobs.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((home / "jobs.sqlite").read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    (home / "jobs.sqlite").write_bytes(content)
    ((state, said),) = found(home)
    assert state == "mended" and "jobs.sqlite.damaged" in said
    assert 200 < len(queue.jobs(limit=1000)) < 400 and found(home) == []


def test_files_that_nothing_owns_are_removed_after_a_day_and_named_before(home: Path):
    run = measured()
    old = [home / "results" / "dead.npy", home / ".models.toml.ab12.unfinished", home / "jobs" / "dead"]
    for path in old:
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if path.suffix == "" else path.write_text("half")
    queue.submit("search", {})
    assert {state for state, _ in found(home)} == {"left"} and set(orphans.orphans()) == set(old)
    for path in old:
        os.utime(path, (time.time() - 2 * orphans.DAY,) * 2)
    assert set(orphans.clear()) == set(old) and (home / "results" / f"{run}.parquet").exists()


def test_items_are_not_taken_for_forgotten_where_the_table_was_put_aside(home: Path):
    run = measured()
    os.utime(home / "results" / f"{run}.parquet", (0, 0))
    (home / "results.sqlite").rename(home / "elsewhere.sqlite")
    assert Results().runs().empty and orphans.clear() == []


def test_one_damaged_file_of_each_kind_takes_no_command_down(home: Path, capsys: pytest.CaptureFixture[str]):
    run = measured()
    dataset = library.load("faq")
    slices.save("some", dataset, {"sentence1": [0, 1]})
    (home / "slices" / "broken.json").write_text("{")
    (home / "suites").mkdir()
    (home / "suites" / "broken.toml").write_text("name =")
    (home / "models.toml").write_text("models = [")
    (home / "imported").mkdir()
    (home / "imported" / "broken.parquet").write_text("PAR1")
    (home / "datasets" / "bad").mkdir()
    (home / "datasets" / "bad" / "card.json").write_text("{")
    (home / "results" / f"{run}.parquet").write_text("PAR1")
    assert list(slices.named("faq")) == ["some"]
    for what in ("datasets", "models", "runs"):
        assert main(["list", what]) == 0
        told = capsys.readouterr().err
        assert what != "runs" or f"The items of the run {run} of tfidf on faq are damaged" in told
        for name in ("slices/broken.json", "broken.toml", "models.toml", "imported/broken.parquet", "bad/card.json"):
            assert name in told


def test_slices_of_the_version_before_get_checksums_and_those_of_nothing_known_are_named(home: Path):
    measured()
    dataset = library.load("faq")
    slices.save("old", dataset, {"sentence1": [0]})
    slices.save("lost", replace(dataset, name="gone"), {"sentence1": [1]})
    slices.save("earlier", replace(dataset, fingerprint="f0"), {"sentence1": [1]})
    path = slices._path("faq", "old")
    values = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in values.items() if name != "check"}))
    told = found(home, mend=False)
    assert {state for state, _ in told} == {"left"} and len(told) == 3 and not slices.sealed(slices.named("faq")["old"])
    assert found(home) == told and len(found(home)) == 2
    assert any("lost is of the dataset gone" in said for _, said in told)
    assert any("earlier is of a state" in said for _, said in told)


def test_a_card_of_an_unknown_task_is_named_as_such_and_left_as_it_is(home: Path):
    library.save("faq", "sts", PAIRS)
    path = home / "datasets" / "faq" / "card.json"
    card = documents.read(path)
    documents.write(path, card | {"task": "poetry"})
    ((state, said),) = found(home)
    assert state == "left" and "names the task 'poetry'" in said and "damaged" not in said
    assert documents.read(path)["task"] == "poetry" and "faq" not in library.entries()


def test_a_shelf_whose_exchange_was_killed_between_its_steps_is_put_back(home: Path):
    measured()
    (shelf,) = store.shelves()
    folder = store.Shelf(shelf.name, shelf.key).folder
    fresh, grave = mending._beside(folder)
    shutil.copytree(folder, fresh)
    folder.rename(grave)
    assert store.shelves() == []
    assert found(home) == [] and store.shelves() == [shelf]
    folder.rename(grave)  # nothing of it was sound, so that there is no successor
    assert found(home) == [] and store.shelves() == [shelf] and not grave.exists()


def test_a_home_that_cannot_be_written_is_looked_at_and_that_is_said_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    run = measured()
    flip(home / "results" / f"{run}.parquet", 300)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main(["doctor"]) == 2
    told = capsys.readouterr()
    assert told.out.startswith("mendable: ") and told.out.count("\n") == 1
    assert told.err.count("may only be read") == 1 and Results().runs()["id"].tolist() == [run]
    assert main(["list", "runs"]) == 0 and run in capsys.readouterr().out


def test_a_sound_home_is_said_to_be_so_and_not_what_is_left_of_it(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 0 and capsys.readouterr().out == f"Everything in {home} is what was written.\n"


@pytest.mark.parametrize("name", ["keys", "values"])
@pytest.mark.parametrize("blocks", [1, 3])
def test_vectors_that_a_shortened_file_has_lost_are_said_once_and_the_others_stay(home: Path, name: str, blocks: int):
    shelf, keys = store.Shelf("mine", "mine"), np.arange(2 * blocks, dtype=np.uint64).reshape(-1, 2)
    for row in range(blocks):
        shelf.append(keys[row : row + 1], np.full((1, 4), row, np.float32))
    path = shelf.folder / name
    os.truncate(path, path.stat().st_size // 2)
    ((state, said),) = found(home, mend=False)
    assert state == "mendable" and "vectors of mine" in said and "lost" in said
    assert [one for one, _ in found(home)] == ["mended"] and found(home) == []
    rows = store.Shelf("mine", "mine").find(keys)
    assert (rows >= 0).tolist() == [row < blocks // 2 for row in range(blocks)]


def test_vectors_whose_log_is_lost_are_said_and_a_shelf_that_is_only_begun_is_not(home: Path):
    shelf, begun = store.Shelf("mine", "mine"), store.root() / "begun"
    shelf.append(np.arange(2, dtype=np.uint64).reshape(1, 2), np.ones((1, 4), np.float32))
    shutil.copytree(shelf.folder, begun)
    for name in ("keys", "values", "log"):
        (begun / name).unlink()
    (shelf.folder / "log").unlink()
    ((state, said),) = found(home, mend=False)
    assert state == "mendable" and str(shelf.folder) in said and "cannot be read" in said
    assert [one for one, _ in found(home)] == ["mended"] and found(home) == []
    assert begun.exists() and not shelf.folder.exists()


def test_comparisons_that_were_changed_are_said_shown_nowhere_and_made_again(home: Path):
    dataset = library.save("faq", "sts", PAIRS)
    for model in ("tfidf", "other"):
        evaluate(replace(catalogue.find("tfidf"), name=model), dataset)
    before = Results().comparisons(dataset.fingerprint)
    with sqlite3.connect(home / "results.sqlite") as connection:
        connection.execute("UPDATE comparisons SET p = 0.0001")
    assert len(before) == 1 and Results().comparisons(dataset.fingerprint).empty
    ((state, said),) = found(home, mend=False)
    assert state == "mendable" and "Damaged comparisons of two runs: 1" in said
    assert [one for one, _ in found(home)] == ["mended"] and found(home) == []
    pd.testing.assert_frame_equal(Results().comparisons(dataset.fingerprint), before)


def test_an_adaptation_whose_facts_are_damaged_is_left_out_and_named_the_others_are_there(home: Path):
    for name in ("one", "other"):
        documents.write(home / "adaptations" / name / "facts.json", {"key": "1", "plan": {"name": name}})
    place = home / "adaptations" / "one" / "facts.json"
    place.write_bytes(place.read_bytes().replace(b"one", b"two"))
    assert kept.names() == ["other"] and kept.begun("one")
    (said,) = [str(one) for one in left_out.messages()]
    assert str(place) in said
