"""Are texts encoded in shards once, whole or not at all, and found by whoever needs their vectors?"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import __main__ as command_line
from engine.cluster import sharding, text_files
from engine.encoding import shard_files, vector_store
from engine.encoding.encode import encode, text_keys
from engine.encoding.store import shelves
from engine.encoding.vector_store import VectorStore
from engine.integrity import doctor
from engine.models import catalogue
from engine.types import BadFile, BadModel, Texts, UserError

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def plan(parquet: Path, model: Path, tmp_path: Path) -> sharding.Plan:
    return plan_of(parquet, model, tmp_path / "out")


def plan_of(parquet, model, folder, count=4):
    return sharding.plan(text_files.opened(parquet), catalogue.find(str(model)), folder, precision=None, count=count)


def done(plan, numbers=(1, 2, 3, 4), step=lambda share, message: None):
    encoder = sharding.load(plan)
    vector_store.know(plan.folder)
    return [sharding.encode_shard(plan, number, encoder, step) for number in numbers]


def files(plan):
    return sorted(plan.folder.glob("*/*.safetensors"))


def rows(plan):
    return plan.texts.read(0, len(plan.texts))


def found(plan, texts=None):
    """The vectors that the store gives for the texts, none of which it may encode anew."""
    encoder = sharding.load(plan)
    told = []
    result = encode(encoder, Texts(texts or rows(plan).texts, "document"), lambda share, said: told.append(str(said)))
    assert result.cached == result.distinct, told
    return result.vectors


def test_any_range_of_rows_is_read_as_it_stands_in_all_files_together(parquet: Path):
    files = text_files.opened(parquet)
    whole = pd.concat([pd.read_parquet(path) for path in sorted(parquet.glob("*.parquet"))])
    for start, stop in ((0, 300), (0, 1), (49, 51), (120, 180), (169, 170), (170, 171), (299, 300), (60, 60)):
        some = files.read(start, stop)
        assert some.texts == whole["text"].tolist()[start:stop] and some.ids == whole["id"].tolist()[start:stop]
        assert some.sides.tolist() == [2] * (stop - start)


def test_the_vectors_of_all_shards_are_those_of_one_machine_and_lie_nowhere_twice(plan, tmp_path, monkeypatch):
    assert [one.texts for one in done(plan)] == [75, 75, 75, 75] and len(files(plan)) == 4
    in_shards = found(plan)
    assert shelves() == []
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "another"))
    alone = encode(sharding.load(plan), Texts(rows(plan).texts, "document"))
    assert alone.cached == 0
    np.testing.assert_allclose(in_shards, alone.vectors, atol=1e-6)


def test_one_shard_of_one_batch_has_the_vectors_of_one_machine_to_the_last_bit(parquet, model, tmp_path, monkeypatch):
    plan = plan_of(parquet, model, tmp_path / "out", count=1)
    encoder = sharding.load(plan)
    monkeypatch.setattr(encoder, "budgets", (1024,))
    done(plan, [1])
    in_shards = found(plan)
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "another"))
    np.testing.assert_array_equal(in_shards, encode(encoder, Texts(rows(plan).texts, "document")).vectors)


def test_what_is_there_is_not_encoded_again(plan):
    first, second = done(plan), done(plan)
    assert sum(one.encoded for one in first) >= 270 and [one.encoded for one in second] == [0] * 4
    assert not list(plan.folder.glob("*/.*"))


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "header"])
def test_a_damaged_shard_is_said_and_encoded_again(plan, harm):
    done(plan)
    path, before = files(plan)[2], [path.read_bytes() for path in files(plan)]
    content = bytearray(before[2])
    if harm == "cut":
        content = content[:-100]
    elif harm == "empty":
        content = bytearray()
    elif harm == "header":
        content[content.index(b'"first')] ^= 1
    else:
        content[len(content) // 2] ^= 1
    path.write_bytes(content)
    encoder = sharding.load(plan)
    wanted = text_keys(encoder, rows(plan).texts, "document")
    missing, damaged = VectorStore(encoder.name, encoder.key).find_sound(wanted)
    assert 0 < (missing < 0).sum() <= 75 and (harm != "flipped" or damaged == (missing < 0).sum())
    told = []
    again = done(plan, step=lambda share, said: told.append(str(said)))
    assert [one.damaged for one in again] == [False, False, True, False] and again[2].encoded > 60
    assert "Shard 3 of 4 is damaged" in told[0]
    assert [path.read_bytes() for path in files(plan)][:2] == before[:2]
    found(plan)


def test_nothing_is_left_of_a_shard_that_does_not_fit_on_the_disk(plan, monkeypatch):
    def full(*_arguments, **_named):
        raise OSError(28, os.strerror(28))

    encoder = sharding.load(plan)
    with monkeypatch.context() as patch:
        patch.setattr("safetensors.numpy.save_file", full)
        with pytest.raises(UserError, match="disk is full"):
            sharding.encode_shard(plan, 1, encoder, lambda share, said: None)
    assert not list(plan.folder.rglob("*unfinished")) and done(plan, [1])[0].encoded


def test_texts_that_changed_take_the_place_of_what_they_were(plan, parquet, model, tmp_path):
    done(plan)
    copy = shutil.copytree(parquet, tmp_path / "texts")
    table = pd.read_parquet(copy / "b.parquet")
    table.loc[100, "text"] = "a mat for the market"
    table.to_parquet(copy / "b.parquet", index=False)
    changed = plan_of(copy, model, plan.folder)
    assert [one.encoded > 0 for one in done(changed)] == [False, False, False, True]
    assert len(files(plan)) == 4 and len(found(changed)) == 300


def test_ids_and_sides_lie_beside_the_vectors(tmp_path, model):
    table = pd.DataFrame({"id": ["é", "", "q"], "text": ["a cat", "a cat", "a dog"], "role": ["document", "", "query"]})
    table.to_parquet(tmp_path / "texts.parquet")
    plan = plan_of(tmp_path / "texts.parquet", model, tmp_path / "out", count=1)
    done(plan, [1])
    shard = shard_files.read(files(plan)[0])
    assert shard.ids.tolist() == ["é", "", "q"] and shard.columns["sides"].tolist() == [2, 0, 1]
    assert shard.columns["rows"].tolist() == [0, 0, 1] and shard.first == 0 and shard.label.dimension == 32


def test_vectors_of_the_shelf_are_taken_over(plan):
    encoder = sharding.load(plan)
    alone = encode(encoder, Texts(rows(plan).texts, "document")).vectors
    assert [one.encoded for one in done(plan)] == [0] * 4
    first = shard_files.read(files(plan)[0])
    np.testing.assert_array_equal(first.vectors(first.columns["rows"], plan.folder), alone[:75])


def test_rows_come_in_the_order_that_is_asked_for_from_shelf_and_shards_together(plan):
    done(plan, [2, 4])
    encoder, texts = sharding.load(plan), rows(plan).texts
    encode(encoder, Texts(texts[:10], "document"))
    store = VectorStore(encoder.name, encoder.key)
    asked = [200, 3, 240, 80, 3, 299, 81]
    places = store.find(text_keys(encoder, [texts[place] for place in asked], "document"))
    wanted = np.asarray(encoder.encode([texts[place] for place in asked], "document"))
    np.testing.assert_allclose(store.rows(places[places >= 0]), wanted[places >= 0], atol=1e-6)
    assert (places >= 0).tolist() == [
        text in texts[:10] + texts[75:150] + texts[225:] for text in map(texts.__getitem__, asked)
    ]


def test_a_run_of_a_dataset_whose_texts_were_encoded_in_shards_encodes_nothing_again(home, tmp_path, model, capsys):
    out = str(tmp_path / "out")
    for number in (1, 2, 3):
        assert (
            command_line.main(["encode", "sts_en", "--model", str(model), "--out", out, "--shard", f"{number}/3"]) == 0
        )
    capsys.readouterr()
    assert command_line.main(["run", "--model", str(model), "--dataset", "sts_en", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert shelves() == []


def test_the_command_encodes_what_is_missing_and_says_what_is_there(parquet, model, tmp_path, capsys):
    command = ["encode", str(parquet), "--model", str(model), "--out", str(tmp_path / "out")]
    assert command_line.main([*command, "--shard", "2/3"]) == 0
    assert capsys.readouterr().out.startswith("1 of 3 shards with 100 texts lie in")
    assert command_line.main([*command, "--shards", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("3 of 3 shards with 300 texts lie in") and lines[1].endswith("texts in 2 shards")


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "x/y", "301/301"])
def test_a_shard_that_there_is_not_is_refused(parquet, model, tmp_path, capsys, shard):
    command = ["encode", str(parquet), "--model", str(model), "--out", str(tmp_path / "out"), "--shard", shard]
    assert command_line.main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_cannot_be_kept_in_shards_is_refused_in_a_sentence(parquet, tmp_path):
    texts = text_files.opened(parquet)
    with pytest.raises(BadModel, match="all documents together"):
        sharding.load(sharding.plan(texts, catalogue.find("bm25"), tmp_path, precision=None, count=2))
    with pytest.raises(BadFile, match="has no column 'body'"):
        text_files.opened(parquet, text="body")
    pd.DataFrame({"text": ["a", None]}).to_parquet(tmp_path / "hole.parquet")
    with pytest.raises(BadFile, match="row 2 has nothing"):
        text_files.opened(tmp_path / "hole.parquet").read(0, 2)
    (tmp_path / "no.parquet").write_text("no")
    with pytest.raises(BadFile, match="not a Parquet file"):
        text_files.opened(tmp_path / "no.parquet")


def test_many_texts_are_cut_into_shards_that_are_soon_done(parquet, model):
    def count(total):
        texts = text_files.TextFiles((), (total,))
        return sharding.plan(texts, catalogue.find(str(model)), Path(), precision=None, count=None).count

    assert [count(total) for total in (1, 513, 50_000, 1_000_000, 100_000_000)] == [1, 2, 64, 64, 1526]


def test_the_doctor_takes_out_a_damaged_shard(plan):
    done(plan)
    content = bytearray(files(plan)[1].read_bytes())
    content[-1] ^= 1
    files(plan)[1].write_bytes(content)
    assert [one.state for one in doctor.examine(mend=False)] == ["mendable"] and len(files(plan)) == 4
    assert [one.state for one in doctor.examine(mend=True)] == ["mended"] and len(files(plan)) == 3
    assert list(doctor.examine(mend=True)) == [] and done(plan)[1].encoded
