"""Public tasks by their name: the data that mteb would load, and so the scores that it would give."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.benchmarks import copies, gathering, kept, mteb_tasks, registry
from engine.benchmarks.gathering import MERGED
from engine.datasets import library
from engine.models import catalogue
from engine.results import frames, mteb_export
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.suites import standings
from engine.types import BadDataset, UserError
from tests.hub import TextHashes, public_home, snapshot, vector, write  # noqa: F401
from tests.oracle import mteb
from tests.oracle_tasks import differences

WORDS = [f"word {number}" for number in range(40)]


def pairs(n: int = 30) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {"sentence1": WORDS[:n], "sentence2": WORDS[::-1][:n], "score": rng.integers(0, 6, n).astype(float)}


def retrieval(prefix: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    rng = np.random.default_rng(2)
    named = f"{prefix}-" if prefix else ""
    judged = {"query-id": [f"q{n % 8}" for n in range(24)], "corpus-id": [f"d{n}" for n in range(24)]}
    return {
        (f"{named}corpus", "dev"): {"_id": [f"d{n}" for n in range(30)], "text": WORDS[:30], "title": [""] * 30},
        (f"{named}queries", "dev"): {"_id": [f"q{n}" for n in range(9)], "text": WORDS[31:]},
        (f"{named}qrels" if prefix else "default", "dev"): {**judged, "score": rng.integers(0, 3, 24)},
    }


def reranking() -> dict[tuple[str, str], dict[str, Any]]:
    ranked = {
        "query-id": [f"q{n}" for n in range(8)],
        "corpus-ids": [[f"d{n}" for n in range(q, 30, 2)] for q in range(8)],
    }
    return retrieval() | {("top_ranked", "dev"): ranked}


def classification(split: str) -> dict[tuple[str, str], dict[str, Any]]:
    texts = [f"text {number}" for number in range(120)]
    return {
        ("default", "train"): {"text": texts[:80], "label": [number % 3 for number in range(80)]},
        ("default", split): {"text": texts[80:], "label": [number % 3 for number in range(40)]},
    }


def several_labels() -> dict[tuple[str, str], dict[str, Any]]:
    tables = classification("test")
    return {
        key: {**columns, "label": [[label, 3] if row % 2 else [label] for row, label in enumerate(columns["label"])]}
        for key, columns in tables.items()
    }


def sets_of_documents(sets: int, size: int, labels: int) -> dict[tuple[str, str], dict[str, Any]]:
    texts = [[f"document {one}.{row}" for row in range(size)] for one in range(sets)]
    named = [[f"label {(one + row) % labels}" for row in range(size)] for one in range(sets)]
    return {("default", "test"): {"sentences": texts, "labels": named}}


def instructed(prefix: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    """Queries asked as they were and with a changed instruction, and the documents that this rules out."""
    rng = np.random.default_rng(5)
    names = [f"q{n // 2}{'-changed' if n % 2 else '-og'}" for n in range(6)]
    judged = [(name, f"d{n}", int(rng.integers(0, 2))) for name in names for n in rng.choice(30, 6, replace=False)]
    columns = dict(zip(("query-id", "corpus-id", "score"), map(list, zip(*judged, strict=True)), strict=True))
    ranked = [[f"d{n}" for n in rng.choice(30, 20, replace=False)] for _ in names]
    ruled_out = [[f"d{n}" for n in rng.choice(30, 4, replace=False)] for _ in range(3)]
    end = f"-{prefix}" if prefix else ""
    return {
        (f"corpus{end}", "corpus"): {"_id": [f"d{n}" for n in range(30)], "text": WORDS[:30], "title": [""] * 30},
        (f"queries{end}", "queries"): {"_id": names, "text": ["same", "same", *WORDS[31:35]]},
        (f"default{end}", "test"): columns,
        (f"instruction{end}", "instruction"): {"query-id": names, "instruction": WORDS[:6]},
        (f"top_ranked{end}", "top_ranked"): {"query-id": names, "corpus-ids": ranked},
        (f"qrel_diff{end}", "qrel_diff"): {"query-id": ["q0", "q1", "q2"], "corpus-ids": ruled_out},
    }


def summaries() -> dict[tuple[str, str], dict[str, Any]]:
    rng = np.random.default_rng(3)
    return {
        ("default", "test"): {
            "text": [f"long text {n}" for n in range(5)],
            "human_summaries": [[f"human {n}.{m}" for m in range(3)] for n in range(5)],
            "machine_summaries": [[f"machine {n}.{m}" for m in range(6)] for n in range(5)],
            "relevance": [rng.uniform(1, 5, 6).tolist() for _ in range(5)],
        }
    }


CASES = {
    "mteb:LCQMC": {("default", "test"): pairs()},
    "mteb:STS22.v2/zh": {("default", "test"): pairs() | {"lang": ["zh", "zh", "en"] * 10}},
    "mteb:Ocnli": {
        ("default", "validation"): {"sent1": WORDS[:30], "sent2": WORDS[::-1][:30], "labels": [0, 1, 1] * 10}
    },
    "mteb:SprintDuplicateQuestions": {
        ("default", "test"): {"sent1": [WORDS[:30]], "sent2": [WORDS[::-1][:30]], "labels": [[0, 1, 1] * 10]}
    },
    "mteb:BUCC.v2/zh-en": {
        ("default", "test"): {
            "sentence1": WORDS[:20],
            "sentence2": [*WORDS[:12], *WORDS[20:28]],
            "lang": ["zh-en"] * 18 + ["de-en"] * 2,
        }
    },
    "mteb:NTREXBitextMining/eng_Latn-zho_Hant": {
        ("default", "test"): {"eng_Latn": WORDS[:20], "zho_Hant": [*WORDS[:12], *WORDS[20:28]]}
    },
    "mteb:TNews": classification("validation"),
    "mteb:MalteseNewsClassification": several_labels(),
    "mteb:CLSClusteringS2S": sets_of_documents(3, 60, 4),
    "mteb:SpanishWikinewsClusteringS2S": {
        ("s2s", "test"): {"sentences": WORDS, "labels": [f"topic {n % 4}" for n in range(40)]}
    },
    "mteb:T2Retrieval": retrieval(),
    "mteb:T2Reranking": reranking(),
    "mteb:SummEvalSummarization.v2": summaries(),
    "mteb:SummEval": summaries(),
    "mteb:Core17InstructionRetrieval": instructed(),
    "mteb:mFollowIR/zho": instructed("fas") | instructed("rus") | instructed("zho"),
    "mteb:LIMITSmallRetrieval": {(key, "test"): columns for (key, _), columns in retrieval().items()},
}


def mteb_says(name: str, folder: Path) -> dict[str, Any]:
    """The scores of mteb's own run, which reads the folder by itself."""
    place = mteb_tasks.address(name)
    task = mteb.get_task(place.entry.name, hf_subsets=[place.subset], eval_splits=[place.split])
    task.metadata = task.metadata.model_copy(update={"dataset": {**task.metadata.dataset, "path": str(folder)}})
    result = mteb.evaluate(TextHashes(), task, cache=None, co2_tracker=False, show_progress_bar=False)
    (scores,) = result.task_results[0].scores[place.split]
    return {key: value for key, value in scores.items() if key not in ("hf_subset", "languages", "mteb_version")}


@pytest.mark.parametrize("name", CASES)
def test_a_task_of_every_kind_gives_the_scores_of_mteb_s_own_run(name: str, public_home: Path):  # noqa: F811
    folder = snapshot(public_home, mteb_tasks.address(name).entry.name, CASES[name])
    theirs = mteb_says(name, folder)
    dataset = library.load(name)
    task = plugins.tasks()[dataset.task]
    vectors = {field: np.stack([vector(text) for text in one.items]) for field, one in task.texts(dataset).items()}
    found = task.metrics(task.judge(dataset, vectors, "cosine"))
    assert found[mteb_tasks.address(name).entry.main_metric] == pytest.approx(theirs.pop("main_score"), abs=1e-6)
    assert differences({key: found[key] for key in theirs}, theirs) == []


def subqueries() -> dict[tuple[str, str], dict[str, Any]]:
    """Queries in pairs that ask for the same: q0_0 and q0_1, ...; the candidates of each are others."""
    rng = np.random.default_rng(4)
    names = [f"q{n // 2}_{n % 2}" for n in range(8)]
    judged = [(name, f"d{4 * (row // 2) + one}", int(one < 2)) for row, name in enumerate(names) for one in range(4)]
    columns = dict(zip(("query-id", "corpus-id", "score"), map(list, zip(*judged, strict=True)), strict=True))
    ranked = [[f"d{n}" for n in rng.choice(30, 20, replace=False)] for _ in names]
    return {
        ("corpus", "test"): {"_id": [f"d{n}" for n in range(30)], "text": WORDS[:30], "title": [""] * 30},
        ("queries", "test"): {"_id": names, "text": WORDS[31:39]},
        ("default", "test"): columns,
        ("top_ranked", "test"): {"query-id": names, "corpus-ids": ranked},
    }


def test_a_task_whose_queries_mteb_merges_gives_its_merged_scores_everywhere(public_home: Path, tmp_path: Path):  # noqa: F811
    folder = snapshot(public_home, "MindSmallReranking", subqueries())
    theirs = mteb_says("mteb:MindSmallReranking", folder)
    dataset = library.load("mteb:MindSmallReranking")
    task = plugins.tasks()["reranking"]
    vectors = {field: np.stack([vector(text) for text in one.items]) for field, one in task.texts(dataset).items()}
    found = task.metrics(task.judge(dataset, vectors, "cosine"))
    merged = {name.removeprefix(MERGED): value for name, value in theirs.items() if name.startswith(MERGED)}
    assert differences(found, merged) == []
    assert theirs["main_score"] == pytest.approx(found["map_at_1000"], abs=1e-6)
    run = evaluate(catalogue.find("tfidf"), dataset)
    score = Results().result(run).metrics["map_at_1000"]
    own = standings.own("MTEB(eng, v2)", frames.latest(Results().runs()), Results().metrics())
    assert own[["task", "metric", "score"]].to_numpy().tolist() == [
        ["MindSmallReranking", f"{MERGED}map_at_1000", score]
    ]
    ((path,), _) = mteb_export.export([run], tmp_path)
    (written,) = json.loads(path.read_text())["scores"]["test"]
    assert written["main_score"] == written[f"{MERGED}map_at_1000"] == score and "map_at_1000" not in written


def test_a_dataset_says_where_it_is_from_and_how_mteb_would_run_it(public_home: Path):  # noqa: F811
    snapshot(public_home, "TNews", CASES["mteb:TNews"])
    tnews = library.load("mteb:TNews")
    assert (tnews.name, tnews.task, tnews.languages) == ("mteb:TNews", "classification", ("cmn-Hans",))
    assert "317f262bf1e6126357bbe89e875451e4b0938fe4" in tnews.source
    assert tnews.settings["samples_per_label"] == 32
    snapshot(public_home, "Ocnli", CASES["mteb:Ocnli"])
    assert library.load("mteb:Ocnli").settings == {"main_metric": "max_accuracy"}


def test_settings_that_mteb_sets_only_while_it_loads_are_kept_too(public_home: Path):  # noqa: F811
    snapshot(public_home, "StackExchangeClustering.v2", sets_of_documents(2, 120, 4))
    assert registry.entry("StackExchangeClustering.v2").settings["max_fraction_of_documents_to_embed"] == 0.04
    assert "max_fraction_of_documents_to_embed" not in library.load("mteb:StackExchangeClustering.v2").settings


def test_the_listing_tells_category_licence_citation_subsets_and_revision(public_home: Path):  # noqa: F811
    listing = registry.listing().set_index("name")
    assert len(listing) > 1000
    assert set(listing["kind"]) == set(plugins.tasks())
    assert listing.loc["CLSClusteringP2P", "category"] == "P2P"
    assert listing.loc["T2Retrieval", ["category", "licence"]].tolist() == ["S2P", "apache-2.0"]
    assert "xie2023t2ranking" in registry.entry("T2Retrieval").citation
    assert registry.entry("STS22.v2").subsets["zh-en"] == ("cmn-Hans", "eng-Latn")


def test_the_tables_that_travel_along_are_what_the_mteb_of_our_requirements_says(home: Path):
    gathering.gather(home)
    for what in ("tasks", "benchmarks"):
        shipped = registry.SHIPPED / registry.file_name(what)
        assert registry.stored_path(what) == shipped
        pd.testing.assert_frame_equal(pd.read_parquet(shipped), pd.read_parquet(home / shipped.name))


def test_a_name_needs_its_subset_and_split_only_where_there_are_several(public_home: Path):  # noqa: F811
    assert mteb_tasks.address("mteb:T2Retrieval/default/dev").name == "mteb:T2Retrieval"
    assert mteb_tasks.address("mteb:STS22.v2/zh/test").name == "mteb:STS22.v2/zh"
    assert mteb_tasks.address("mteb:MultilingualSentiment/test").name == "mteb:MultilingualSentiment/test"
    with pytest.raises(BadDataset, match=r"STS22\.v2 has 18 subsets; name one, such as 'mteb:STS22\.v2/en'"):
        mteb_tasks.address("mteb:STS22.v2")
    with pytest.raises(BadDataset, match="MultilingualSentiment has 2 splits"):
        mteb_tasks.address("mteb:MultilingualSentiment")
    with pytest.raises(BadDataset, match="no subset or split 'train'"):
        mteb_tasks.address("mteb:T2Retrieval/train")
    with pytest.raises(UserError, match="did you mean 'T2Retrieval'"):
        mteb_tasks.address("mteb:T2Retrievall")


def test_every_registered_name_leads_back_to_itself(public_home: Path):  # noqa: F811
    for name in registry.listing()["name"][::20]:
        entry = registry.entry(name)
        for subset in list(entry.subsets)[:3]:
            for split in entry.splits:
                place = mteb_tasks.Address(entry, subset, split)
                assert mteb_tasks.address(place.name) == place


def test_without_a_copy_one_sentence_says_what_to_download_how_and_where_to_put_it(public_home: Path):  # noqa: F811
    with pytest.raises(BadDataset) as caught:
        library.load("mteb:T2Retrieval")
    sentence = str(caught.value)
    assert (
        "hf download --repo-type dataset mteb/T2Retrieval --revision cf778c0ea4168ec5174a34d888d6453e4cde9222"
        in sentence
    )
    assert str(public_home / "mteb" / "T2Retrieval") in sentence


def test_a_copy_under_our_home_goes_before_the_hub_s_cache_and_a_new_one_is_seen(public_home: Path):  # noqa: F811
    snapshot(public_home, "LCQMC", {("default", "test"): pairs(20)})
    assert len(library.load("mteb:LCQMC").tables["pairs"]) == 20
    own = write(copies.own_folder(registry.entry("LCQMC")), {("default", "test"): pairs(25)})
    for path in own.rglob("*"):
        os.utime(path, (0, 0))  # as old as it was where it was copied from
    assert len(library.load("mteb:LCQMC").tables["pairs"]) == 25
    shutil.rmtree(own)
    assert len(library.load("mteb:LCQMC").tables["pairs"]) == 25


def test_a_table_of_which_a_part_is_missing_in_the_hub_s_cache_is_no_copy(public_home: Path):  # noqa: F811
    folder = snapshot(public_home, "LCQMC", {("default", "test"): pairs()})
    (folder / "default" / "test-00000-of-00001.parquet").rename(folder / "default" / "test-00000-of-00002.parquet")
    assert copies.find(registry.entry("LCQMC")) is None
    with pytest.raises(BadDataset, match="is not on this machine"):
        library.load("mteb:LCQMC")


def test_a_copy_that_cannot_be_read_is_named(public_home: Path):  # noqa: F811
    folder = copies.own_folder(registry.entry("LCQMC"))
    folder.mkdir(parents=True)
    (folder / "test.parquet").write_bytes(b"no parquet")
    with pytest.raises(BadDataset, match=r"The data of LCQMC cannot be read from .*/mteb/LCQMC"):
        library.load("mteb:LCQMC")


def test_once_read_it_is_in_the_library_and_needs_neither_mteb_nor_a_copy(public_home: Path):  # noqa: F811
    folder = snapshot(public_home, "STS22.v2", CASES["mteb:STS22.v2/zh"])
    first = library.load("mteb:STS22.v2/zh")
    (folder / "README.md").unlink()
    script = "import sys, json; from engine.datasets import library; d = library.load('mteb:STS22.v2/zh');"
    script += "print(json.dumps([d.fingerprint, 'mteb' in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [first.fingerprint, False]
    entry = library.entries()["mteb:STS22.v2/zh"]
    assert (entry.task, entry.rows, entry.fingerprint) == ("sts", 20, first.fingerprint)
    library.delete("mteb:STS22.v2/zh")
    assert "mteb:STS22.v2/zh" not in library.entries()


@pytest.mark.parametrize("name", ["mteb:MalteseNewsClassification", "mteb:SummEvalSummarization.v2"])
def test_lists_come_back_from_the_disk_as_lists(name: str, public_home: Path):  # noqa: F811
    snapshot(public_home, mteb_tasks.address(name).entry.name, CASES[name])
    read = mteb_tasks.read(name)
    again = kept.load(name)
    for table, frame in read.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[table])


def test_an_aggregate_names_the_tasks_that_it_is_the_mean_of(public_home: Path):  # noqa: F811
    with pytest.raises(BadDataset, match="the mean over CQADupstackAndroidRetrieval, "):
        library.load("mteb:CQADupstackRetrieval")


def test_a_hub_that_does_not_answer_is_given_up_at_once(public_home: Path, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        script = "from engine.datasets import library; library.load('mteb:LCQMC')"
        environment = os.environ | {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
        )
    assert "is not on this machine and the hub cannot be reached" in ran.stderr
    assert "Retrying" not in ran.stderr
