"""Results folders of mteb: written so that mteb loads them, read in every format that there has been."""

import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.__main__ import main
from engine.benchmarks import imported, published, result_files, results_folder
from engine.datasets import library
from engine.families import checkpoints
from engine.models import catalogue
from engine.results import mteb_export
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import BadFile, UserError
from tests.benchmarks.test_mteb_tasks import CASES
from tests.hub import public_home, snapshot  # noqa: F401
from tests.oracle import mteb
from tests.oracle_tasks import differences

MINILM = "all-MiniLM-L6-v2"


def run(name: str, model: str = "tfidf") -> str:
    return evaluate(catalogue.find(model), library.load(name))


def test_mteb_loads_what_we_export_with_the_same_scores(public_home: Path, tmp_path: Path):  # noqa: F811
    for task in ("LCQMC", "Ocnli", "T2Retrieval"):
        snapshot(public_home, task, CASES[f"mteb:{task}"])
    runs = {name: run(name) for name in ("mteb:LCQMC", "mteb:Ocnli", "mteb:T2Retrieval", "sts_zh", "intents_en")}
    mteb_export.export(runs.values(), tmp_path)
    loaded = mteb.ResultCache(tmp_path).load_results()
    assert [one.model_name for one in loaded.model_results] == ["parallax/tfidf"]
    found = {one.task_name: one for one in loaded.model_results[0].task_results}
    assert set(found) == {"LCQMC", "Ocnli", "T2Retrieval", "sts_zh", "intents_en"}
    for name, own in runs.items():
        result = Results().result(own)
        theirs = found[name.removeprefix("mteb:")]
        main = {"mteb:Ocnli": "max_accuracy"}.get(name) or Results().runs().set_index("id").loc[own, "metric"]
        assert theirs.get_score() == result.metrics[main]
        (scores,) = next(iter(theirs.scores.values()))
        assert differences({key: scores[key] for key in result.metrics}, result.metrics) == []
    assert found["LCQMC"].dataset_revision == "17f9b096f80380fce5ed12a9be8be7784b337daf"
    table = loaded.to_dataframe(aggregation_level="task")
    assert len(table) == 5
    loaded.to_disk(tmp_path / "all.json")
    assert len(type(loaded).from_disk(tmp_path / "all.json").model_results) == 1


def test_mteb_validates_what_we_export_of_its_own_tasks(public_home: Path, tmp_path: Path):  # noqa: F811
    snapshot(public_home, "LCQMC", CASES["mteb:LCQMC"])
    mteb_export.export([run("mteb:LCQMC")], tmp_path)
    loaded = mteb.ResultCache(tmp_path).load_results(tasks=["LCQMC"], validate_and_filter=True)
    assert loaded.model_results[0].task_results[0].task_name == "LCQMC"


def test_a_damaged_run_holds_up_no_other_and_is_named(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    damaged, sound = run("sts_zh"), run("sts_en")
    (home / "results" / f"{damaged}.parquet").write_text("PAR1")
    (written, failed) = mteb_export.export([damaged, sound], tmp_path)
    assert [path.stem for path in written] == ["sts_en"] and damaged in str(failed[0])
    assert main(["export", "all", "--format", "mteb", "--to", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert "sts_en.json" in told.out and damaged in told.err and "1 of 2 runs" in told.err
    with zipfile.ZipFile(io.BytesIO(mteb_export.archive([damaged, sound]))) as packed:
        assert damaged in packed.read("not_exported.txt").decode()
        assert [name for name in packed.namelist() if name.endswith("sts_en.json")]


def test_subsets_of_one_task_come_into_one_file(public_home: Path, tmp_path: Path):  # noqa: F811
    pairs = {**CASES["mteb:STS22.v2/zh"][("default", "test")]}
    snapshot(public_home, "STS22.v2", {("default", "test"): pairs})
    runs = [run("mteb:STS22.v2/zh"), run("mteb:STS22.v2/en")]
    ((path,), _) = mteb_export.export(runs, tmp_path)
    entries = json.loads(path.read_text())["scores"]["test"]
    assert [(entry["hf_subset"], entry["languages"]) for entry in entries] == [
        ("zh", ["cmn-Hans"]),
        ("en", ["eng-Latn"]),
    ]
    task = mteb.ResultCache(tmp_path).load_results().model_results[0].task_results[0]
    assert task.get_score() == pytest.approx(np.mean([entry["main_score"] for entry in entries]))


def test_models_that_differ_only_in_precision_do_not_meet(public_home: Path, tmp_path: Path):  # noqa: F811
    own = Results().result(run("sts_en"))
    settings = [{**own.settings, "precision": one} for one in ("float32", "bfloat16")]
    runs = [Results().save(replace(own, settings=one)) for one in settings]
    assert len(mteb_export.export(runs, tmp_path)[0]) == 2
    loaded = mteb.ResultCache(tmp_path).load_results()
    assert len({one.model_revision for one in loaded.model_results}) == 2


def test_an_mteb_run_of_minilm_imported_equals_our_own(public_home: Path, tmp_path: Path):  # noqa: F811
    from sentence_transformers import SentenceTransformer

    entry = catalogue.find(MINILM)
    model = SentenceTransformer(str(checkpoints.locate(entry)), device="cpu")
    names = {f"mteb:{task}": task for task in ("LCQMC", "TNews", "T2Retrieval")}
    for name, task in names.items():
        folder = snapshot(public_home, task, CASES[name])
        theirs = mteb.get_task(task)
        moved = {**theirs.metadata.dataset, "path": str(folder)}
        theirs.metadata = theirs.metadata.model_copy(update={"dataset": moved})
        mteb.evaluate(model, theirs, cache=mteb.ResultCache(tmp_path), co2_tracker=False, show_progress_bar=False)
    found, unread = imported.take(tmp_path / "results")
    assert unread == []
    for name, task in names.items():
        metrics = Results().result(evaluate(entry, library.load(name), precision="float32")).metrics
        here = found[(found["task"] == task) & found["metric"].isin(metrics)]
        assert here["main"].sum() == 1 and len(here) >= 5
        ours = [metrics[metric] for metric in here["metric"]]
        np.testing.assert_allclose(here["score"], ours, atol=2e-5)


TODAY = {
    "dataset_revision": "1", "task_name": "Ocnli", "mteb_version": "2.26.24", "evaluation_time": 1.0,
    "date": 1795417316.6,
    "scores": {"validation": [{"max_ap": 0.71, "max_accuracy": 0.62, "main_score": 0.71, "hf_subset": "default",
                               "languages": ["cmn-Hans"]}]},
}  # fmt: skip
NULL_VERSION = TODAY | {"mteb_version": None, "task_name": "T2Reranking", "scores": {
    "dev": [{"map": 0.6, "mrr": 0.7, "main_score": 0.6, "hf_subset": "default",
             "languages": ["cmn-Hans"]}]}}  # fmt: skip
NESTED_PAIRS = TODAY | {"mteb_version": "1.12.0", "scores": {
    "validation": [{"cos_sim": {"ap": 0.5}, "max": {"ap": 0.51, "accuracy": 0.6}, "main_score": 0.51,
                    "hf_subset": "default", "languages": ["cmn-Hans"]}]}}  # fmt: skip
NOT_A_NUMBER = TODAY | {"task_name": "AFQMC", "scores": {
    "validation": [{"cosine_spearman": math.nan, "main_score": math.nan, "hf_subset": "default",
                    "languages": ["cmn-Hans"]}]}}  # fmt: skip
BEFORE = {
    "mteb_dataset_name": "STSBenchmark", "dataset_revision": None, "mteb_version": "1.1.1",
    "test": {"cos_sim": {"pearson": 0.8, "spearman": 0.79}, "manhattan": {"spearman": 0.7}, "evaluation_time": 3.2},
}  # fmt: skip
BEFORE_WITH_SUBSETS = {
    "mteb_dataset_name": "AmazonCounterfactualClassification", "dataset_revision": "1", "mteb_version": "0.0.2",
    "test": {"en": {"accuracy": 0.7, "f1": 0.6, "main_score": 0.7}, "de": {"accuracy": 0.6}, "evaluation_time": 3},
}  # fmt: skip
RENAMED = {
    "mteb_dataset_name": "CMedQAv1",
    "dataset_revision": "1",
    "test": {"map": 0.8, "mrr": 0.9, "evaluation_time": 1},
}
OTHER_CASE = {"mteb_dataset_name": "stsbenchmark", "mteb_version": "1.0.0", "dataset_revision": "1",
              "test": {"cos_sim": {"spearman": 0.6}, "evaluation_time": 1}}  # fmt: skip
FORMATS = {
    "today": (TODAY, [("Ocnli", "default", "validation", "max_accuracy", 0.62)]),
    "no version": (NULL_VERSION, [("T2Reranking", "default", "dev", "map", 0.6)]),
    "nested pairs": (NESTED_PAIRS, [("Ocnli", "default", "validation", "max_accuracy", 0.6)]),
    "nan": (NOT_A_NUMBER, [("AFQMC", "default", "validation", "cosine_spearman", math.nan)]),
    "before 1.11": (BEFORE, [("STSBenchmark", "default", "test", "cosine_spearman", 0.79)]),
    "before, with subsets": (BEFORE_WITH_SUBSETS, [
        ("AmazonCounterfactualClassification", "en", "test", "accuracy", 0.7),
        ("AmazonCounterfactualClassification", "de", "test", "accuracy", 0.6)]),
    "renamed": (RENAMED, [("CMedQAv1-reranking", "default", "test", "map", 0.8)]),
    "other case": (OTHER_CASE, [("STSBenchmark", "default", "test", "cosine_spearman", 0.6)]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_its_main_scores_from_their_named_keys(name: str, public_home: Path, tmp_path: Path):  # noqa: F811
    data, expected = FORMATS[name]
    path = tmp_path / "org__model" / "abc123" / "Task.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(data))
    table, unread = results_folder.read(tmp_path)
    main = table[table["main"]][["task", "subset", "split", "metric", "score"]]
    assert unread == []
    assert [tuple(row)[:4] for row in main.itertuples(index=False)] == [row[:4] for row in expected]
    assert main["score"].tolist() == pytest.approx([row[4] for row in expected], nan_ok=True)
    assert set(table["model"]) == {"org/model"} and set(table["revision"]) == {"abc123"}
    assert set(table["source"]) == {"imported:org__model/abc123/Task.json"}


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "nan"])
def test_mteb_reads_the_same_numbers_from_the_same_file(name: str, public_home: Path, tmp_path: Path):  # noqa: F811
    from mteb.results import TaskResult

    data = FORMATS[name][0]
    path = tmp_path / "Task.json"
    path.write_text(json.dumps(data | {"dataset_revision": data.get("dataset_revision") or "1"}))
    theirs = TaskResult.from_disk(path)
    found = {(one.split, one.subset): one.metrics for one in result_files.read_file(path)}
    assert {(split, entry["hf_subset"]) for split, entries in theirs.scores.items() for entry in entries} == set(found)
    for split, entries in theirs.scores.items():
        for entry in entries:
            numbers = {key.replace("cos_sim", "cosine"): value for key, value in entry.items() if key != "main_score"}
            numbers = {key: value for key, value in numbers.items() if isinstance(value, float)}
            assert {key: found[(split, entry["hf_subset"])][key] for key in numbers} == numbers


def test_what_is_no_result_is_named_and_the_rest_is_read(public_home: Path, tmp_path: Path):  # noqa: F811
    folder = tmp_path / "org__model"
    folder.mkdir()
    (folder / "Ocnli.json").write_text(json.dumps(TODAY))
    (folder / "broken.json").write_text("{")
    (folder / "other.json").write_text("[1]")
    (folder / "model_meta.json").write_text(json.dumps({"name": "org/model-by-its-card", "revision": "7"}))
    table, unread = results_folder.read(tmp_path)
    assert set(table["model"]) == {"org/model-by-its-card"}
    assert [str(one).split(" ")[0] for one in unread] == ["broken.json", "other.json"]
    with pytest.raises(BadFile, match="is not JSON"):
        result_files.read_file(folder / "broken.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no results of mteb"):
        imported.take(tmp_path / "empty")


@pytest.mark.parametrize(
    "content",
    [
        '{"task_name": "Ocnli", "scores": {"test": "oops"}}',
        '{"task_name": "Ocnli", "scores": {"test": [[1]]}}',
        '{"task_name": "Ocnli", "scores": {"test": 1}}',
        '{"mteb_dataset_name": ["Ocnli"], "test": {"max": {"en": []}, "zh": {"ap": {}}}, "mteb_version": {}}',
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_a_file_in_no_form_of_mteb_s_gives_a_sentence_or_no_scores_and_the_rest_is_read(
    content: str,
    public_home: Path,  # noqa: F811
    tmp_path: Path,
):
    folder = tmp_path / "org__model" / "1"
    folder.mkdir(parents=True)
    (folder / "Ocnli.json").write_text(json.dumps(TODAY))
    (folder / "hostile.json").write_text(content)
    table, unread = results_folder.read(tmp_path)
    assert table["source"].unique().tolist() == ["imported:org__model/1/Ocnli.json"]
    assert [str(one).split(" ")[0] for one in unread] in ([], ["hostile.json"])


def test_a_broken_card_of_the_model_is_told_and_no_score_is_infinite(public_home: Path, tmp_path: Path):  # noqa: F811
    for model, card in {"one": "{", "two": "[]"}.items():
        (tmp_path / f"org__{model}").mkdir()
        entry = '{"max_accuracy": 1e999, "main_score": Infinity, "hf_subset": "default", "languages": []}'
        text = json.dumps(TODAY | {"scores": {"test": ["?"]}}).replace('"?"', entry)
        (tmp_path / f"org__{model}" / "Ocnli.json").write_text(text)
        (tmp_path / f"org__{model}" / "model_meta.json").write_text(card)
    table, unread = results_folder.read(tmp_path)
    assert table["score"].isna().all() and set(table["model"]) == {"org/two"}
    assert [str(one).split(" ")[0] for one in unread] == ["model_meta.json"]


def test_imported_scores_stand_among_the_published_ones_until_they_are_forgotten(public_home: Path, tmp_path: Path):  # noqa: F811
    for model in ("org__model", "moka-ai__m3e-base"):
        (tmp_path / model / "1").mkdir(parents=True)
        (tmp_path / model / "1" / "Ocnli.json").write_text(json.dumps(TODAY))
    before = published.scores("MTEB(cmn, v1)").query("task == 'Ocnli'").set_index("model")["score"]
    imported.take(tmp_path)
    after = published.scores("MTEB(cmn, v1)").query("task == 'Ocnli'").set_index("model")
    assert after.loc["org/model", "score"] == 0.62
    assert after.loc["moka-ai/m3e-base", "source"].startswith("imported:")
    assert before["moka-ai/m3e-base"] != 0.62 and len(after) == len(before) + 1
    imported.forget(str(tmp_path.resolve()))
    again = published.scores("MTEB(cmn, v1)").query("task == 'Ocnli'").set_index("model")["score"]
    assert again.equals(before)


def test_of_several_revisions_the_one_with_a_version_of_mteb_counts(public_home: Path, tmp_path: Path):  # noqa: F811
    def said(version: str | None, score: float) -> dict[str, Any]:
        one = {"max_accuracy": score, "main_score": score, "hf_subset": "default", "languages": ["cmn-Hans"]}
        return TODAY | {"mteb_version": version, "scores": {"validation": [one]}}

    files = {"no_revision_available": said(None, 0.1), "a" * 40: said("1.38.0", 0.2), "b" * 40: said("2.9.1", 0.3)}
    for revision, data in files.items():
        (tmp_path / "org__model" / revision).mkdir(parents=True)
        (tmp_path / "org__model" / revision / "Ocnli.json").write_text(json.dumps(data))
    imported.take(tmp_path)
    scores = published.scores("MTEB(cmn, v1)").query("model == 'org/model'")
    assert scores["score"].tolist() == [0.3]


def test_our_own_export_comes_back_as_it_went(public_home: Path, tmp_path: Path):  # noqa: F811
    own = run("sts_zh")
    mteb_export.export([own], tmp_path)
    table, _ = imported.take(tmp_path)
    metrics = Results().result(own).metrics
    assert dict(zip(table["metric"], table["score"], strict=True)) == pytest.approx(metrics)
    assert table[table["main"]]["metric"].tolist() == ["cosine_spearman"]


def test_models_of_one_name_from_two_organisations_stay_two(home, tmp_path):
    for number, place in enumerate(("org-a/base", "org-b/base", "org-b/other", "org__both/0123456789ab")):
        (tmp_path / place).mkdir(parents=True)
        said = {"mteb_dataset_name": "ATEC", "mteb_version": "1.1.1", "test": {"cos_sim": {"spearman": number / 10}}}
        (tmp_path / place / "ATEC.json").write_text(json.dumps(said))
    table = results_folder.read(tmp_path)[0].set_index("model")["score"]
    assert table.to_dict() == {"org-a/base": 0.0, "org-b/base": 0.1, "other": 0.2, "org/both": 0.3}


def test_a_task_that_mteb_never_had_is_named_with_the_nearest(home, tmp_path):
    for name in ("T2RankingRetrieval", "ATEC"):
        said = {"mteb_dataset_name": name, "mteb_version": "1.0.2", "dev": {"ndcg_at_10": 0.5}}
        (tmp_path / f"{name}.json").write_text(json.dumps(said))
    told = [str(one) for one in results_folder.strange(results_folder.read(tmp_path)[0])]
    assert len(told) == 1 and "no task called 'T2RankingRetrieval' (did you mean 'T2" in told[0]
