"""Does the vector store give back what was put in, whatever happens to its process?"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from engine.encoding import blocks, mending, store
from engine.encoding.store import Shelf
from engine.storage import flat_arrays
from engine.types import TokenVectors, UserError
from engine.vectors import numbers


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path))
    return tmp_path


def keys(*numbers):
    """Keys whose first half is shared by every ten numbers."""
    return np.array([(number // 10, number) for number in numbers], dtype=np.uint64).reshape(-1, 2)


def dense(*numbers):
    return np.array([[number, -number, 0.5] for number in numbers], dtype=np.float32).reshape(-1, 3)


def scattered(*numbers):
    """Sparse rows; every third one is empty."""
    full = np.array([[number, 0, number % 2] if number % 3 else [0, 0, 0] for number in numbers], dtype=np.float32)
    return sparse.csr_array(full.reshape(-1, 3))


def uneven(*numbers):
    """None to three vectors a text, in half precision."""
    texts = [
        np.array([[number, place] for place in range(number % 4)], np.float16).reshape(-1, 2) for number in numbers
    ]
    return TokenVectors.of(texts)


def test_more_vectors_than_memory_should_hold_lie_in_a_file_without_a_name(home, monkeypatch):
    shelf = Shelf("a", "a")
    shelf.append(keys(*range(100)), dense(*range(100)))
    rows = np.random.default_rng(0).integers(0, 100, 500)
    monkeypatch.setattr(flat_arrays, "IN_MEMORY", 500)
    monkeypatch.setattr(flat_arrays, "ROWS", 64)
    found, before = shelf.rows(rows), shelf.rows(rows[:3])
    assert isinstance(found, np.memmap) and not isinstance(before, np.memmap)
    np.testing.assert_array_equal(found, dense(*range(100))[rows])
    found *= 2  # they are the caller's own
    np.testing.assert_array_equal(shelf.rows(rows[:3]), before)
    assert {path.name for path in store.root().iterdir()} == {shelf.folder.name}


def test_vectors_come_back_in_the_order_that_is_asked_for():
    shelf = Shelf("a", "a")
    shelf.append(keys(5, 31, 7), dense(5, 31, 7))
    shelf.append(keys(2), dense(2))
    wanted = keys(2, 7, 99, 5, 7)
    rows = Shelf("a", "a").find(wanted)
    assert list(rows) == [3, 2, -1, 0, 2]
    np.testing.assert_array_equal(shelf.rows(rows[[0, 1, 3, 4]]), dense(2, 7, 5, 7))


def test_sparse_vectors_come_back_too():
    shelf = Shelf("a", "a")
    shelf.append(keys(3, 4), scattered(3, 4))
    shelf.append(keys(6), scattered(6))
    shelf.append(keys(1, 7), scattered(1, 7))
    rows = shelf.find(keys(7, 3, 1, 6, 4, 7))
    np.testing.assert_array_equal(shelf.rows(rows).toarray(), scattered(7, 3, 1, 6, 4, 7).toarray())


def test_keys_that_share_their_first_half_are_told_apart():
    shelf = Shelf("a", "a")
    shelf.append(keys(*range(10, 20)), dense(*range(10, 20)))
    assert list(shelf.find(keys(19, 10, 14, 20, 9))) == [9, 0, 4, -1, -1]


def test_a_text_that_another_process_stored_meanwhile_is_stored_once():
    one, two = Shelf("a", "a"), Shelf("a", "a")
    one.append(keys(1, 2), dense(1, 2))
    two.append(keys(2, 3), dense(2, 3))
    assert len(two) == 3
    np.testing.assert_array_equal(two.rows(two.find(keys(3, 2, 1))), dense(3, 2, 1))


def test_every_encoder_key_has_its_own_shelf():
    Shelf("a", "one").append(keys(1), dense(1))
    Shelf("a", "two").append(keys(1), dense(2))
    assert [(one.key, one.texts, one.dimension) for one in store.shelves()] == [("one", 1, 3), ("two", 1, 3)]
    store.clear("one")
    assert [one.key for one in store.shelves()] == ["two"]
    assert list(Shelf("a", "one").find(keys(1))) == [-1]
    store.clear("never there")


def test_texts_of_many_vectors_come_back_too(monkeypatch):
    shelf = Shelf("a", "a")
    shelf.append(keys(3, 4), uneven(3, 4))
    shelf.append(keys(6), uneven(6))
    shelf.append(keys(1, 7), uneven(1, 7)[0:2])
    found, wanted = shelf.rows(shelf.find(keys(7, 3, 1, 6, 4, 7))), uneven(7, 3, 1, 6, 4, 7)
    assert found.values.dtype == np.float16 and found.counts.tolist() == wanted.counts.tolist()
    np.testing.assert_array_equal(found.values, wanted.values)
    monkeypatch.setattr(flat_arrays, "IN_MEMORY", 4)
    assert isinstance(shelf.rows(shelf.find(keys(7, 3))).values, np.memmap)
    with pytest.raises(ValueError, match="one kind of vectors"):
        shelf.append(keys(8), uneven(8, 9)[1:2].stored_as("float32"))
    mending.take_out_damaged(shelf.folder)
    np.testing.assert_array_equal(_full(Shelf("a", "a").rows(shelf.find(keys(7, 3)))), _full(uneven(7, 3)))


def test_nothing_is_stored_under_a_key_with_another_dimension():
    shelf = Shelf("a", "a")
    shelf.append(keys(1), dense(1))
    with pytest.raises(ValueError, match="one kind of vectors"):
        shelf.append(keys(2), np.zeros((1, 4), np.float32))
    assert len(Shelf("a", "a")) == 1


def test_a_disk_that_refuses_is_told_in_a_sentence(home):
    (home / "vectors").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        Shelf("a", "a").append(keys(1), dense(1))


@settings(max_examples=150)
@given(st.data())
def test_a_file_cut_at_any_byte_loses_its_torn_blocks_and_never_gives_a_wrong_vector(home, data):
    make = data.draw(st.sampled_from([dense, scattered, uneven]))
    blocks = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    store.clear("torn")
    shelf = Shelf("torn", "torn")
    starts = np.concatenate([[0], np.cumsum(blocks)])
    sizes = []
    for start, end in pairwise(starts):
        shelf.append(keys(*range(start, end)), make(*range(start, end)))
        sizes.append({file.name: file.stat().st_size for file in shelf.folder.iterdir()})
    name = data.draw(st.sampled_from(sorted(sizes[-1])))
    cut = data.draw(st.integers(0, sizes[-1][name]))
    with (shelf.folder / name).open("r+b") as file:
        file.truncate(cut)
    whole = starts[sum(size[name] <= cut for size in sizes)]

    torn = Shelf("torn", "torn")
    every = keys(*range(starts[-1]))
    found = torn.find(every)
    assert list(found) == [row if row < whole else -1 for row in range(starts[-1])]
    if whole:
        np.testing.assert_array_equal(_full(torn.rows(found[:whole])), _full(make(*range(whole))))

    torn.append(every, make(*range(starts[-1])))
    healed = Shelf("torn", "torn")
    np.testing.assert_array_equal(_full(healed.rows(healed.find(every))), _full(make(*range(starts[-1]))))


def _full(rows):
    if isinstance(rows, TokenVectors):
        return np.concatenate([numbers(rows).ravel(), rows.counts])
    return rows.toarray() if sparse.issparse(rows) else rows


def test_garbage_in_the_last_block_is_noticed():
    shelf = Shelf("a", "a")
    shelf.append(keys(1), dense(1))
    shelf.append(keys(2), dense(2))
    with (shelf.folder / "values").open("r+b") as file:
        file.seek(-2, 2)
        file.write(b"\xff\xff")
    rows, damaged = Shelf("a", "a").find_sound(keys(1, 2))
    assert list(rows) == [0, -1] and damaged == 1


@settings(max_examples=150)
@given(st.data())
def test_a_bit_that_flips_anywhere_never_gives_a_wrong_vector_and_what_it_hit_is_stored_again(home, data):
    make = data.draw(st.sampled_from([dense, scattered, uneven]))
    blocks = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    store.clear("flipped")
    shelf = Shelf("flipped", "flipped")
    starts = np.concatenate([[0], np.cumsum(blocks)])
    for start, end in pairwise(starts):
        shelf.append(keys(*range(start, end)), make(*range(start, end)))
    name = data.draw(st.sampled_from(sorted(file.name for file in shelf.folder.iterdir())))
    content = bytearray((shelf.folder / name).read_bytes())
    if not content:
        return
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    (shelf.folder / name).write_bytes(content)

    every = np.arange(starts[-1])
    hurt = Shelf("flipped", "flipped")
    rows, _ = hurt.find_sound(keys(*every))
    there = rows >= 0
    if there.any():
        np.testing.assert_array_equal(_full(hurt.rows(rows[there])), _full(make(*every[there])))
    if name in ("values", "indices"):
        assert len(every) > there.sum() >= len(every) - max(blocks)

    hurt.append(keys(*every), make(*every))
    for healed in (hurt, Shelf("flipped", "flipped")):
        rows, _ = healed.find_sound(keys(*every))
        np.testing.assert_array_equal(_full(healed.rows(rows)), _full(make(*every)))


def test_vectors_that_are_cleared_after_they_were_found_are_still_given():
    Shelf("a", "a").append(keys(1, 2), dense(1, 2))
    shelf = Shelf("a", "a")
    rows, _ = shelf.find_sound(keys(2, 1))
    store.clear("a")
    np.testing.assert_array_equal(shelf.rows(rows), dense(2, 1))
    shelf.append(keys(3), dense(3))
    assert list(shelf.find(keys(2, 3))) == [-1, 0]


def test_a_block_is_looked_at_once_for_each_state_of_its_files(monkeypatch):
    shelf = Shelf("a", "a")
    for number in range(3):
        shelf.append(keys(number), dense(number))
    looked = []
    real = blocks.check
    monkeypatch.setattr(blocks, "check", lambda columns: looked.append(1) or real(columns))
    for _again in range(3):
        one = Shelf("a", "a")
        one.rows(one.find_sound(keys(0, 1))[0])
    assert len(looked) == 2
    one.append(keys(7), dense(7))
    one.rows(one.find_sound(keys(0, 1))[0])
    assert len(looked) == 2 and Shelf("a", "a").find_sound(keys(7))[1] == 0
