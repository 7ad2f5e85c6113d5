"""A training does what the library's would, and one that was killed is the one that would have been."""

import math
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import CoSENTLoss

from engine import plugins
from engine.adaptation.plans import values
from engine.adaptation.training import checkpoints as kept
from engine.adaptation.training import steps, trial
from engine.adaptation.training.curve import curve
from engine.adaptation.training.loop import PATIENCE, Training
from engine.adaptation.training.progress import Progress, every, looked
from engine.adaptation.training.schedule import schedule
from engine.adaptation.training.steps import backward
from engine.adaptation.training.vectors import Item, items, packs, vectors
from engine.storage.failures import DiskRefuses
from engine.training import Base, Course, Examples, Lesson
from engine.types import Message, ModelEntry, UserError
from tests import checkpoints
from tests.recipes import courses

ROOT = Path(__file__).resolve().parents[2]
WORDS = checkpoints.WORDS
RANDOM = np.random.default_rng(5)
ROWS = pd.DataFrame({
    "sentence1": [" ".join(RANDOM.choice(WORDS, RANDOM.integers(2, 14))) for _ in range(40)],
    "sentence2": [" ".join(RANDOM.choice(WORDS, RANDOM.integers(2, 14))) for _ in range(40)],
    "score": RANDOM.integers(0, 5, 40) / 4,
})  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums on two threads are added in another order, and a test before may have left two (another process has one)."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.bert(tmp_path_factory.mktemp("bert"))


def course(folder: Path, rows: pd.DataFrame = ROWS) -> Course:
    found = SentenceTransformer(str(folder), device="cpu")
    base = Base(ModelEntry("tiny", "sentence_transformer", str(folder)), found, folder, lambda name: found)
    recipe = plugins.recipes()["cosent"]
    return recipe.train(base, [Examples("scored pairs", rows)], values(recipe, {}))


def training(folder: Path, place: Path, **given) -> Training:
    """Twelve steps with dropout, a checkpoint after every second one."""
    settings = values(plugins.recipes()["cosent"], {"batch_size": 10, "epochs": 3, "learning_rate": 1e-3} | given)
    dev = lambda model: (float(model.encode(["a cat sat"]).sum()), math.nan, math.nan)  # noqa: E731
    return Training(course(folder), settings, place, dev, "plan", every=2)


def weights(one: Training) -> list[torch.Tensor]:
    return [value.clone() for value in one.course.model.state_dict().values()]


def run(one: Training, step=lambda share, message: None) -> list[torch.Tensor]:
    one.dev = None  # the last weights, not the best
    one.run(step)
    return weights(one)


@pytest.mark.parametrize("kind", ["bert", "modernbert", "xlm_roberta", "static"])
def test_vectors_with_gradients_are_those_of_the_library(kind: str, tmp_path: Path):
    found = SentenceTransformer(str(getattr(checkpoints, kind)(tmp_path)), device="cpu").eval()
    if kind != "static":
        found.max_seq_length = 24
    texts = [text for text in checkpoints.TEXTS if text.strip()]
    mine = vectors(found, [Item(text, "", None) for text in texts])
    assert packs(found) == (kind in ("bert", "xlm_roberta")) and mine.requires_grad
    assert np.allclose(mine.detach().numpy(), found.encode(texts), atol=1e-6)


def test_a_step_has_the_loss_and_the_gradients_of_the_library(model: Path):
    one, other = course(model), course(model)
    loss = CoSENTLoss(other.model.eval())
    one.model.eval()
    columns = [other.model.preprocess(ROWS[name].tolist()) for name in ("sentence1", "sentence2")]
    theirs = loss(columns, torch.tensor(ROWS["score"].to_numpy("float32")))
    theirs.backward()
    settings = values(plugins.recipes()["cosent"], {})
    assert backward(one, one.lessons[0], ROWS, settings) == pytest.approx(theirs.item(), rel=1e-6)
    for mine, their in zip(one.model.parameters(), other.model.parameters(), strict=True):
        if their.grad is not None:
            assert torch.allclose(mine.grad, their.grad, atol=1e-6)


def test_gradient_caching_changes_no_gradient_but_the_order_of_sums(model: Path):
    settings = values(plugins.recipes()["cosent"], {})
    whole, parts = course(model), course(model)
    for one, cached in ((whole, 0), (parts, 7)):
        one.model.eval()
        backward(one, one.lessons[0], ROWS, settings | {"cached": cached})
    for mine, their in zip(parts.model.parameters(), whole.model.parameters(), strict=True):
        assert their.grad is None or torch.allclose(mine.grad, their.grad, atol=1e-6)


def test_the_second_pass_of_gradient_caching_drops_out_what_the_first_one_did(model: Path):
    settings = values(plugins.recipes()["cosent"], {"cached": 80 - 1})
    one = course(model)
    one.model.train()
    torch.manual_seed(3)
    first = backward(one, one.lessons[0], ROWS, settings)
    torch.manual_seed(3)
    one.model.zero_grad()
    assert backward(one, one.lessons[0], ROWS, settings) == first


def test_a_training_stopped_after_any_step_ends_in_the_same_weights_to_the_last_bit(model: Path, tmp_path: Path):
    whole = run(training(model, tmp_path / "whole"))
    for at in range(1, 12):

        class Stopped(Exception):
            pass

        def step(share: float, message: object, at: int = at) -> None:
            if f"Step {at} of" in str(message):
                raise Stopped

        place = tmp_path / str(at)
        with pytest.raises(Stopped):
            run(training(model, place), step)
        assert all(map(torch.equal, run(training(model, place)), whole)), at
        assert curve(place / "curve.jsonl")["step"].is_monotonic_increasing


def test_a_training_killed_with_its_process_is_taken_up_again(model: Path, tmp_path: Path):
    whole = run(training(model, tmp_path / "whole"))
    command = [sys.executable, "-m", "tests.adaptation.killed", str(model), str(tmp_path / "killed"), "7"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert (tmp_path / "killed" / kept.CHECKPOINT).exists()
    assert all(map(torch.equal, run(training(model, tmp_path / "killed")), whole))


def test_a_training_is_not_taken_up_with_other_settings(model: Path, tmp_path: Path):
    run(training(model, tmp_path))
    other = replace_plan(training(model, tmp_path))
    with pytest.raises(UserError, match="other settings"):
        run(other)


def replace_plan(one: Training) -> Training:
    return Training(one.course, one.settings, one.folder, None, "another plan")


def test_a_loss_that_is_no_number_stops_the_training_and_changes_no_weight(model: Path, tmp_path: Path):
    one = training(model, tmp_path)
    lesson = one.course.lessons[0]

    done: list[object] = []

    def broken(found, rows):
        value = lesson.objective(found, rows)
        return value * math.nan if len(done) == 3 else value

    one.course = replace(one.course, lessons=(replace(lesson, objective=broken),))
    with pytest.raises(UserError, match="step 4 is no number"):
        one.run(lambda share, message: done.append(message) if "loss" in message.values else None)
    assert all(torch.isfinite(value).all() for value in weights(one))
    assert (tmp_path / kept.CHECKPOINT).exists()


def test_a_batch_of_equal_scores_teaches_nothing_and_breaks_nothing(model: Path):
    one = course(model, ROWS.assign(score=0.5))
    assert backward(one, one.lessons[0], one.lessons[0].rows, values(plugins.recipes()["cosent"], {})) == 0.0
    assert all(value.grad is None or not value.grad.any() for value in one.model.parameters())


def test_the_loss_of_a_batch_with_some_equal_scores_is_the_one_counted_out(model: Path):
    rows = ROWS.head(6).assign(score=[0.5, 0.5, 1.0, 0.0, 0.5, 1.0])
    one = course(model, rows)
    one.model.eval()
    sides = [one.model.encode(rows[name].tolist(), normalize_embeddings=True) for name in ("sentence1", "sentence2")]
    cosines, scores = (sides[0] * sides[1]).sum(1).astype(float), rows["score"].to_numpy()
    worse = [cosines[low] - cosines[high] for low in range(6) for high in range(6) if scores[low] < scores[high]]
    found = backward(one, one.lessons[0], one.lessons[0].rows, values(plugins.recipes()["cosent"], {}))
    assert found == pytest.approx(math.log1p(np.exp(20 * np.array(worse)).sum()), rel=1e-5)
    assert all(value.grad is None or torch.isfinite(value.grad).all() for value in one.model.parameters())


def test_a_training_whose_dev_part_gets_no_better_ends_early_and_gives_the_best_weights(model: Path, tmp_path: Path):
    one = training(model, tmp_path)
    scores = iter([0.1, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1])
    found: list[list[torch.Tensor]] = []

    def dev(model):
        found.append(weights(one))
        return next(scores), math.nan, math.nan

    one.dev, one.looks = dev, 12
    progress = one.run(lambda share, message: None)
    assert (progress.step, progress.best_step) == (1 + PATIENCE, 1)
    assert all(map(torch.equal, weights(one), found[1]))


@pytest.mark.parametrize("dev", [None, lambda model: (math.nan, math.nan, math.nan)])
def test_where_no_dev_part_tells_a_score_the_last_weights_are_the_result_and_no_score_is_told(
    dev, model: Path, tmp_path: Path
):
    one, said = training(model, tmp_path / "alone"), []
    one.dev = dev
    progress = one.run(lambda share, message: said.append(str(message)))
    assert (progress.step, progress.best_step, progress.watched) == (12, 12, False)
    said = [one for one in said if not one.startswith("Judging the dev part")]
    assert all("no dev score" in one and "inf" not in one for one in said)
    assert all(map(torch.equal, weights(one), run(training(model, tmp_path / "whole"))))


def test_the_best_score_is_told_with_its_interval(model: Path, tmp_path: Path):
    one, said = training(model, tmp_path), []
    one.dev, one.measured = lambda model: (0.5, 0.4, 0.6), Message("nDCG@10 among {n} documents", {"n": 2_000})
    one.run(lambda share, message: said.append(str(message)))
    assert "dev nDCG@10 among 2,000 documents 0.500 [0.400, 0.600] at best (step 0)" in said[-1]


@pytest.mark.parametrize(("steps", "times"), [(1, 1), (7, 7), (10, 10), (11, 6), (40, 10), (125, 10)])
def test_the_dev_part_is_looked_at_after_no_more_steps_than_there_are(steps: int, times: int):
    apart = every(steps, 10)
    assert times == looked(steps, 10) == sum(one % apart == 0 or one == steps for one in range(1, steps + 1))


def test_the_time_left_is_that_of_the_looks_to_come_and_of_all_that_follows():
    follows = lambda step, look: 5 * step + look  # noqa: E731
    halfway = Progress("plan", step=6, seconds=12.0, looks=4, looked=40.0)  # before the first, and after 2, 4 and 6
    assert halfway.left(12, 6, follows) == pytest.approx(6 * 2 + 3 * 10 + 5 * 2 + 10)
    assert halfway.share(12, 6, follows) == pytest.approx(52 / (52 + 62))
    over = Progress("plan", step=12, seconds=24.0, looks=7, looked=70.0)
    assert over.left(12, 6, follows) == pytest.approx(5 * 2 + 10)


def test_a_look_at_the_dev_part_is_told_while_it_lasts(model: Path, tmp_path: Path):
    one, said = training(model, tmp_path), []
    one.later = lambda step, look: 3_600.0
    one.dev = lambda model: (float(said.append("looked") or 0.5), 0.4, 0.6)
    one.run(lambda share, message: said.append(str(message)))
    told = [said[at - 1] for at, line in enumerate(said) if line == "looked"]
    assert told[0] == "Judging the dev part before the first of 12 steps"
    assert all(line.startswith("Judging the dev part after step ") and "60:0" in line for line in told[1:])
    assert all("60:" in line for line in said if line.startswith("Step "))


def test_no_text_stands_twice_in_a_batch_of_pairs_and_no_row_is_lost():
    rows = pd.DataFrame({"query": [*"abcdefgh", "A"], "document": ["x", "y", "x", "z", "p", "v", "w", "u", "t"]})
    lesson = Lesson(rows, {"query": None, "document": None}, distinct=True)
    batches = schedule([lesson], batch_size=4, epochs=2, seed=0)
    for one in batches:
        texts = [text.lower() for column in rows for text in rows[column].iloc[one.rows]]
        assert len(set(texts)) == len(texts)
    assert sorted(np.concatenate([one.rows for one in batches])) == sorted([*range(9), *range(9)])


def test_columns_are_read_with_their_own_prompt_and_length(model: Path):
    one = course(model)
    base = replace(one.base, prompts={"query": "query : "})
    rows = pd.DataFrame({"query": ["a cat sat on the mat"], "document": ["a cat sat on the mat"]})
    lesson = Lesson(rows, {"query": "query", "document": "document"}, lengths={"document": 4})
    mine = vectors(one.model.eval(), items(base, lesson, rows)).detach().numpy()
    assert np.allclose(mine[0], one.model.encode("query : a cat sat on the mat"), atol=1e-6)
    assert np.allclose(mine[1], one.model.encode("a cat"), atol=1e-6)


def test_bfloat16_gives_nearly_the_same_loss_and_leaves_the_weights_in_float32(model: Path):
    one = course(model)
    one.model.eval()
    settings = values(plugins.recipes()["cosent"], {})
    exact = backward(one, one.lessons[0], ROWS, settings)
    assert backward(one, one.lessons[0], ROWS, settings | {"precision": "bfloat16"}) == pytest.approx(exact, rel=0.02)
    assert {value.dtype for value in one.model.parameters()} == {torch.float32}


def test_a_disk_that_takes_no_more_stops_the_training_with_a_sentence_and_keeps_the_checkpoint(
    model: Path, tmp_path: Path
):
    whole = run(training(model, tmp_path / "whole"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full(share: float, message: object) -> None:
        if "Step 5 of" in str(message):
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))

    try:
        with pytest.raises(DiskRefuses):
            run(training(model, tmp_path / "full"), full)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert all(map(torch.equal, run(training(model, tmp_path / "full")), whole))


def test_a_mean_over_rows_is_learnt_a_few_rows_at_a_time_with_the_gradients_of_the_whole_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    recipe = plugins.recipes()["reranker"]
    course = recipe.train(courses.base(tmp_path), [courses.pairs()], courses.defaults(recipe, negatives=3))
    course.model.eval()
    lesson, settings = course.lessons[0], courses.defaults(recipe)
    lesson.loss(lesson.rows).backward()
    whole = [one.grad.clone() for one in course.model.parameters() if one.grad is not None]
    course.model.zero_grad()
    sizes = []
    watched = replace(lesson, loss=lambda rows: sizes.append(len(rows)) or lesson.loss(rows))
    monkeypatch.setitem(steps.TOKENS, "cpu", 20)
    loss = backward(course, watched, lesson.rows, settings)
    assert loss == pytest.approx(float(lesson.loss(lesson.rows).detach()), abs=1e-6)
    parts = [one.grad for one in course.model.parameters() if one.grad is not None]
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(whole, parts, strict=True))
    assert sum(sizes) == len(lesson.rows) and max(sizes) * min(lesson.tokens(lesson.rows)) <= 20


def test_a_step_that_would_not_fit_is_refused_before_it_is_tried(model: Path, monkeypatch: pytest.MonkeyPatch):
    settings = values(plugins.recipes()["cosent"], {})
    batches = schedule(course(model).lessons, batch_size=20, epochs=1, seed=0)
    assert trial.tried(course(model), batches, settings, lambda share, message: None).seconds > 0
    monkeypatch.setattr(trial, "free", lambda device: 1_000)
    tried = []
    with pytest.raises(UserError, match="fewer examples in a batch"):
        trial.tried(course(model), batches, settings, lambda share, message: tried.append(str(message)))
    assert tried == ["Trying 8 of the 20 examples of a step"]
