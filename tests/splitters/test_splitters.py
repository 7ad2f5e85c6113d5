"""Every registered splitter: its pieces are the whole text, and its chunks are spans of the size that was asked for."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import plugins
from engine.models import catalogue
from engine.models.rulers import Tokens, Words, ruler
from engine.pipelines.chunks import Cut, chunks, spans, whole
from engine.types import UserError

SPLITTERS = list(plugins.splitters())
ALPHABET = 'ab c.。！？；…!?\n#`-|\t  你好世界说。🙂👩‍👩‍👧é\u3000"”)'
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=300)
ARTICLE = (
    "# Cats\n\nCats sleep. They sleep a lot! Do they dream? Nobody knows.\n\n## Food\n\nCats eat fish; mice too.\n\n"
    "```\nfeed(cat)\nfeed(cat)\n```\n\n# Dogs\n\nDogs bark at night and sleep by day.\n"
)
CHINESE = "猫喜欢睡觉。它们睡很久！它们会做梦吗？没有人知道；也许会。" * 6


def minilm() -> Tokens:
    found = ruler(catalogue.find("all-MiniLM-L6-v2"))
    assert isinstance(found, Tokens)
    return found


@pytest.fixture(scope="module", params=["words", "tokens"])
def measure(request: pytest.FixtureRequest) -> Words | Tokens:
    return Words() if request.param == "words" else minilm()


@pytest.mark.parametrize("name", SPLITTERS)
@settings(max_examples=60)
@given(text=TEXTS, size=st.integers(8, 40), share=st.floats(0, 0.8))
def test_chunks_cover_the_text_in_order_and_overlap_as_asked(name: str, text: str, size: int, share: float):
    measure = Words()
    overlap = int(share * size)
    found = spans(text, Cut(name, size, overlap), measure)
    assert found[0][0] == 0 and found[-1][1] == len(text)
    starts = measure.starts(text)
    for (start, end), (after, last) in pairwise(found):
        assert start <= after <= end < last  # nothing is left out between two, and each brings something new
        shared = np.searchsorted(starts, end) - np.searchsorted(starts, after)
        assert shared == min(overlap, np.searchsorted(starts, end))


@pytest.mark.parametrize("name", SPLITTERS)
@settings(max_examples=40)
@given(text=TEXTS, size=st.integers(8, 40))
def test_no_chunk_has_more_tokens_than_asked_for(name: str, text: str, size: int):
    measure = Words()
    for start, end in spans(text, Cut(name, size, size // 4), measure):
        assert measure.count(text[start:end]) <= size + (size // 4 if name == "markdown" else 0)


@pytest.mark.parametrize("name", SPLITTERS)
@pytest.mark.parametrize("text", ["", " ", "short", "🙂", "你好。", "👩‍👩‍👧" * 30, "a" * 500, ARTICLE, CHINESE])
def test_empty_short_emoji_and_chinese_texts_are_whole_in_their_chunks(name: str, text: str, measure: Words | Tokens):
    made = chunks([text, "other"], Cut(name, 16), measure)
    own = made.documents == 0
    assert "".join(one for one, here in zip(made.texts, own, strict=True) if here) == text
    assert own.sum() >= 1 and made.documents.tolist() == sorted(made.documents)
    for row in np.flatnonzero(own):
        assert made.texts[row] == text[made.starts[row] : made.ends[row]]


def test_a_document_shorter_than_a_chunk_is_one_and_an_empty_one_is_an_empty_chunk():
    made = chunks(["", "short"], Cut("sentences", 64, 16), Words())
    assert made.texts == ["", "short"] and made.empty == 1


def test_fixed_tokens_are_the_models_own():
    tokens = minilm()
    text = "Unbelievable hyperparameters " * 20
    edges = [end for _, end in spans(text, Cut("tokens", 16), tokens)]
    assert edges[:-1] == tokens.starts(text)[16::16].tolist() and len(edges) > 5


def test_sentences_end_at_chinese_marks_without_a_space():
    found = [CHINESE[start:end] for start, end in spans(CHINESE, Cut("sentences", 16), Words())]
    assert len(found) > 6 and all(one[-1] in "。！？；" for one in found)


def test_a_number_does_not_end_a_sentence_and_a_closing_quote_stays_with_its_own():
    text = 'It costs 3.14 euros. "Really?" he said. '
    found = [text[start:end] for start, end in spans(text, Cut("sentences", 8), Words())]
    assert found == ["It costs 3.14 euros. ", '"Really?" he said. ']
    text = "他说：“走吧！”然后离开了。"
    found = [text[start:end] for start, end in spans(text, Cut("sentences", 8), Words())]
    assert found == ["他说：“走吧！”", "然后离开了。"]


def test_markdown_keeps_a_heading_with_its_section_and_a_fence_whole():
    found = [ARTICLE[start:end] for start, end in spans(ARTICLE, Cut("markdown", 30), Words())]
    assert not [one for one in found if one.strip().splitlines()[-1].startswith("#")]
    assert len([one for one in found if "feed(cat)\nfeed(cat)" in one]) == 1


def test_the_title_stands_in_front_of_every_chunk_and_in_the_first_once():
    document = "Cats " + "They sleep. " * 20
    made = chunks([document], Cut("sentences", 16, title=True), Words(), ["Cats"])
    assert all(text.startswith("Cats ") and text.count("Cats") == 1 for text in made.texts)
    assert made.titles.tolist() == [0] + [5] * (len(made.texts) - 1)
    plain = chunks([document], Cut("sentences", 16), Words(), ["Cats"])
    assert (plain.starts == made.starts).all() and "Cats" not in plain.texts[1]


@pytest.mark.parametrize("size, overlap", [(16, 16), (16, 20), (16, -1), (4, 0)])
def test_sizes_and_overlaps_that_leave_nothing_are_refused(size: int, overlap: int):
    with pytest.raises(UserError, match=r"does not fit|too short"):
        Cut("tokens", size, overlap)


def test_an_unknown_splitter_is_refused_with_those_that_there_are():
    with pytest.raises(UserError, match="sentences"):
        Cut("sentence", 64)


def test_whole_documents_are_their_own_chunks():
    made = whole(["one", ""])
    assert made.texts == ["one", ""] and made.ends.tolist() == [3, 0]
