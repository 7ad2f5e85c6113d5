"""Pipelines that cannot run: each is refused in a sentence, before it is kept and before it is run."""

import pytest

from engine import __main__ as command_line
from engine.models import catalogue
from engine.pipelines import checks
from engine.runs import preflight
from engine.runs.evaluate import evaluate
from engine.types import BadModel, ModelEntry, Pipeline, UserError
from tests.pipelines.conftest import pipeline


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ({"retrievers": ("dense",), "reranker": "gone"}, "gone"),
        ({"retrievers": ("dense",), "reranker": "bm25"}, "bm25 cannot rerank"),
        ({"retrievers": ("judge",)}, "judge cannot retrieve: it reranks"),
        ({"retrievers": ("inner",)}, "inner is a pipeline itself"),
        ({"retrievers": ("dense",), "reranker": "inner"}, "inner is a pipeline itself"),
        ({"retrievers": ("dense", "bm25")}, "2 retrievers and no fusion"),
        ({"retrievers": ("dense", "dense"), "fusion": "rrf"}, "the retriever dense twice"),
        ({"retrievers": ("dense",), "fusion": "rrf"}, "nothing to fuse"),
        ({"retrievers": ("dense", "bm25"), "fusion": "best"}, "there are rrf, weighted"),
        ({"retrievers": ("dense", "bm25", "tfidf"), "fusion": "weighted"}, "takes two"),
        ({"retrievers": ("dense", "bm25"), "fusion": "rrf", "weight": 0.5}, "only the weighted fusion reads"),
        (
            {"retrievers": ("dense", "bm25"), "fusion": "weighted", "weight": 3.0},
            "the weight 3.0; give one from 0 to 1",
        ),
        ({"retrievers": ()}, "has no retriever"),
        ({"retrievers": ("dense",), "splitter": "tokens", "best": 0}, "by its best 0 chunks; give 1 or more"),
        ({"retrievers": ("dense",), "reranker": "judge", "depth": 0}, "reads 0 documents; give 1 or more"),
    ],
)
def test_what_cannot_run_is_said_in_a_sentence_before_it_is_kept_or_run(made, stages, said):
    catalogue.add(pipeline("inner", retrievers=("bm25",)))
    with pytest.raises(BadModel, match=said):
        checks.add(pipeline("p", **stages))
    assert "p" not in catalogue.entries()
    with pytest.raises(BadModel, match=said):
        evaluate(pipeline("p", **stages), made)


def test_a_part_that_is_not_on_this_machine_is_told_when_it_is_added_and_before_anything_is_searched(
    made, capsys, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    catalogue.add(ModelEntry("far", "cross_encoder", "nobody/far"))
    stages = ["pipeline", "two", "--retriever", "dense", "--reranker", "far"]
    assert command_line.main(stages) == 0
    said = capsys.readouterr().out
    assert "Added two" in said and "two needs far. nobody/far is not on this machine." in said and "hf download" in said
    assert any("two needs far" in str(one) for one in preflight.warnings(catalogue.find("two"), made, None))
    seen = []
    with pytest.raises(BadModel, match="nobody/far is not on this machine"):
        evaluate(catalogue.find("two"), made, step=lambda share, message: seen.append(str(message)))
    assert not any("dense" in one for one in seen), seen


def test_a_pipeline_that_is_not_there_is_called_one_and_pipelines_are_named(made, capsys):
    asked = ["run", "--pipeline", "nothing", "--dataset", "small"]
    assert command_line.main(asked) == 2
    assert "No pipeline is called 'nothing', and none has been added yet" in capsys.readouterr().err
    checks.add(pipeline("mine", retrievers=("bm25",)))
    assert command_line.main(asked) == 2
    said = capsys.readouterr().err
    assert "No pipeline is called 'nothing'" in said and said.rstrip().endswith("there are: mine."), said


@pytest.mark.parametrize(
    ("name", "said"), [("a/b", "a path"), ("..", "a path"), ("a\\b", "a path"), ("", "no name"), ("bm25", "taken")]
)
def test_a_name_that_cannot_be_had_is_said_in_a_sentence(made, name, said):
    with pytest.raises(BadModel, match=said):
        checks.add(pipeline(name, retrievers=("bm25",)))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--depth", "3"), "--depth changes nothing without --reranker"),
        (("--size", "64"), "--size changes nothing without --splitter"),
        (("--overlap", "0"), "--overlap changes nothing without --splitter"),
        (("--title",), "--title changes nothing without --splitter"),
        (("--weight", "0.5"), "only the weighted fusion reads"),
    ],
)
def test_an_option_that_changes_nothing_is_refused(made, capsys, options, said):
    assert command_line.main(["pipeline", "p", "--retriever", "bm25", *options]) == 2
    assert said in capsys.readouterr().err
    assert "p" not in catalogue.entries()


def test_the_command_says_what_was_added_and_how_to_run_it(made, capsys):
    asked = ["pipeline", "two of them", "--retriever", "bm25", "--retriever", "dense", "--reranker", "judge"]
    assert command_line.main([*asked, "--depth", "7"]) == 0
    assert catalogue.find("two of them").pipeline == Pipeline(("bm25", "dense"), "rrf", None, "judge", 7)
    said = capsys.readouterr().out
    assert "bm25 + dense; reciprocal rank fusion; judge over the first 7" in said
    assert "python -m engine run --pipeline 'two of them' --dataset" in said


def test_a_splitter_that_leaves_nothing_is_refused(made):
    with pytest.raises(UserError, match="does not fit"):
        evaluate(pipeline("p", retrievers=("bm25",), splitter="tokens", size=8, overlap=8), made)


def test_the_entry_of_a_pipeline_is_written_and_read_again(home):
    entry = pipeline("p", retrievers=("bm25", "dense"), fusion="weighted", weight=0.3, reranker="judge", depth=7)
    catalogue.add(entry)
    assert catalogue.find("p") == entry
