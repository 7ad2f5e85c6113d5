"""Is every text encoded once, in any order, and kept whatever happens?"""

import subprocess
import sys
import threading
import time
import tracemalloc
from collections import deque
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoding import batching, store
from engine.encoding import encode as engine_encode
from engine.encoding.encode import encode
from engine.storage import flat_arrays, saved_tables
from engine.texts import text_columns
from engine.texts.text_columns import TextColumn
from engine.types import BadModel, Cancelled, Encoder, Texts, UserError

pytestmark = pytest.mark.usefixtures("home")


class Letters:
    """A model without weights: a vector counts a text's letters, a token is a letter. It keeps what it was given."""

    name, similarity, sided, budgets, streams = "letters", "cosine", False, (60,), 1
    clock = staticmethod(time.perf_counter)

    def __init__(self, key="letters", prompts=None, memory=10**9):
        self.key, self.prompts, self.memory = key, prompts or {}, memory
        self.batches = []

    def prompt(self, role):
        return self.prompts.get(role, "")

    def fit(self, documents):
        return self

    def tokenise(self, texts, role):
        whole = [(self.prompt(role) + text).encode().decode() for text in texts]  # which half a surrogate pair refuses
        return [np.array([ord(letter) % 251 for letter in text], dtype=np.int32) for text in whole]

    def forward(self, batch):
        if len(batch) * max(len(one) for one in batch) > self.memory:
            raise MemoryError
        self.batches.append([len(one) for one in batch])
        return np.array([np.bincount(one, minlength=251) for one in batch], dtype=np.float32)

    def others(self):
        return ()

    def encode(self, texts, role=None):
        return self.forward(self.tokenise(texts, role))


class Whole:
    """The same model, but one that sees to its batches itself."""

    def __init__(self, inner):
        self.inner, self.name, self.key, self.similarity = inner, inner.name, inner.key, inner.similarity
        self.prompt, self.fit, self.encode = inner.prompt, inner.fit, inner.encode


def test_the_stand_in_is_an_encoder():
    assert isinstance(Letters(), Encoder) and isinstance(Letters(), batching.Tokenising)
    assert isinstance(Whole(Letters()), Encoder) and not isinstance(Whole(Letters()), batching.Tokenising)


@pytest.mark.parametrize("whole", [False, True])
@settings(max_examples=60)
@given(texts=st.lists(st.text(max_size=40), max_size=40))
def test_vectors_come_in_the_order_of_the_texts_whatever_they_hold(whole, texts):
    store.clear("letters")
    encoder = Letters()
    found = encode(Whole(encoder) if whole else encoder, Texts(texts))
    assert (found.texts, found.distinct, found.cached) == (len(texts), len(set(texts)), 0)
    if texts:
        np.testing.assert_array_equal(found.vectors, Letters().encode(texts))
    again = encode(encoder, Texts(texts[::-1]))
    assert again.cached == again.distinct and again.tokens == 0
    np.testing.assert_array_equal(again.vectors, found.vectors[::-1])


def test_duplicates_are_encoded_once_and_stored_texts_never_again():
    encoder = Letters()
    first = encode(encoder, Texts(["a", "b", "a", "ccc"]))
    assert (first.texts, first.distinct, first.cached, first.tokens) == (4, 3, 0, 5)
    second = encode(encoder, Texts(["ccc", "dd", "a", "dd"]))
    assert (second.texts, second.distinct, second.cached, second.tokens) == (4, 3, 2, 2)
    assert sum(map(len, encoder.batches)) == 4


def test_sides_with_the_same_prompt_share_vectors_and_others_do_not():
    prompted = Letters(prompts={"query": "q: "})
    encode(prompted, Texts(["cat"], "document"))
    assert encode(prompted, Texts(["cat"])).cached == 1
    query = encode(prompted, Texts(["cat"], "query"))
    assert query.cached == 0
    np.testing.assert_array_equal(query.vectors, Letters().encode(["q: cat"]))
    sided = Letters(key="sided")
    sided.sided = True
    encode(sided, Texts(["cat"], "document"))
    assert encode(sided, Texts(["cat"], "query")).cached == 0


def test_another_encoder_key_starts_afresh():
    encode(Letters(key="one"), Texts(["cat"]))
    assert encode(Letters(key="two"), Texts(["cat"])).cached == 0


def test_batches_hold_a_budget_of_tokens_longest_first():
    encoder = Letters()
    lengths = np.random.default_rng(0).integers(1, 50, 200)
    encode(encoder, Texts([chr(97 + place % 26) * length + str(place) for place, length in enumerate(lengths)]))
    assert all(len(batch) * max(batch) <= 60 or len(batch) == 1 for batch in encoder.batches)
    longest = [max(batch) for batch in encoder.batches]
    assert longest == sorted(longest, reverse=True)
    assert all(
        len(one) * max(one) + max(two) > 60 for one, two in zip(encoder.batches, encoder.batches[1:], strict=False)
    )


def test_batches_run_side_by_side_and_vectors_still_come_in_the_order_of_the_texts():
    class Two(Letters):
        streams, together = 2, threading.Barrier(2)

        def forward(self, batch):
            self.together.wait(10)  # broken unless two batches are under way at once
            return super().forward(batch)

    texts = [f"text {number}" for number in range(8 * 6)]
    encoder = Two()
    np.testing.assert_array_equal(encode(encoder, Texts(texts)).vectors, Letters().encode(texts))


def test_the_size_of_batches_is_the_one_that_was_quickest_a_token():
    class Slow(Letters):
        budgets, ticks = (20, 40, 80), 0.0

        def clock(self):
            return self.ticks

        def forward(self, batch):
            self.ticks += len(batch) * {1: 5, 2: 1, 4: 3}.get(len(batch), 1)
            return super().forward(batch)

    encoder = Slow()
    encode(encoder, Texts([f"{number:020}" for number in range(200)]))
    sizes = [len(batch) for batch in encoder.batches]
    assert {size: sizes[:9].count(size) for size in (1, 2, 4)} == {1: 3, 2: 3, 4: 3}
    assert set(sizes[11:-1]) == {2}


def test_windows_keep_few_tokens_in_memory(monkeypatch):
    monkeypatch.setattr(batching, "WINDOW", 3)
    monkeypatch.setattr(batching, "WINDOW_CHARACTERS", 10)
    texts = ["a", "b", "c", "d" * 9, "ee", "f" * 50, "g"]
    encoder = Letters()
    np.testing.assert_array_equal(encode(encoder, Texts(texts)).vectors, Letters().encode(texts))
    assert sum(map(len, encoder.batches)) == len(texts)
    assert [texts[one] for one in batching._windows(texts)] == [
        texts[:3],
        texts[3:4],
        texts[4:5],
        texts[5:6],
        texts[6:],
    ]


def test_a_cancelled_run_keeps_what_it_had_encoded():
    texts = [f"text {number}" for number in range(100)]

    def cancel(share, message):
        if share > 0:
            raise Cancelled

    encoder = Letters()
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch, pytest.raises(Cancelled):
        patch.setattr(engine_encode, "TELL_SECONDS", 0)
        encode(encoder, Texts(texts), cancel)
    begun = sum(map(len, encoder.batches))
    again = encode(encoder, Texts(texts))
    assert 0 < again.cached <= begun < 100
    np.testing.assert_array_equal(again.vectors, Letters().encode(texts))


def test_a_corpus_is_encoded_in_less_memory_than_its_texts_or_its_vectors_take(home, monkeypatch):
    count = 4_000
    saved_tables.write(pd.DataFrame({"text": [f"{row} {'long ' * 300}" for row in range(count)]}), home, "corpus")
    texts = TextColumn(saved_tables.read(home)["corpus"]["text"])  # 6 MB
    monkeypatch.setattr(batching, "WINDOW", 50)
    monkeypatch.setattr(text_columns, "BLOCK", 50)
    monkeypatch.setattr(engine_encode, "STORE_BYTES", 100_000)
    monkeypatch.setattr(flat_arrays, "IN_MEMORY", 100_000)
    monkeypatch.setattr(flat_arrays, "ROWS", 50)
    encoder = Letters()
    encoder.budgets, encoder.batches = (15_000,), deque(maxlen=1)
    tracemalloc.start()
    try:
        found = encode(encoder, Texts(texts))  # 4 MB
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.distinct == count and found.vectors.nbytes > 4_000_000
    assert peak < 2_000_000
    np.testing.assert_array_equal(found.vectors[-3:], Letters().encode(texts[count - 3 :]))


KILLED = """
import os, signal
from engine.encoding import encode
from engine.types import Texts
from tests.encoding.test_encode import Letters
encode.STORE_SECONDS = 0
class Mortal(Letters):
    def forward(self, batch):
        if len(self.batches) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(batch)
encode.encode(Mortal(), Texts([f"text {number}" for number in range(100)]))
"""


def test_a_killed_process_loses_only_what_it_held_in_its_hands():
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=root, check=False).returncode == -9
    texts = [f"text {number}" for number in range(100)]
    again = encode(Letters(), Texts(texts))
    size = 60 // len("text 10")
    assert again.cached in (2 * size, 3 * size)  # the third batch was on its way to the store
    np.testing.assert_array_equal(again.vectors, Letters().encode(texts))


def test_a_device_that_is_too_small_gets_smaller_batches_and_says_so():
    told = []
    encoder = Letters(memory=20)
    texts = [f"text {number}" for number in range(50)]
    found = encode(encoder, Texts(texts), lambda share, message: told.append(str(message)))
    np.testing.assert_array_equal(found.vectors, Letters().encode(texts))
    assert [one for one in told if "ran out of memory" in one][-1].endswith("batches of 14 tokens")
    with pytest.raises(BadModel, match="21 tokens does not fit"):
        encode(encoder, Texts(["x" * 21]))


def test_a_vector_that_is_not_a_number_stops_the_work_and_names_the_text():
    class Broken(Letters):
        def forward(self, batch):
            return np.where(np.array([len(one) == 3 for one in batch])[:, None], np.nan, super().forward(batch))

    with pytest.raises(BadModel, match=r"nan or infinity for the text 'abc'.*float16"):
        encode(Broken(), Texts(["a", "abc", "ab"]))


@pytest.mark.parametrize(("value", "fits"), [(1e17, True), (1e19, False), (-2e19, False)])
def test_a_vector_whose_length_is_no_number_stops_the_work_and_names_the_text(value: float, fits: bool):
    class Large(Letters):
        def forward(self, batch):
            return np.where(np.array([len(one) == 3 for one in batch])[:, None], value, super().forward(batch)).astype(
                np.float32
            )

    if fits:
        encode(Large(), Texts(["a", "abc", "ab"]))
        return
    with pytest.raises(BadModel, match=r"vector of numbers as large as [12]e\+19 for the text 'abc'"):
        encode(Large(), Texts(["a", "abc", "ab"]))


def test_progress_counts_up_to_all_of_it():
    told = []
    texts = [f"text {number}" for number in range(50)]
    encode(Letters(), Texts(texts), lambda share, message: told.append((share, message)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert told[0][1].values == {"total": 50}
    assert str(told[-1][1]).startswith("50 of 50 texts, ") and "left" not in str(told[-1][1])
    told.clear()
    encode(Letters(), Texts(texts), lambda share, message: told.append((share, message)))
    assert [(share, str(message)) for share, message in told] == [(1.0, "50 texts were encoded before")]


def test_what_was_stored_before_and_once_there_is_a_pace_the_time_left_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_encode, "PACE_SECONDS", 0)
    monkeypatch.setattr(engine_encode, "TELL_SECONDS", 0)
    texts, told = [f"text {number}" for number in range(500)], []
    encode(Letters(), Texts(texts[:100]))
    encode(Letters(), Texts(texts), lambda share, message: told.append(str(message)))
    assert told[:2] == ["100 of 500 different texts were encoded before", "400 texts to encode"]
    assert "left" not in told[2] and told[3].endswith(" left") and told[-1].endswith("0:00 left")


def test_vectors_that_are_cleared_meanwhile_are_made_again():
    class Cleared(Letters):
        def forward(self, batch):
            if len(self.batches) == 2:
                store.clear(self.key)
            return super().forward(batch)

    texts = [f"text {number}" for number in range(50)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_encode, "STORE_SECONDS", 0)
        np.testing.assert_array_equal(encode(Cleared(), Texts(texts)).vectors, Letters().encode(texts))


def test_vectors_that_are_cleared_once_all_of_them_were_found_do_not_end_the_run():
    encode(Letters(), Texts(["a", "b"]))
    found = encode(Letters(), Texts(["a", "b"]), lambda share, message: store.clear("letters"))
    np.testing.assert_array_equal(found.vectors, Letters().encode(["a", "b"]))


def test_a_bit_that_flipped_in_any_stored_block_is_said_and_its_texts_are_encoded_again():
    first, second = ["a", "bb"], ["ccc", "dddd", "eeeee"]
    encode(Letters(), Texts(first))
    encode(Letters(), Texts(second))
    path = store.Shelf("letters", "letters").folder / "values"
    content = bytearray(path.read_bytes())
    content[3] ^= 64  # the exponent of the first number of the first block
    path.write_bytes(content)
    told: list[str] = []
    found = encode(Letters(), Texts(first + second), lambda share, message: told.append(str(message)))
    assert told[0].startswith("2 stored vectors of letters are damaged in ") and found.cached == 3
    np.testing.assert_array_equal(found.vectors, Letters().encode(first + second))
    told.clear()
    again = encode(Letters(), Texts(first + second), lambda share, message: told.append(str(message)))
    assert again.cached == 5 and told[-1] == "5 texts were encoded before"
    np.testing.assert_array_equal(again.vectors, found.vectors)


def test_half_a_surrogate_pair_is_replaced_and_not_fatal():
    found = encode(Letters(), Texts(["a\ud83d", "a?"]))
    assert found.distinct == 1
    np.testing.assert_array_equal(found.vectors, Letters().encode(["a?", "a?"]))


def test_nothing_to_encode_is_no_vectors():
    assert encode(Letters(), Texts([])).vectors.shape[0] == 0
    encode(Letters(), Texts(["a"]))
    assert encode(Letters(), Texts([])).vectors.shape == (0, 251)


def test_a_disk_that_refuses_is_told_in_a_sentence(home):
    (home / "vectors").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        encode(Letters(), Texts(["a"]))


class Uneven(Letters):
    """Letters whose last bits depend on the batch, as those of every model do."""

    def forward(self, batch):
        vectors = super().forward(batch)
        return vectors + np.float32(1e-6) * len(self.batches)


def alike(text: str) -> str:
    """Another text that `Letters` reads as the same tokens."""
    return "".join(chr(ord(letter) + 251) for letter in text)


def test_texts_that_are_read_as_the_same_tokens_get_the_same_vector_whatever_the_batch(monkeypatch):
    monkeypatch.setattr(batching, "WINDOW", 7)
    texts = [f"{number:03}" * (1 + number % 3) for number in range(60)]
    copies = [alike(text) for text in texts]
    encoder = Uneven()
    said = []
    found = encode(encoder, Texts(texts + copies[::-1]), lambda share, message: said.append((share, str(message))))
    np.testing.assert_array_equal(found.vectors[:60], found.vectors[60:][::-1])
    assert sum(map(len, encoder.batches)) == 60 and found.distinct == 120 and said[-1][0] == 1
    assert encode(Uneven(), Texts(texts + copies)).cached == 120


def test_both_sides_of_a_pair_that_read_the_same_tie_at_one(home):
    from engine.runs.evaluate import _by_field, _encode

    sides = {"sentence1": Texts([f"word {number}" for number in range(50)])}
    sides["sentence2"] = Texts([alike(text) for text in sides["sentence1"].items])
    vectors = _by_field(_encode(Uneven(), sides, lambda share, message: None), sides)
    np.testing.assert_array_equal(vectors["sentence1"], vectors["sentence2"])
