"""Suites: what belongs to them, what is left, one job with parts, and the leaderboard that mteb would draw."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.benchmarks import definitions, published
from engine.datasets import library
from engine.jobs import queue, runner
from engine.models import catalogue
from engine.results import frames
from engine.results.store import Results
from engine.suites import runs as engine_runs
from engine.suites import standings
from engine.types import BadDataset, Cancelled, Message, UserError
from tests.benchmarks.test_mteb_tasks import CASES
from tests.hub import public_home, snapshot  # noqa: F401
from tests.mteb_tables import mteb_board

TASKS = {"BQ": "STS", "LCQMC": "STS", "TNews": "Classification", "T2Retrieval": "Retrieval"}


def rows(table: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """Long rows out of (model, task, subset, split, score)."""
    made = pd.DataFrame(table, columns=["model", "task", "subset", "split", "score"])
    return made.assign(type=made["task"].map(TASKS), metric="any", source="own")


def agree(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """The same models with the same ranks and means, empty where theirs are."""
    assert sorted(ours.index) == sorted(theirs.index)
    theirs = theirs.loc[ours.index]
    assert ours["borda"].tolist() == theirs["Rank (Borda)"].tolist()
    pairs = {"mean": "Mean (Task)", "mean_by_task": "Mean (TaskType)"}
    pairs |= {column: column.removeprefix("task:") for column in ours if column.startswith("task:")}
    for one, other in pairs.items():
        np.testing.assert_allclose(ours[one].astype(float), theirs[other].astype(float), atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", ["MTEB(cmn, v1)", "C-MTEB (35)", "MTEB(eng, v1)", "MTEB(eng, v2)"])
def test_the_leaderboard_of_the_published_scores_is_the_one_that_mteb_makes_of_them(name: str, public_home: Path):  # noqa: F811
    scores = published.scores(name)
    ours = standings.board(scores)
    assert len(ours) > 40 and ours["mean"].notna().sum() > 30
    agree(ours, mteb_board(scores))


def test_the_means_of_the_published_scores_are_those_that_are_known(public_home: Path):  # noqa: F811
    chinese = standings.board(published.scores("MTEB(cmn, v1)"))
    assert chinese.loc["Qwen/Qwen3-Embedding-8B", "mean"] == pytest.approx(0.7384, abs=5e-5)
    assert chinese.loc["moka-ai/m3e-base", "mean"] == pytest.approx(0.5690, abs=5e-5)
    original = standings.board(published.scores("C-MTEB (35)"))
    assert original.loc["BAAI/bge-large-zh-v1.5", "mean"] == pytest.approx(0.6453, abs=5e-5)
    found = original.loc["moka-ai/m3e-base", ["task:Retrieval", "mean"]].tolist()
    assert found == pytest.approx([0.5691, 0.5780], abs=5e-5)


CELLS = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from(list(TASKS)),
        st.sampled_from(["default", "zh"]),
        st.sampled_from(["test", "dev"]),
        st.sampled_from([0.1, 0.5, 0.5001, 0.9, float("nan")]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda cell: cell[:4],
)


@settings(max_examples=80)
@given(CELLS)
def test_any_gaps_and_ties_are_aggregated_as_mteb_does(cells: list[tuple[str, str, str, str, float]]):
    scores = rows(cells)
    if scores["score"].notna().any():
        agree(standings.board(scores), mteb_board(scores))


def test_a_task_in_part_counts_for_borda_but_leaves_the_means_empty():
    scores = rows(
        [
            ("full", "BQ", "default", "test", 0.5),
            ("full", "BQ", "default", "dev", 0.5),
            ("full", "LCQMC", "default", "test", 0.2),
            ("part", "BQ", "default", "test", 0.9),
            ("part", "LCQMC", "default", "test", 0.1),
        ]
    )
    board = standings.board(scores)
    assert board.loc["full", ["borda", "mean"]].tolist() == [1, 0.35]
    assert board.loc["part", "borda"] == 1
    assert np.isnan(board.loc["part", "mean"])
    assert np.isnan(standings.matrix(scores).loc["part", "BQ"])


def test_a_task_that_nobody_has_leaves_the_means_of_a_suite_empty_and_the_ranks_as_they_are(public_home: Path):  # noqa: F811
    scores = published.scores("MTEB(eng, v2)").query("task != 'STS12'")
    passed_over, whole = standings.board(scores), standings.board(scores, definitions.parts("MTEB(eng, v2)"))
    assert passed_over["mean"].notna().any() and whole[["mean", "mean_by_task", "task:STS"]].isna().all(axis=None)
    assert whole["task:Retrieval"].equals(passed_over.loc[whole.index, "task:Retrieval"])
    assert whole["borda"].equals(passed_over.loc[whole.index, "borda"])


def test_the_public_suites_have_their_tasks(public_home: Path):  # noqa: F811
    sizes = {name: definitions.parts(name)["task"].nunique() for name in definitions.public()}
    assert sizes == {
        "MTEB(cmn, v1)": 31,
        "C-MTEB (35)": 35,
        "MTEB(eng, v1)": 56,
        "MTEB(eng, v2)": 41,
        "MTEB(Multilingual, v2)": 131,
    }
    forums = definitions.parts("MTEB(eng, v1)").query("task == 'CQADupstackRetrieval'")
    assert len(forums) == 12 and forums["dataset"].iloc[0] == "mteb:CQADupstackAndroidRetrieval"
    metrics = definitions.parts("MTEB(cmn, v1)").set_index("task")["metric"]
    assert (metrics["Ocnli"], metrics["T2Reranking"]) == ("max_accuracy", "map_at_1000")
    assert definitions.parts("C-MTEB (35)").set_index("task").loc["Ocnli", "metric"] == "max_ap"


@pytest.mark.parametrize("name", definitions.public())
def test_every_task_of_a_public_suite_can_be_scored_here(name: str, public_home: Path):  # noqa: F811
    parts = definitions.parts(name)
    assert parts.loc[parts["own_rules"], "task"].unique().tolist() == []


def test_an_own_suite_is_kept_by_any_name_and_forgotten(public_home: Path):  # noqa: F811
    definitions.keep('Unser "Satz" 1/2', ["sts_en", "mteb:STS22.v2/zh", "sts_en"])
    assert definitions.own() == {'Unser "Satz" 1/2': ("sts_en", "mteb:STS22.v2/zh")}
    parts = definitions.parts('Unser "Satz" 1/2')
    assert parts["metric"].tolist() == ["cosine_spearman"] * 2
    definitions.forget('Unser "Satz" 1/2')
    assert definitions.own() == {}
    with pytest.raises(UserError, match="choose a name of its own"):
        definitions.keep("MTEB(cmn, v1)", ["sts_en"])
    with pytest.raises(UserError, match="no datasets"):
        definitions.keep("mine", [])
    with pytest.raises(BadDataset, match="has 18 subsets"):
        definitions.keep("mine", ["mteb:STS22.v2"])
    with pytest.raises(BadDataset, match="No dataset is called 'sts_fr'"):
        definitions.keep("mine", ["sts_fr"])
    with pytest.raises(UserError, match="did you mean"):
        definitions.parts("MTEB(cmn, v2)")


def test_an_own_suite_can_be_renamed_but_never_takes_the_place_of_another(public_home: Path):  # noqa: F811
    definitions.keep("mine", ["sts_en"])
    definitions.keep("theirs", ["sts_zh"])
    for before in ("", "mine"):
        with pytest.raises(UserError, match="choose a name of its own"):
            definitions.keep("theirs", ["sts_en"], before)
    assert definitions.own() == {"mine": ("sts_en",), "theirs": ("sts_zh",)}
    definitions.keep("ours", ["sts_en", "sts_zh"], "mine")
    assert definitions.own() == {"ours": ("sts_en", "sts_zh"), "theirs": ("sts_zh",)}


def test_published_scores_stand_on_an_own_suite_of_public_datasets_each_under_its_own_name(public_home: Path):  # noqa: F811
    definitions.keep("mine", ["mteb:LCQMC", "mteb:BQ/test", "sts_en"])
    known = published.scores("MTEB(cmn, v1)").query("task in ('LCQMC', 'BQ')")
    found = published.scores("mine")
    assert set(found["task"]) == {"mteb:LCQMC", "mteb:BQ/test"} and len(found) == len(known) > 100
    ours, theirs = (standings.matrix(one).rename_axis(columns=None) for one in (found, known))
    assert theirs.equals(ours.rename(columns=definitions.known_as)[theirs.columns].loc[theirs.index])
    told = [standings.trained(list(ours.index), list(one.columns)) for one in (ours, theirs[["BQ", "LCQMC"]])]
    assert told[0].rename(columns=definitions.known_as)[["BQ", "LCQMC"]].equals(told[1]) and told[1].any(axis=None)


def test_a_part_that_fails_does_not_stop_the_others_and_what_is_there_is_skipped(public_home: Path):  # noqa: F811
    snapshot(public_home, "LCQMC", CASES["mteb:LCQMC"])
    definitions.keep("mine", ["mteb:T2Retrieval", "mteb:LCQMC", "sts_en"])
    job = queue.submit("suite", {"suite": "mine", "models": ["tfidf"]})
    claimed = queue.claim("batch")
    with (public_home / "held").open("w") as held:
        runner.Worker("batch", held, idle=0.0)._do(claimed)
    assert queue.job(job.id).state == "done", queue.log(job.id)
    result = queue.result(job.id)
    assert result["done"] == 2
    (failure,) = engine_runs.failures(result)
    assert (failure.models, failure.dataset, failure.parts) == (("tfidf",), "mteb:T2Retrieval", 1)
    assert "hf download" in str(failure.why)
    runs = Results().runs()
    assert sorted(runs["dataset"]) == ["mteb:LCQMC", "sts_en"]
    assert engine_runs.work({"suite": "mine", "models": ["tfidf"]}, lambda share, message: None)["done"] == 0
    assert Results().runs()["id"].tolist() == runs["id"].tolist()
    state = standings.status("mine", ["tfidf", "bm25"], runs).set_index(["model", "dataset"])
    assert state.loc[("tfidf", "mteb:LCQMC"), ["done", "here"]].tolist() == [True, True]
    assert state.loc[("tfidf", "mteb:T2Retrieval"), ["done", "here"]].tolist() == [False, False]
    assert not state.loc["bm25", "done"].any()
    own = standings.own("mine", frames.latest(runs), Results().metrics())
    assert own["task"].tolist() == ["mteb:LCQMC", "sts_en"]
    assert own["score"].tolist() == pytest.approx(runs.set_index("dataset").loc[own["task"], "score"].tolist())


def test_a_changed_dataset_is_left_to_run_again_and_a_deleted_one_has_no_score(public_home: Path):  # noqa: F811
    table = pd.DataFrame({"sentence1": ["a", "b", "c"], "sentence2": ["a", "c", "d"], "score": [1.0, 0.0, 0.5]})
    library.save("own", "sts", {"pairs": table})
    definitions.keep("mine", ["own", "sts_en"])
    arguments = {"suite": "mine", "models": ["tfidf"]}
    engine_runs.work(arguments, lambda share, message: None)

    def scored() -> list[str]:
        return sorted(standings.own("mine", frames.latest(Results().runs()), Results().metrics())["task"])

    assert scored() == ["own", "sts_en"]
    library.save("own", "sts", {"pairs": table[::-1]}, replace=True)
    assert scored() == ["sts_en"]
    assert standings.status("mine", ["tfidf"], Results().runs())["done"].tolist() == [False, True]
    assert engine_runs.work(arguments, lambda share, message: None)["done"] == 1 and scored() == ["own", "sts_en"]
    library.delete("own")
    assert scored() == ["sts_en"]


def test_parts_that_fail_for_one_reason_are_told_once_with_their_number(public_home: Path):  # noqa: F811
    names = ["mteb:STS22.v2/zh", "mteb:STS22.v2/en", "mteb:LCQMC", "sts_en"]
    snapshot(public_home, "LCQMC", {("default", "train"): CASES["mteb:LCQMC"]["default", "test"]})
    definitions.keep("mine", names)
    result = engine_runs.work({"suite": "mine", "models": ["tfidf", "bm25"]}, lambda share, message: None)
    told = [(one.models, one.dataset, one.parts) for one in engine_runs.failures(result)]
    both = ("tfidf", "bm25")
    assert told == [(both, "mteb:STS22.v2", 4), (both, "mteb:LCQMC", 2), (("bm25",), "sts_en", 1)]
    assert result["done"] == 1


def test_the_failures_of_jobs_that_told_each_model_apart_are_still_read():
    told = {"model": "tfidf", "dataset": "gone", "template": "No dataset is called {name!r}.", "values": {"name": "x"}}
    (failure,) = engine_runs.failures({"done": 0, "failed": [told]})
    assert (failure.models, failure.dataset, failure.parts) == (("tfidf",), "gone", 1)


def test_a_dataset_that_is_gone_is_one_failed_part(public_home: Path):  # noqa: F811
    table = pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["a", "c"], "score": [1.0, 0.0]})
    library.save("gone", "sts", {"pairs": table})
    definitions.keep("mine", ["gone", "sts_en"])
    library.delete("gone")
    result = engine_runs.work({"suite": "mine", "models": ["tfidf"]}, lambda share, message: None)
    assert [one.dataset for one in engine_runs.failures(result)] == ["gone"]
    assert result["done"] == 1


def test_a_cancelled_suite_stops_at_once(public_home: Path):  # noqa: F811
    definitions.keep("mine", ["sts_en", "sts_zh"])

    def step(share: float, message: Message) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine_runs.work({"suite": "mine", "models": ["tfidf"]}, step)
    assert Results().runs().empty


def test_a_mean_over_tasks_counts_once_all_of_them_have_run(public_home: Path):  # noqa: F811
    names = definitions.parts("MTEB(eng, v1)").query("task == 'CQADupstackRetrieval'")["dataset"].tolist()
    runs = pd.DataFrame({"id": names, "label": "own", "dataset": names, "fingerprint": "", "sequence": range(12)})
    metrics = pd.DataFrame({"id": names, "metric": "ndcg_at_10", "value": np.arange(12) / 12})
    assert standings.own("MTEB(eng, v1)", runs[1:], metrics).empty
    (score,) = standings.own("MTEB(eng, v1)", runs, metrics)["score"]
    assert score == pytest.approx(5.5 / 12)


def test_published_and_own_scores_stand_on_one_board(public_home: Path):  # noqa: F811
    runs = pd.DataFrame(
        {"id": ["r"], "label": ["mine"], "dataset": ["mteb:LCQMC"], "fingerprint": [""], "sequence": [0]}
    )
    metrics = pd.DataFrame({"id": ["r"], "metric": ["cosine_spearman"], "value": [0.99]})
    both = pd.concat([standings.own("MTEB(cmn, v1)", runs, metrics), published.scores("MTEB(cmn, v1)")])
    board = standings.board(both)
    assert "mine" in board.index and np.isnan(board.loc["mine", "mean"])
    assert standings.matrix(both).loc["mine", "LCQMC"] == 0.99


def test_variants_and_precisions_of_one_model_are_one_witness_of_what_the_public_ranking_foretells(public_home: Path):  # noqa: F811
    suite, column = "MTEB(cmn, v1)", "LCQMC"
    known = published.scores(suite).query("task == @column").set_index("model")["score"]
    names = {name: published.public_name(entry) for name, entry in catalogue.entries().items()}
    own = pd.Series({name: float(known[public]) for name, public in names.items() if public in known.index})
    first = own.index[0]
    more = {f"{first} · {way}": 1.0 + number for number, way in enumerate(["128 numbers", "bfloat16", "int8 · 64"])}
    plain, varied = (
        {one.column: one for one in standings.foretold(suite, scores)}
        for scores in (own, pd.concat([pd.Series(more), own]))
    )
    assert plain[column].models == len(own) >= 6
    assert varied[column] == plain[column]
