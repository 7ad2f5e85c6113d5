"""Do texts that are made when they are asked for read as a list of them would?"""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import judged_tables
from engine.texts.text_columns import Chosen, TextColumn
from engine.types import Dataset

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1, max_size=40)


@given(TEXTS, st.data())
def test_a_column_reads_as_the_list_of_its_texts(texts, data):
    column = TextColumn(pd.Series(texts, dtype="str"))
    assert len(column) == len(texts) and list(column) == texts
    at = data.draw(st.integers(-len(texts), len(texts) - 1))
    assert column[at] == texts[at]
    part = data.draw(st.slices(len(texts)))
    assert column[part] == texts[part]


@given(TEXTS, st.data())
def test_chosen_texts_are_those_of_their_places(texts, data):
    places = sorted(data.draw(st.sets(st.integers(0, len(texts) - 1))))
    chosen = Chosen(TextColumn(pd.Series(texts, dtype="str")), np.array(places, dtype=np.int64))
    assert list(chosen) == [texts[place] for place in places]
    for part in (slice(0, 3), slice(1, None), slice(5, 2)):
        assert chosen[part] == [texts[place] for place in places[part]]


def test_half_surrogates_are_replaced_for_the_tokenizer_only():
    assert Chosen(["fine", "half \ud83d"], np.array([0, 1]))[0:2] == ["fine", "half ?"]


@given(st.lists(st.tuples(st.sampled_from(["", " ", "Title", None, " 标题 "]), st.text(max_size=4)), min_size=1))
def test_titles_stand_before_their_texts_as_mteb_joins_them(rows):
    titles, texts = zip(*rows, strict=True)
    corpus = pd.DataFrame({"id": range(len(rows)), "title": pd.Series(titles, dtype="str"), "text": texts})
    tables = {"corpus": corpus, "queries": pd.DataFrame({"id": ["q"], "text": ["?"]})}
    made = judged_tables.texts(Dataset("one", "retrieval", tables))["corpus"].items
    assert list(made) == [f"{title} {text}".strip() if title else text.strip() for title, text in rows]
