"""Do several devices share one job, and give what one of them gives?"""

import gc
import threading
import weakref

import numpy as np
import pytest
from torch import inference_mode

from engine import config
from engine.encoding import batching
from engine.encoding.encode import encode
from engine.families import opening, sentence_transformer
from engine.models import catalogue
from engine.types import BadModel, ModelEntry, Texts
from tests.checkpoints import KINDS, TEXTS, bert
from tests.encoding.test_encode import Letters

pytestmark = pytest.mark.usefixtures("home")
MANY = [f"{text} {number} {'cat ' * (number % 7)}" for number in range(12) for text in TEXTS]


@pytest.fixture
def two(monkeypatch):
    """A machine with two devices, and windows so short that they are worth using."""
    machine = config.Machine("cpu", 2, "2 × CPU", ("cpu", "cpu:0"))  # two names of the same processor
    monkeypatch.setattr(config, "machine", lambda: machine)
    monkeypatch.setattr(batching, "WINDOW", 16)


def entry(folder, **more):
    return ModelEntry("tiny", "sentence_transformer", str(folder), **more)


@pytest.mark.parametrize("kind", ["bert mean", "qwen3"])
def test_two_devices_share_the_work_and_give_the_vectors_of_one(tmp_path, two, monkeypatch, kind):
    one = sentence_transformer.load(entry(KINDS[kind](tmp_path)), "cpu", "float32")
    tokens = one.tokenise(MANY, None)
    alone = one.forward(tokens)
    worked = []
    forward = sentence_transformer.TokenisingEncoder.forward
    monkeypatch.setattr(
        sentence_transformer.TokenisingEncoder,
        "forward",
        lambda self, batch: (worked.append((self, len(batch))), forward(self, batch))[1],
    )
    np.testing.assert_allclose(encode(one, Texts(MANY)).vectors, alone, atol=1e-5)
    assert {id(encoder) for encoder, _ in worked} == {id(one), *map(id, one.others())}
    assert len({id(encoder.model) for encoder, _ in worked}) == 2
    assert sum(count for _, count in worked) == len({ids.tobytes() for ids in tokens})


def test_a_few_texts_are_not_worth_loading_the_model_again(tmp_path, two, monkeypatch):
    one = sentence_transformer.load(entry(bert(tmp_path)), "cpu", "float32")
    monkeypatch.setattr(sentence_transformer, "load", None)
    encode(one, Texts(MANY[:16]))
    with pytest.raises(TypeError):
        encode(one, Texts(MANY))


def test_all_copies_of_a_model_leave_together_and_prompts_need_no_further_ones(tmp_path, two):
    folder = bert(tmp_path / "one")
    plain, prompted = catalogue.load(entry(folder)), catalogue.load(entry(folder, prompts={"document": "the "}))
    encode(prompted, Texts(MANY))
    assert [id(other) for other in plain.others()] == [id(other) for other in prompted.others()]
    gone = [weakref.ref(one.model) for one in (plain, *plain.others())]
    assert len(gone) == 2
    del plain, prompted
    gc.collect()
    assert all(one() for one in gone)
    catalogue.load(entry(bert(tmp_path / "two", "cls")))
    assert not any(one() for one in gone)


def test_a_device_without_room_for_the_model_is_named(tmp_path, two, monkeypatch):
    one = sentence_transformer.load(entry(bert(tmp_path)), "cpu", "float32")
    monkeypatch.setattr(opening, "free", lambda device: 0 if device == "cpu:0" else 10**12)
    with pytest.raises(BadModel, match=r"tiny does not fit: .* and cpu:0 has 0\.0 GB free"):
        encode(one, Texts(MANY))


def test_another_kind_of_device_takes_no_part(tmp_path, two, monkeypatch):
    one = sentence_transformer.load(entry(bert(tmp_path)), "cpu", "float32")
    machine = config.Machine("cuda", 2, "2 × Card", ("cuda:0", "cuda:1"))
    monkeypatch.setattr(config, "machine", lambda: machine)
    assert not one.others()


def crew(*encoders):
    """The first of them, to which the others are the same model elsewhere."""
    encoders[0].others = lambda: encoders[1:]
    return encoders[0]


def test_a_slow_device_holds_up_no_other(monkeypatch):
    monkeypatch.setattr(batching, "WINDOW", 10)
    enough = threading.Event()

    class Slow(Letters):
        def forward(self, batch):
            assert enough.wait(10)
            return super().forward(batch)

    class Fast(Letters):
        def forward(self, batch):
            if len(self.batches) == 20:
                enough.set()
            return super().forward(batch)

    texts, slow = [f"text {number}" for number in range(200)], Slow()
    np.testing.assert_array_equal(encode(crew(Fast(), slow), Texts(texts)).vectors, Letters().encode(texts))
    assert slow.batches


def test_every_device_finds_its_own_size_of_batches(monkeypatch):
    monkeypatch.setattr(batching, "WINDOW", 100)
    told = []
    large, small = Letters(), Letters(memory=20)
    texts = [f"text {number:03}" for number in range(400)]
    found = encode(crew(large, small), Texts(texts), lambda share, message: told.append(str(message)))
    np.testing.assert_array_equal(found.vectors, Letters().encode(texts))
    assert max(map(len, large.batches[-20:])) == 60 // 8
    assert set(map(len, small.batches)) == {1}  # 7 and then 3 texts did not fit
    assert [one for one in told if "ran out of memory" in one][-1].endswith("batches of 8 tokens")


@pytest.mark.parametrize(("harm", "said"), [(MemoryError, "8 tokens does not fit"), (RuntimeError, "lost the card")])
def test_a_device_that_fails_ends_the_run_with_its_sentence_and_leaves_no_thread(monkeypatch, harm, said):
    monkeypatch.setattr(batching, "WINDOW", 100)

    class Broken(Letters):
        def forward(self, batch):
            raise harm("lost the card")

    before = set(threading.enumerate())
    with pytest.raises((BadModel, RuntimeError), match=said) as error:
        encode(crew(Letters(), Broken()), Texts([f"text {number:03}" for number in range(400)]))
    assert (harm is MemoryError) == isinstance(error.value, BadModel)
    assert set(threading.enumerate()) == before


def test_a_text_that_fits_only_alone_is_tried_alone(monkeypatch):
    class Tight(Letters):
        streams, budgets, running, tries = 2, (30,), 0, 0
        lock, again = threading.Lock(), threading.Event()

        def forward(self, batch):
            with self.lock:
                self.running += 1
            try:
                if len(batch[0]) <= 20:
                    self.again.wait(0.2)  # where the second try did not wait for these, they would still be running
                    return super().forward(batch)
                self.tries += 1
                if self.tries == 1:
                    raise MemoryError
                self.again.set()
                assert self.running == 1
                return super().forward(batch)
            finally:
                with self.lock:
                    self.running -= 1

    texts = ["x" * 25, *(f"text {number}" for number in range(30))]
    np.testing.assert_array_equal(encode(Tight(), Texts(texts)).vectors, Letters().encode(texts))


def test_a_window_begins_while_the_last_batch_of_the_one_before_is_at_work(monkeypatch):
    monkeypatch.setattr(batching, "WINDOW", 1)
    together = threading.Barrier(2)

    class Two(Letters):
        streams = 2

        def forward(self, batch):
            together.wait(10)  # broken unless two batches, of a text each, are under way at once
            return super().forward(batch)

    texts = [f"text {number}" for number in range(8)]
    np.testing.assert_array_equal(encode(Two(), Texts(texts)).vectors, Letters().encode(texts))


def test_windows_are_longer_where_more_tokens_are_under_way():
    parts = [slice(start, start + 1) for start in range(12)]
    assert [len(window) for window in batching._joined(parts, 4)] == [1, 2, 4, 4, 1]
    assert [len(window) for window in batching._joined(parts, 0)] == [1] * 12


def test_what_ran_out_of_memory_holds_none_of_it():
    class Activations:
        pass

    gone = []

    def layer():
        activations = Activations()
        gone.append(weakref.ref(activations))
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with pytest.raises(MemoryError) as error, opening.memory_told("cpu"):
        layer()
    assert "2.00 GiB" in str(error.value) and gone[0]() is None  # while the error is still in our hands


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    with pytest.raises(RuntimeError, match="illegal"), opening.memory_told("cpu"):
        raise RuntimeError("an illegal memory access was encountered")


def test_a_batch_that_fails_gives_its_lane_back(tmp_path, monkeypatch):
    one = sentence_transformer.load(entry(bert(tmp_path)), "cpu", "float32")
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(one, "_run", lambda batch: (_ for _ in ()).throw(RuntimeError("out of memory")))
        one.forward(one.tokenise(["a cat"], None))
    assert one.lanes.free.qsize() == one.streams
    with inference_mode():
        np.testing.assert_allclose(one.forward(one.tokenise(["a cat"], None)), one.encode(["a cat"]), atol=1e-6)


def test_equal_devices_are_counted_in_the_name_of_the_machine():
    assert config.together(["CPU"]) == "CPU"
    assert config.together(["Card A", "Card B", "Card A"]) == "2 × Card A, Card B"
