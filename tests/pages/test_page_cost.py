"""The pages on cost and on fusing: what they say of known runs, and what their buttons do."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.comparison import costs, studies
from engine.datasets import library
from engine.encoding.store import Shelf
from engine.jobs import queue, workers
from engine.models.quantisation import BITS, Form
from engine.results.store import Results
from engine.types import Comparison, Result
from pages.parts.cost import frontier

ROOT = Path(__file__).resolve().parents[2]
N = 20


pytestmark = pytest.mark.usefixtures("fresh_caches")


def items(measure: float) -> pd.DataFrame:
    """Every query finds its document at rank 1 or 2."""
    first = np.arange(N) < measure * N
    rank = np.where(first, 1, 2)
    return pd.DataFrame(
        {
            "item": [f"q{row:02d}" for row in range(N)],
            "group": [f"q{row:02d}" for row in range(N)],
            "measure": 1 / np.log2(rank + 1),
            "top_ids": [["gold", "other"] if one else ["other", "gold"] for one in first],
            "top_scores": [[0.9, 0.4]] * N,
            "relevant_ids": [["gold"]] * N,
            "relevant_grades": [[1]] * N,
            "relevant_ranks": [[int(one)] for one in rank],
        }
    )


@pytest.fixture
def stocked(home: Path) -> Iterator[Path]:
    """Three runs on a retrieval dataset: a big model, a lean one that ties with it, and BM25 behind them."""
    ids = [f"q{row:02d}" for row in range(N)]
    given = {
        "corpus": pd.DataFrame({"id": ["gold", "other"], "text": ["a right answer", "another text"]}),
        "queries": pd.DataFrame({"id": ids, "text": [f"question {row}" for row in range(N)]}),
        "qrels": pd.DataFrame({"query_id": ids, "corpus_id": "gold", "score": 1}),
    }
    dataset, results = library.save("faq", "retrieval", given), Results()
    runs = {}
    for name, share, speed in (("e5-large-v2", 0.9, 10), ("all-MiniLM-L6-v2", 0.85, 100), ("bm25", 0.3, 4000)):
        table = items(share)
        score = float(table["measure"].mean())
        runs[name] = results.save(
            Result(
                name, "faq", "retrieval", {"ndcg_at_10": score}, table, dataset.fingerprint, f"key-{name}",
                intervals={"ndcg_at_10": (score - 0.05, score + 0.05)}, timings={"encode": 1.0, "encoded": speed},
                settings={"precision": "", "similarity": "cosine", "prompts": {}},
            ),
            np.random.default_rng(1).normal(score, 0.02, 1000),
        )  # fmt: skip
    keys = np.array([[1, 1]], dtype=np.uint64)
    Shelf("all-MiniLM-L6-v2", "key-all-MiniLM-L6-v2").append(keys, np.ones((1, 384), np.float32))
    for (a, b), p in {("e5-large-v2", "all-MiniLM-L6-v2"): 0.6, ("e5-large-v2", "bm25"): 0.001,
                      ("all-MiniLM-L6-v2", "bm25"): 0.001}.items():  # fmt: skip
        results.save_comparisons({(runs[a], runs[b]): Comparison(N, 0.1, 0.01, 0.2, p, "randomisation", 3, 15, 2, 0.3)})
    yield home
    for lane in workers.LANES:
        workers.stop(lane)


def visit(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"dataset": "faq", "lang": "en", **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(f"pages/compare/{page}.py").run()


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.info, app.text, app.caption) for one in kind).replace("\\", "")


def test_the_cost_page_names_the_lean_model_that_ties_with_the_best(stocked: Path):
    app = visit("cost", axis="texts_per_second")
    assert not app.exception
    assert "all-MiniLM-L6-v2 is the cheapest model that may be as good as the best, e5-large-v2" in said(app)
    assert "100 against 10 texts per second" in said(app)


def test_another_cost_is_chosen_by_the_address_and_what_is_not_known_is_said(stocked: Path):
    app = visit("cost", axis="p50")
    assert not app.exception
    assert "not known for any model yet" in said(app)


def saved(name: str, dataset: str, fingerprint: str, **timings: float) -> None:
    score = {"ndcg_at_10": 0.5}
    settings = {"precision": "", "similarity": "cosine", "prompts": {}}
    result = Result(
        name, dataset, "retrieval", score, items(0.5), fingerprint, "key", timings=timings, settings=settings
    )
    Results().save(result)


def test_a_speed_from_another_dataset_is_marked_in_sentence_and_table(stocked: Path):
    saved("model2vec", "helpcentre_en", "elsewhere", encode=2.0, encoded=900)
    saved("model2vec", "faq", library.entries()["faq"].fingerprint)
    app = visit("cost")
    said = [one.value for one in app.text if one.value.startswith("Hollow:")]
    assert said == ["Hollow: Not measured on this dataset: the figure of model2vec (from Help centre search, English)."]
    table = app.dataframe[0].value.set_index("label")
    assert table.loc["model2vec", ["texts_per_second", "speed_from"]].tolist() == [
        450.0,
        "from Help centre search, English",
    ]
    assert (table["speed_from"] != "").sum() == 1


def test_a_price_that_is_typed_is_kept_and_becomes_a_cost(stocked: Path):
    monkeypatch = pytest.MonkeyPatch()
    typed = {"cost.prices": {"edited_rows": {0: {"price": 0.5}, 1: {}}}}
    monkeypatch.setattr(frontier.st, "session_state", typed)
    frontier.keep_prices(["e5-large-v2", "bm25"])
    monkeypatch.undo()
    assert costs.prices() == {"e5-large-v2": 0.5}
    again = visit("cost", axis="price")
    assert not again.exception and "Not known for: all-MiniLM-L6-v2, bm25" in said(again)


def test_pressing_the_button_asks_for_curves_once(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit("cost")
    app.button(key="cost.compress").click().run()
    app.run()
    asked = [job for job in queue.jobs() if job.kind == "compression"]
    assert len(asked) == 1 and asked[0].arguments["model"] == "all-MiniLM-L6-v2"
    assert app.button(key="cost.compress").disabled


def test_curves_that_are_there_are_drawn_with_their_smallest_form(stocked: Path):
    rows = []
    for number, precision in enumerate(BITS):
        for method, size in (("full", 384), ("truncation", 32), ("pca", 32)):
            gap = -0.01 * number - (0.2 if size == 32 else 0)
            form = Form(method, size, precision)
            row = {"method": method, "dimension": size, "precision": precision, "bytes": form.bytes, "n": N}
            row |= {"score": 0.9 + gap, "low": 0.85 + gap, "high": 0.95 + gap}
            rows.append(row | {"gap": gap, "gap_low": gap - 0.02, "gap_high": gap + 0.02, "least": gap + 0.0105})
    run = Results().runs().set_index("model")["id"]["all-MiniLM-L6-v2"]
    studies.keep("compression", run, pd.DataFrame(rows))
    app = visit("cost", **{"cost.model": "all-MiniLM-L6-v2"})
    assert not app.exception
    assert "can be cut from 1,536 to 384 bytes a text (full length, 384 dimensions, int8)" in said(app)
    assert len(app.get("plotly_chart")) == 2


FUSED = {"pipeline.view": "fusion"}


def test_the_pipeline_page_says_whether_fusing_is_worth_it(stocked: Path):
    app = visit("pipeline", a="e5-large-v2", b="bm25", **FUSED)
    assert not app.exception
    assert "On 20 queries" in said(app) and "e5-large-v2 and bm25" in said(app)
    assert len(app.get("plotly_chart")) == 2


def test_two_models_are_fused_only_where_they_differ(stocked: Path):
    assert "Choose two different models." in said(visit("pipeline", a="bm25", b="bm25", **FUSED))


def test_the_address_of_the_old_hybrid_page_leads_to_its_view(stocked: Path):
    app = visit("hybrid", a="e5-large-v2", b="bm25")
    assert app.title[0].value == "Pipeline"
    assert "e5-large-v2 and bm25" in said(app)


def test_both_pages_speak_chinese(stocked: Path):
    for page in ("cost", "pipeline"):
        app = visit(page, lang="zh")
        assert not app.exception
        assert app.title[0].value != visit(page).title[0].value


def test_the_leaderboard_says_how_firm_it_is_and_offers_a_report(stocked: Path):
    app = visit("leaderboard")
    assert not app.exception
    assert "can be seen (4 times in 5" in said(app)
    assert app.checkbox(key="report.texts").value is False
