"""The study of chunks: what it counts, by hand; what it compares; and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from engine.comparison.chunking import kept
from engine.comparison.chunking.evidence import Measured, evidence, given
from engine.comparison.chunking.grid import EQUAL, WHOLE, Grid
from engine.comparison.chunking.study import study
from engine.metrics.ranked_items import read_judgements
from engine.models.rulers import Words
from engine.pipelines.chunks import Cut, chunks
from engine.rankings import Ranking
from engine.types import Dataset, UserError

RNG = np.random.default_rng(5)
WORDS = [f"word{number}" for number in range(200)]
FACTS = [f"The secret number of village {number} is code{number}." for number in range(24)]


def filler(words: int) -> str:
    return " ".join(" ".join(RNG.choice(WORDS, 9)) + "." for _ in range(words // 10))


TEXTS = [f"{filler(120)} {FACTS[2 * row]} {filler(120)} {FACTS[2 * row + 1]} {filler(60)}" for row in range(12)]
PLACES = [TEXTS[number // 2].index(fact) for number, fact in enumerate(FACTS)]
DATASET = Dataset(
    "villages",
    "retrieval",
    {
        "corpus": pd.DataFrame(
            {
                "id": [f"d{row:02d}" for row in range(13)],
                "title": [*(f"Book {row}" for row in range(12)), ""],
                "text": [*TEXTS, ""],
            }
        ),
        "queries": pd.DataFrame(
            {
                "id": [f"q{row:02d}" for row in range(24)],
                "text": [f"secret number of village {row} code{row}" for row in range(24)],
            }
        ),
        "qrels": pd.DataFrame(
            {
                "query_id": [f"q{row:02d}" for row in range(24)],
                "corpus_id": [f"d{row // 2:02d}" for row in range(24)],
                "score": 1,
                "start": PLACES,
                "end": [place + len(fact) for place, fact in zip(PLACES, FACTS, strict=True)],
            }
        ),
    },
    fingerprint="villages",
)


def quiet(_share: float, _message: object) -> None:
    return None


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> kept.Study:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(tmp_path_factory.mktemp("home")))
        grid = Grid(("bm25", "tfidf"), ("sentences", "tokens"), (32, 64), (0.0, 0.25))
        made = study(DATASET, grid, quiet)
        kept.keep("villages", made)
        again = kept.known("villages")
        assert again is not None and again.cells.equals(made.cells)
        return again


def test_there_is_a_cell_for_every_model_and_cut_and_whole_documents(found: kept.Study):
    assert len(found.cells) == 2 * (8 + 1) and set(found.cells["model"]) == {"bm25", "tfidf"}
    whole = found.cells[found.cells["arm"] == WHOLE]
    assert (whole["vectors"] == 13).all() and (whole["repeated"] == 0).all()
    assert found.facts["empty"] == 1 and (found.cells["empty"] == 1).all()


def test_overlap_is_measured_and_smaller_chunks_are_more_vectors(found: kept.Study):
    own = found.cells[found.cells["model"] == "bm25"].set_index("arm")
    assert own.loc["tokens 32/0", "repeated"] == 0 and 0.25 < own.loc["tokens 32/8", "repeated"] < 0.4
    assert own.loc["tokens 32/0", "vectors"] > own.loc["tokens 64/0", "vectors"] > own.loc[WHOLE, "vectors"]


def test_small_chunks_give_a_reader_the_evidence_that_whole_documents_hide(found: kept.Study):
    curve = found.curve[found.curve["model"] == "bm25"].set_index("arm")
    assert curve.loc["sentences 32/0", "share_256"] > 0.95 > curve.loc[WHOLE, "share_256"]
    assert curve.loc["sentences 32/0", "iou_256"] > curve.loc[WHOLE, "iou_256"]


def test_the_best_cut_is_compared_with_whole_documents_and_with_the_second(found: kept.Study):
    judged = found.judged[(found.judged["model"] == "bm25") & (found.judged["by"] == kept.SHARE)].set_index("arm")
    second = found.seconds[(found.seconds["model"] == "bm25") & (found.seconds["by"] == kept.SHARE)].iloc[0]
    assert judged["value"].drop(WHOLE).idxmax() == second["best"] and second["ways"] == 8
    best = judged.loc[second["best"]]
    assert best["low"] <= best["value"] <= best["high"]
    assert best["gap"] == pytest.approx(best["value"] - judged.loc[WHOLE, "value"])
    assert judged.loc[WHOLE, "gap"] == 0


def test_models_are_compared_on_whole_documents(found: kept.Study):
    assert found.pairs[["a", "b", "arm"]].to_numpy().tolist() == [["bm25", "tfidf", WHOLE]]


def test_share_precision_and_iou_are_those_counted_by_hand():
    document = "a b c d e f g h i j"
    cut = chunks([document, "x y z"], Cut("tokens", 8, 4), Words())
    assert [one.strip() for one in cut.texts] == ["a b c d", "a b c d e f g h", "e f g h i j", "x y z"]
    measured = Measured([document, "x y z"])
    known = evidence(
        Dataset("one", "retrieval", {
            "corpus": pd.DataFrame({"id": ["d", "e"], "text": [document, "x y z"]}),
            "queries": pd.DataFrame({"id": ["q"], "text": ["?"]}),
            "qrels": pd.DataFrame({"query_id": ["q"], "corpus_id": ["d"], "score": [1], "evidence": ["d e"]}),
        }),
        read_judgements({
            "corpus": pd.DataFrame({"id": ["d", "e"], "text": [document, "x y z"]}),
            "queries": pd.DataFrame({"id": ["q"], "text": ["?"]}),
            "qrels": pd.DataFrame({"query_id": ["q"], "corpus_id": ["d"], "score": [1]}),
        }),
        measured,
    )  # fmt: skip
    assert known is not None and known.tokens[0].tolist() == [3, 4]
    row = given(Ranking(np.array([[2, 3]]), np.ones((1, 2), np.float32)), cut, measured, known).iloc[0]
    assert row["share_256"] == 0.5  # of d e, the third chunk holds e
    assert row["precision_256"] == pytest.approx(1 / 9)
    assert row["iou_256"] == pytest.approx(1 / (9 + 2 - 1))


def test_evidence_is_found_behind_the_title_and_what_is_not_there_is_counted():
    tables = {
        "corpus": pd.DataFrame({"id": ["d"], "title": ["The Title"], "text": ["one two three"]}),
        "queries": pd.DataFrame({"id": ["q", "r"], "text": ["?", "!"]}),
        "qrels": pd.DataFrame({"query_id": ["q", "r"], "corpus_id": "d", "score": 1, "evidence": ["two", "four"]}),
    }
    measured = Measured(["The Title one two three"])
    known = evidence(Dataset("t", "retrieval", tables), read_judgements(tables), measured)
    assert known is not None and [one.tolist() for one in known.tokens] == [[3], []] and known.lost == 1


def test_without_evidence_only_scores_are_compared(home: object):
    plain = {**DATASET.tables, "qrels": DATASET.tables["qrels"].drop(columns=["start", "end"])}
    made = study(Dataset("plain", "retrieval", plain), Grid(("bm25",), ("tokens",), (64,)), quiet)
    assert made.facts["evidence"] == 0 and made.curve.empty and set(made.judged["by"]) == {kept.SCORE}


def test_a_dataset_without_a_corpus_is_refused():
    with pytest.raises(UserError, match="has none: choose a retrieval dataset"):
        study(Dataset("pairs", "sts", {}), Grid(("bm25",), ("tokens",), (64,)), quiet)


@pytest.mark.parametrize(
    "grid, word",
    [
        (Grid(("bm25",), ("tokens",), (64,), (1.0,)), "does not fit"),
        (Grid(("bm25",), (), (64,)), "at least one"),
        (Grid(("bm25",), ("tokens",), tuple(range(10, 80))), "too many"),
    ],
)
def test_grids_that_say_nothing_are_refused(grid: Grid, word: str):
    with pytest.raises(UserError, match=word):
        grid.cuts()


def test_no_text_is_encoded_twice_and_the_equal_arm_gives_both_models_the_same(home: object):
    """Two lengths of one model: what the shorter one reads is what the equal arm holds."""
    from engine.models import catalogue, variants

    short = variants.keep(catalogue.find("all-MiniLM-L6-v2"), variants.Changes(max_length=48))
    small = Dataset("small", "retrieval", {
        "corpus": DATASET.tables["corpus"].iloc[:4],
        "queries": DATASET.tables["queries"].iloc[:8],
        "qrels": DATASET.tables["qrels"].iloc[:8],
    })  # fmt: skip
    grid = Grid(("all-MiniLM-L6-v2", short.name), ("tokens",), (24, 32))
    first = study(small, grid, quiet)
    assert study(small, grid, quiet).cells["fresh"].sum() == 0
    unread = first.cells.set_index(["model", "arm"])["unread"]
    assert unread[short.name, WHOLE] > 0.5 and unread[short.name, EQUAL] == 0 == unread[short.name, "tokens 24/0"]
    gap = first.pairs.set_index("arm")["gap"]
    assert gap[EQUAL] == pytest.approx(0, abs=1e-6)


def test_a_study_of_twelve_cells_encodes_every_text_once(home: object, monkeypatch: pytest.MonkeyPatch):
    """Overlapping cuts share chunks; a document shorter than a chunk is the same chunk at every size."""
    from engine.families.sentence_transformer import TokenisingEncoder

    seen: list[str] = []
    own = TokenisingEncoder.tokenise

    def counted(self, texts, role):
        seen.extend(texts)
        return own(self, texts, role)

    monkeypatch.setattr(TokenisingEncoder, "tokenise", counted)
    short = [text[:200] for text in TEXTS[:4]]
    small = Dataset("small", "retrieval", {
        "corpus": pd.DataFrame({"id": [f"d{row:02d}" for row in range(6)], "text": [*short, "one line", "one line"]}),
        "queries": DATASET.tables["queries"].iloc[:8],
        "qrels": DATASET.tables["qrels"].iloc[:8].drop(columns=["start", "end"]),
    })  # fmt: skip
    made = study(small, Grid(("all-MiniLM-L6-v2",), ("sentences", "tokens"), (16, 24, 32), (0.0, 0.25)), quiet)
    assert len(made.cells) == 13 and len(seen) == len(set(seen)) == made.cells["fresh"].sum() + 8  # queries


def test_the_sentence_says_which_cut_is_best_and_whether_that_is_luck(found: kept.Study):
    from engine.comparison.chunking import verdict

    said = str(verdict.best(found, "bm25", kept.SHARE))
    assert said.startswith("bm25, on 24 queries: of 8 ways to cut, ") and "whole documents give" in said
    assert "cutting is better by" in said or "may be luck" in said
    assert str(verdict.length(found)).startswith("Every model reads every document to its end")
    assert [str(one) for one in verdict.notes(found)] == ["Documents without any text: 1; each stays one empty chunk."]


def test_documents_shorter_than_a_chunk_and_missing_evidence_are_said(home: object):
    from engine.comparison.chunking import verdict

    plain = {**DATASET.tables, "qrels": DATASET.tables["qrels"].drop(columns=["start", "end"])}
    made = study(Dataset("plain", "retrieval", plain), Grid(("bm25",), ("tokens",), (4_096,)), quiet)
    told = " ".join(str(one) for one in verdict.notes(made))
    assert "name no evidence" in told and "Every document is shorter than a chunk" in told
    assert "Fixed tokens, 4,096 tokens gives" in str(verdict.best(made, "bm25", kept.SCORE))


@pytest.mark.parametrize(
    "equal, p, word",
    [
        (0.2, 0.001, "it is the model"),
        (-0.2, 0.001, "how far it reads sets it apart"),
        (0.01, 0.6, "may be all that sets it apart"),
    ],
)
def test_equal_texts_tell_whether_a_model_is_better_or_only_reads_further(
    found: kept.Study, equal: float, p: float, word: str
):
    from dataclasses import replace

    from engine.comparison.chunking import verdict

    names = ["a", "b", "arm", "gap", "low", "high", "p"]
    best, other = ("bm25", "tfidf")
    if found.judged.query("arm == 'whole' and by == 'score'").set_index("model")["value"].idxmax() == "tfidf":
        best, other = other, best
    rows = [[best, other, WHOLE, 0.1, 0.05, 0.15, 0.001], [other, best, EQUAL, -equal, -equal - 0.1, 0.1 - equal, p]]
    pairs = pd.DataFrame(rows, columns=names)
    assert word in str(verdict.length(replace(found, pairs=pairs)))
    assert str(verdict.length(replace(found, pairs=pairs))).startswith(f"{best} is better than {other}")


def test_a_study_says_beforehand_how_long_it_takes(home: object):
    from engine.comparison.chunking import plan

    one, basis = plan.estimate(DATASET, Grid(("bm25",), ("tokens",), (64,)))
    two, _ = plan.estimate(DATASET, Grid(("bm25",), ("tokens",), (64, 32)))
    repeated, _ = plan.estimate(DATASET, Grid(("bm25",), ("tokens",), (64,), (0.5,)))
    assert two == pytest.approx(1.5 * one) == repeated and "rough guess" in str(basis)
