"""What is learnt from never shows what is judged: the split, the leak check, near-duplicates, the shapes."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.adaptation.data import leaks
from engine.adaptation.data.examples import OFFERED, examples, shapes
from engine.adaptation.data.near_duplicates import groups
from engine.adaptation.data.split import shown, split
from engine.adaptation.data.units import TABLES, Units, part, units
from engine.datasets import library
from engine.types import Dataset, UserError

SAMPLES = ("sts_en", "duplicates_zh", "helpcentre_zh", "intents_en", "rerank_en", "tickets_en", "bitext_en_zh")
FOX = "The quick brown fox jumps over the lazy dog, and the dog sleeps on"


WORDS = "apple bridge candle desert engine forest garden harbour island jungle kettle ladder mirror needle orange"


def sentence(seed: int) -> str:
    """Five words that no two seeds of a test share in this order."""
    return " ".join(np.random.default_rng(seed).choice(WORDS.split(), 6))


def pairs(rows: list[tuple[str, str, float]], **columns: list[str]) -> Dataset:
    table = pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"]).assign(**columns)
    return Dataset("mine", "sts", {"pairs": table})


def test_every_task_says_what_can_be_learnt_from_it():
    assert set(OFFERED) == set(TABLES) == set(plugins.tasks())


@pytest.mark.parametrize("name", SAMPLES)
def test_no_part_of_a_split_shows_a_text_of_another_and_a_seed_gives_the_same(name: str):
    dataset = library.load(name)
    found, again = split(dataset, seed=3), split(dataset, seed=3)
    assert [one.fingerprint for one in (found.train, found.dev, found.test)] == [
        one.fingerprint for one in (again.train, again.dev, again.test)
    ]
    held, learnt = [shown(found.dev), shown(found.test)], units(found.train)
    assert min(found.sizes.values()) > 0
    for one in held:
        assert not len(leaks.leaks(learnt, one).found)


def test_planted_leaks_are_found_and_named():
    judged = Units("queries", [["how do I reset it?", "Open the settings and press the reset button twice."], [FOX]])
    learnt = Units("queries", [
        ["How do I reset it", "something else"],
        ["another question", "open the settings, and press the reset button twice"],
        ["a third one", FOX.replace("sleeps on", "sleeps in")],
        ["a fourth one", f"Somebody wrote: {FOX}. And then the story went on, for many more words, to its end."],
        ["a clean one", "with a clean answer"],
    ])  # fmt: skip
    found = leaks.leaks(learnt, judged)
    assert found.counts == {"query": 1, "document": 1, "near": 1, "inside": 1}
    assert found.rows.tolist() == [0, 1, 2, 3]
    named = leaks.leaks(learnt, judged, called=("ours", "theirs"))
    assert str(leaks.told(named)[2]) == (
        "1 row of ours was left out: nearly the same text is judged too, such as that of row 3, which stands in row 2 "
        f"of theirs: {str(named.found['text'].iloc[2])!r}"
    )


def test_rows_of_another_dataset_that_show_what_is_judged_are_left_out_and_counted():
    judged = pairs([(sentence(n), sentence(500 + n), n % 5) for n in range(20)])
    mine = [(sentence(1_000 + n), sentence(2_000 + n), n % 5) for n in range(30)]
    learnt = pairs([*mine, (sentence(3).upper() + "!", "anything", 1.0)])
    found = split(judged, learnt=learnt)
    assert found.test.tables is judged.tables
    assert found.left_out.counts == {"query": 1}
    leak = found.left_out.found.iloc[0]
    assert (leak["row"], leak["other"], leak["dataset"], found.left_out.learnt) == (30, 3, "mine", "mine")
    assert [str(one) for one in found.notes] == ["All of mine is judged; mine is learnt from."]
    assert found.sizes["train"] + found.sizes["dev"] == 30


def test_a_column_that_names_the_parts_is_followed():
    said = ["train"] * 30 + ["validation"] * 5 + ["test"] * 10
    found = split(pairs([(sentence(n), sentence(500 + n), n % 5) for n in range(45)], split=said))
    assert found.sizes == {"train": 30, "dev": 5, "test": 10}


def test_units_that_all_hang_together_are_drawn_alone_and_what_shows_the_judged_is_left_out():
    found = split(pairs([("the same sentence in every row", sentence(n), n % 5) for n in range(50)] + [
        (sentence(900 + n), sentence(1_900 + n), n % 5) for n in range(20)
    ]))  # fmt: skip
    assert len(found.notes) == 1 and found.sizes["train"] > 0
    assert len(found.left_out.rows) > 0


def test_texts_are_near_duplicates_across_case_marks_and_a_few_letters_only():
    found = groups(
        [FOX, FOX.upper() + "!", FOX.replace("sleeps on", "sleeps in"), "Something else altogether", "好", "好。"]
    )
    assert found[0] == found[1] == found[2] and len({found[0], found[3], found[4]}) == 3 and found[4] == found[5]


def test_pairs_of_a_retrieval_dataset_are_its_relevant_judgements_and_nothing_judged_can_be_mined():
    found = split(library.load("helpcentre_en"))
    taken, judged = examples(found.train, "pairs"), examples(found.test, "pairs")
    assert taken.roles == {"query": "query", "document": "document"}
    assert not set(taken.corpus) & set(judged.rows["document"])


def test_a_shape_that_a_dataset_does_not_have_is_refused_in_a_sentence():
    with pytest.raises(UserError, match="sts_en holds no texts with a label"):
        examples(library.load("sts_en"), "labelled texts")
    assert shapes(library.load("sts_en"))[0] == "scored pairs"


def test_a_part_of_a_corpus_keeps_every_judged_document():
    dataset = library.load("helpcentre_en")
    small = part(dataset, np.arange(5), keep=10)
    assert set(small.tables["qrels"]["corpus_id"]) <= set(small.tables["corpus"]["id"])
    assert len(small.tables["corpus"]) >= 10
