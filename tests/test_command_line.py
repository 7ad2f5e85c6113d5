"""The command line: what scripts read, and what people are told."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from engine import __main__ as command_line
from engine.datasets import library
from engine.results.store import Results

ROOT = Path(__file__).resolve().parent.parent


THINGS = ("house", "river", "train")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    kinds = [(colour, thing, other) for colour in ("red", "blue", "green") for thing in THINGS for other in THINGS]
    rows = [
        f"the {colour} {thing} {number},a {colour} {other} {number},{int(thing == other)}"
        for number, (colour, thing, other) in enumerate(kinds)
    ]
    path = tmp_path / "pairs.csv"
    path.write_text("\n".join(["sentence1,sentence2,score", *rows]) + "\n")
    return path


def test_a_run_with_json_prints_the_exact_metrics_and_nothing_else(home: Path, pairs: Path):
    command = [sys.executable, "-m", "engine", "run", "--model", "tfidf", "--dataset", str(pairs), "--task", "sts"]
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    done = subprocess.run([*command, "--json"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (run,) = Results().runs()["id"]
    assert json.loads(done.stdout) == dict(Results().result(run).metrics)
    assert "tfidf is measured on pairs" in done.stderr


def test_a_mistake_is_one_sentence_and_two(home: Path, capsys: pytest.CaptureFixture[str]):
    assert command_line.main(["run", "--model", "tfidf", "--dataset", "sts_em"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "sts_em" in err and "sts_en" in err


def test_a_run_shows_the_main_metric_first_with_its_interval(
    home: Path, pairs: Path, capsys: pytest.CaptureFixture[str]
):
    assert command_line.main(["run", "--model", "tfidf", "--dataset", str(pairs), "--task", "sts"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("tfidf × pairs (run ") and lines[1].split() == ["metric", "value", "low", "high"]
    assert lines[2].split()[0] == "cosine_spearman" and len(lines[2].split()) == 4


def test_where_there_are_too_few_items_for_an_interval_a_run_says_so(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "few.csv"
    path.write_text("sentence1,sentence2,score\nred,a red,1\nblue,a house,0\ngreen,a green,1\nred tree,a hut,0\n")
    assert command_line.main(["run", "--model", "tfidf", "--dataset", str(path), "--task", "sts"]) == 0
    assert "No interval is given: below 8 items that stand for themselves" in capsys.readouterr().err


def test_an_imported_file_is_in_the_library_under_its_name(home: Path, pairs: Path, capsys: pytest.CaptureFixture[str]):
    assert command_line.main(["import", str(pairs), "--name", "colours", "--task", "sts"]) == 0
    assert capsys.readouterr().out == "colours: sts, 27 pairs\n"
    assert len(library.load("colours").tables["pairs"]) == 27
    command_line.main(["list", "datasets"])
    assert "colours\tsts" in capsys.readouterr().out


def test_an_imported_file_takes_the_place_of_another_where_that_is_asked(
    home: Path, pairs: Path, capsys: pytest.CaptureFixture[str]
):
    asked = ["import", str(pairs), "--name", "colours", "--task", "sts"]
    assert [command_line.main(asked), command_line.main(asked), command_line.main([*asked, "--replace"])] == [0, 2, 0]
    assert "choose another name" in capsys.readouterr().err


def test_what_is_odd_about_an_imported_file_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "gaps.csv"
    path.write_text("sentence1,sentence2,score\nred,blue,1\n,green,2\nred,pink,3\n", encoding="utf-8")
    asked = ["import", str(path), "--name", "gaps", "--task", "sts"]
    assert command_line.main(asked) == 2 and "--fill-down or --no-fill-down" in capsys.readouterr().err
    assert command_line.main([*asked, "--no-fill-down"]) == 0
    assert "1 of 3 rows have no text in sentence1 and were left out" in capsys.readouterr().err


def test_a_home_that_cannot_be_made_is_said_in_a_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "file" / "home"))
    assert command_line.main(["list", "runs"]) == 2
    assert "cannot be made: Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "what, seen", [("models", "tfidf\ttfidf"), ("tasks", "sts\tcosine_spearman"), ("runs", "No run yet.")]
)
def test_lists_name_what_there_is(home: Path, capsys: pytest.CaptureFixture[str], what: str, seen: str):
    assert command_line.main(["list", what]) == 0
    assert seen in capsys.readouterr().out


def test_an_exported_run_can_be_read_by_others(home: Path, pairs: Path, tmp_path: Path):
    command_line.main(["run", "--model", "tfidf", "--dataset", str(pairs), "--task", "sts"])
    assert command_line.main(["export", "all", "--to", str(tmp_path / "out")]) == 0
    (run,) = Results().runs()["id"]
    told = json.loads((tmp_path / "out" / run / "result.json").read_text(encoding="utf-8"))
    assert told["metrics"]["cosine_spearman"] == Results().result(run).metrics["cosine_spearman"]
    assert told["settings"]["versions"]["numpy"] and told["fingerprint"]
    items = pd.read_parquet(tmp_path / "out" / run / "items.parquet")
    pd.testing.assert_frame_equal(items, Results().items(run))
    assert len(pd.read_csv(tmp_path / "out" / run / "items.csv")) == 27


def test_an_unknown_run_cannot_be_exported(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert command_line.main(["export", "nothing", "--to", str(tmp_path)]) == 2
    assert "There is no run 'nothing'" in capsys.readouterr().err


def test_the_version_is_the_one_that_stands_in_the_project_file():
    wanted = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "engine", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert wanted and done.stdout == f"Parallax {wanted[1]}\n"


def questions(folder: Path) -> Path:
    texts = {
        "a": [f"question {number} of many" for number in range(9)],
        "b": [f"the reply {n} to it" for n in range(9)],
    }
    path = folder / "faq.csv"
    pd.DataFrame(texts).to_csv(path, index=False)
    return path


def test_what_is_not_clear_is_refused_with_options_that_settle_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = questions(tmp_path)
    assert command_line.main(["import", str(path), "--name", "faq"]) == 2
    out, err = capsys.readouterr()
    given = re.search(r"--task retrieval (.*query=b.*)", err)
    assert out == "" and given is not None and "“the reply 0 to it” should find “question 0 of many”" in err
    assert command_line.main(["import", str(path), "--name", "faq", "--task", "retrieval", *given[1].split()]) == 0
    assert library.load("faq").tables["queries"]["text"].iloc[0] == "the reply 0 to it"
    assert "pairs is faq: query = b, document = a." in capsys.readouterr().err


def test_a_file_is_read_as_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "notes.txt"
    path.write_text("exported today\n" + "".join(f"text {n} here~{'ab'[n % 2]}\n" for n in range(8)))
    said = ["--delimiter", "~", "--skip-rows", "1", "--no-header", "--task", "classification", "--test-share", "0.5"]
    assert command_line.main(["import", str(path), "--name", "notes", *said]) == 0
    assert capsys.readouterr().out == "notes: classification, 4 train, 4 test\n"
    assert library.load("notes").settings == {"test_share": 0.5}


def test_a_setting_of_the_task_is_given_by_its_name(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, texts = tmp_path / "arguments", [f"one should do {thing} every day" for thing in ("sport", "music", "maths")]
    path.mkdir()
    pd.DataFrame({"id": ["a", "b", "c"], "text": texts}).to_csv(path / "corpus.csv", index=False)
    pd.DataFrame({"id": ["a", "b"], "text": texts[:2]}).to_csv(path / "queries.csv", index=False)
    pd.DataFrame({"query_id": ["a", "b"], "corpus_id": ["c", "c"]}).to_csv(path / "qrels.csv", index=False)
    command = ["run", "--model", "tfidf", "--dataset", str(path), "--json"]
    assert command_line.main(command) == 0
    plain, err = capsys.readouterr()
    assert "stands in corpus under its own id" in err
    assert command_line.main([*command, "--setting", "ignore_identical_ids=true"]) == 0
    assert json.loads(capsys.readouterr().out)["ndcg_at_10"] > json.loads(plain)["ndcg_at_10"]
    assert command_line.main([*command, "--setting", "ignore_ids=true"]) == 2
    assert "did you mean 'ignore_identical_ids'" in capsys.readouterr().err


def test_a_damaged_run_holds_up_the_export_of_no_other(
    home: Path, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for model in ("tfidf", "all-MiniLM-L6-v2"):
        assert command_line.main(["run", "--model", model, "--dataset", str(pairs), "--task", "sts"]) == 0
    damaged, sound = sorted(path.stem for path in (home / "results").glob("*.parquet"))
    path = home / "results" / f"{damaged}.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    assert command_line.main(["export", "all", "--to", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out" / sound / "items.csv").exists() and not (tmp_path / "out" / damaged).exists()
    assert "Not exported: 1 of 2 runs" in capsys.readouterr().err
