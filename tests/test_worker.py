"""Work outlives whoever asked for it: real worker processes are killed, stopped and cancelled here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import datasets, evaluate, jobs, lanes
from engine.store import Results
from engine.types import BadDataset, Job, Message

ROOT = Path(__file__).resolve().parent.parent
DEADLINE = 120.0
STARTER = """
import sys
from engine import labour, worker
kinds = ("count", "measure", "fail", "refuse", "exhaust", "stay", "die")
labour.HANDLERS |= {kind: ("tests.test_worker", kind) for kind in kinds}
sys.exit(worker.main(sys.argv[1:]))
"""


def count(arguments, step):
    """Three steps, each of which leaves a mark that a repeated run finds."""
    marks = Path(arguments["folder"])
    fresh = [number for number in range(3) if not (marks / str(number)).exists()]
    for number in fresh:
        step(number / 3, Message("Step {number}", {"number": number}))
        (marks / str(number)).write_text("done")
        if number == arguments.get("pause"):
            until(lambda: (marks / "go").exists())
    return {"fresh": fresh}


def measure(arguments, step):
    """An evaluation that stands still half-way, the first time."""

    def halting(share, message):
        step(share, message)
        if share > 0.5 and not (half := Path(arguments["folder"], "half")).exists():
            half.write_text("")
            until(lambda: False)

    return evaluate.work(arguments, halting)


def stay(arguments, step):
    """Never looks up: only its death stops it."""
    Path(arguments["folder"], "begun").write_text("")
    until(lambda: False)


def die(arguments, step):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(arguments, step):
    raise ZeroDivisionError("nothing left to share")


def refuse(arguments, step):
    raise BadDataset("Row {row} is empty.", row=7)


def exhaust(arguments, step):
    raise MemoryError("Unable to allocate 9 TiB")


def until(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def ended(name: str) -> Job:
    until(lambda: jobs.job(name).state not in ("queued", "running"))
    return jobs.job(name)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PARALLAX_HOME": str(home)}
        process = subprocess.Popen([sys.executable, "-c", STARTER, *arguments], cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield begin
    for lane in lanes.LANES:
        lanes.stop(lane)
    for process in started:
        process.wait(DEADLINE)


def test_a_worker_does_what_it_finds_and_what_comes_and_leaves_when_idle(home: Path, start):
    first = jobs.submit("count", {"folder": str(home), "pause": 1})
    process = start("--idle", "0.5")
    until((home / "1").exists)
    second = jobs.submit("count", {"folder": str(home), "again": True})
    (home / "go").write_text("")
    assert ended(first.id).state == "done" and jobs.result(first.id) == {"fresh": [0, 1, 2]}
    assert ended(second.id).state == "done" and jobs.result(second.id) == {"fresh": []}
    assert process.wait(DEADLINE) == 0 and not lanes.alive("batch")


def test_a_failing_job_says_why_and_the_next_one_gets_its_turn(home: Path, start):
    names = [
        jobs.submit(kind, {"folder": str(home)}).id for kind in ("fail", "refuse", "exhaust", "unheard-of", "count")
    ]
    start()
    assert ended(names[-1]).state == "done"
    said = [str(jobs.job(name).error) for name in names[:-1]]
    assert said[:2] == ["Unexpected ZeroDivisionError: nothing left to share", "Row 7 is empty."]
    assert said[2].startswith("Memory ran out (Unable to allocate 9 TiB)")
    assert "No worker knows jobs of the kind 'unheard-of'" in said[3]
    assert "nothing left to share" in jobs.log(names[0]) and "Traceback" in jobs.log(names[0])
    assert "Traceback" not in jobs.log(names[1])


def test_a_killed_worker_is_replaced_and_its_job_goes_on_where_it_was(home: Path, start):
    job = jobs.submit("count", {"folder": str(home), "pause": 1})
    start()
    until((home / "1").exists)
    victim = int(jobs.log(job.id).split("Process ")[1].split()[0])
    os.kill(victim, signal.SIGKILL)
    assert ended(job.id).state == "done"
    assert jobs.result(job.id) == {"fresh": [2]} and jobs.job(job.id).attempts == 2


def test_an_evaluation_killed_half_way_ends_with_the_same_scores_and_encodes_nothing_twice(
    home: Path, start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    arguments = {"model": "tfidf", "dataset": "sts_en"}
    job = jobs.submit("measure", arguments | {"folder": str(home)})
    start()
    until((home / "half").exists)
    os.kill(int(jobs.log(job.id).split("Process ")[1].split()[0]), signal.SIGKILL)
    assert ended(job.id).state == "done" and jobs.job(job.id).attempts == 2
    resumed = Results().result(jobs.result(job.id)["run"])
    assert resumed.timings["cached"] >= len(set(datasets.load("sts_en").tables["pairs"]["sentence1"]))
    (tmp_path / "another").mkdir()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("PARALLAX_HOME", str(tmp_path / "another"))
        alone = Results().result(evaluate.work(arguments, lambda share, message: None)["run"])
    assert (resumed.metrics, resumed.intervals) == (alone.metrics, alone.intervals)
    assert resumed.items.equals(alone.items)


def test_a_job_that_kills_its_worker_three_times_is_given_up_and_the_next_one_gets_its_turn(home: Path, start):
    deadly, good = jobs.submit("die", {}), jobs.submit("count", {"folder": str(home)})
    start()
    assert ended(good.id).state == "done"
    found = jobs.job(deadly.id)
    assert (found.state, found.attempts) == ("failed", 3)
    assert "killed by signal 9" in str(found.error) and "memory" in str(found.error)


def test_a_cancelled_job_stops_at_once_even_inside_a_long_computation(home: Path, start):
    deaf, next_one = jobs.submit("stay", {"folder": str(home)}), jobs.submit("count", {"folder": str(home)})
    start()
    until((home / "begun").exists)
    assert jobs.cancel(deaf.id).state == "cancelled"
    assert ended(next_one.id).state == "done"
    assert jobs.job(deaf.id).state == "cancelled"


def test_a_worker_told_to_leave_puts_its_job_back_and_another_finishes_it(home: Path, start):
    job = jobs.submit("count", {"folder": str(home), "pause": 1})
    process = start()
    until((home / "1").exists)
    process.terminate()
    assert process.wait(DEADLINE) == 0
    assert (jobs.job(job.id).state, jobs.job(job.id).attempts) == ("queued", 0)
    start()
    assert ended(job.id).state == "done" and jobs.result(job.id) == {"fresh": [2]}


def test_what_died_with_its_keeper_is_taken_up_by_the_next_worker(home: Path, start):
    job = jobs.submit("count", {"folder": str(home), "pause": 1})
    keeper = start()
    until((home / "1").exists)
    keeper.kill()
    os.kill(int(jobs.log(job.id).split("Process ")[1].split()[0]), signal.SIGKILL)
    until(lambda: not lanes.alive("batch"))
    assert jobs.job(job.id).state == "running"
    start()
    assert ended(job.id).state == "done" and jobs.result(job.id) == {"fresh": [2]}


def test_a_lane_has_one_worker_however_often_it_is_started(home: Path, start):
    start()
    until(lambda: lanes.alive("batch"))
    assert start().wait(DEADLINE) == 0
    assert lanes.alive("batch")


def test_a_worker_that_is_ensured_outlives_the_process_that_asked_and_stops_when_told(home: Path):
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    code = "from engine import jobs, lanes; jobs.ensure_running('interactive'); print(lanes.alive('interactive'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
    assert lanes.alive("interactive")
    jobs.ensure_running("interactive")
    subprocess.run([sys.executable, "-m", "engine.worker", "--stop"], cwd=ROOT, env=environment, check=True)
    assert not lanes.alive("interactive")
