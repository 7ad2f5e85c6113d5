"""The queue on disk: nothing is asked for twice, nothing is lost, nothing is done by two."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.jobs import queue, runner, workers
from engine.jobs.processes import Process, boot
from engine.jobs.schema import database, folder
from engine.storage.failures import Damaged
from engine.types import Cancelled, Message, UserError

ROOT = Path(__file__).resolve().parents[2]
WHY = Message("The worker died of {cause}.", {"cause": "hunger"})
STEP = Message("Encoded {done} of {all}.", {"done": np.int64(3), "all": 7})


def submit(number: int = 0, lane: workers.Lane = "batch") -> str:
    return queue.submit("evaluate", {"model": "m", "dataset": f"d{number}"}, lane).id


def claim(lane: workers.Lane = "batch") -> str:
    claimed = queue.claim(lane)
    assert claimed is not None
    return claimed.id


def test_the_same_work_asked_for_twice_is_one_job_until_it_ends(home: Path):
    first = queue.submit("evaluate", {"model": "m", "dataset": "d0"})
    assert queue.submit("evaluate", {"dataset": "d0", "model": "m"}).id == first.id
    assert claim() == first.id
    assert submit() == first.id
    queue.finish(first.id)
    assert submit() != first.id


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(home: Path):
    names = [submit(number) for number in range(3)]
    assert [claim() for _ in names] == names
    assert queue.claim("batch") is None


def test_a_lane_only_gets_its_own_jobs(home: Path):
    slow, quick = submit(0), submit(1, "interactive")
    assert (claim("interactive"), claim("batch")) == (quick, slow)


def test_running_jobs_stand_before_waiting_ones_and_ended_ones_are_not_active(home: Path):
    names = [submit(number) for number in range(3)]
    queue.cancel(names[0])
    assert claim() == names[1]
    assert [(job.id, job.state) for job in queue.active()] == [(names[1], "running"), (names[2], "queued")]
    assert [job.id for job in queue.jobs()] == names[::-1]
    assert queue.active("interactive") == []


def test_progress_is_kept_as_a_message_that_can_be_translated(home: Path):
    submit()
    name = claim()
    queue.report(name, 1.7, STEP)
    found = queue.job(name)
    assert found.progress == 1.0 and found.message is not None
    assert found.message.template == STEP.template and found.message.values == {"done": 3, "all": 7}


def test_a_cancelled_job_tells_its_worker_so_and_stays_cancelled(home: Path):
    submit()
    name = claim()
    assert queue.cancel(name).state == "cancelled"
    with pytest.raises(Cancelled):
        queue.report(name, 0.5, STEP)
    queue.finish(name, {"late": True})
    queue.fail(name, WHY)
    assert queue.job(name).state == "cancelled" and queue.job(name).error is None


def test_a_job_that_ended_cannot_be_cancelled(home: Path):
    submit()
    name = claim()
    queue.finish(name)
    assert queue.cancel(name).state == "done"


def test_a_failed_job_can_be_tried_again_from_the_beginning(home: Path):
    submit()
    name = claim()
    queue.fail(name, WHY)
    assert queue.job(name).error == WHY
    again = queue.retry(name)
    assert (again.id, again.state, again.attempts, again.error, again.progress) == (name, "queued", 0, None, 0)


def test_a_retry_of_work_that_is_under_way_joins_it(home: Path):
    submit()
    name = claim()
    queue.fail(name, WHY)
    other = submit()
    assert queue.retry(name).id == other
    assert queue.job(name).state == "failed"


def test_a_job_whose_worker_died_is_queued_again_and_after_three_deaths_given_up(home: Path):
    name = submit()
    for _death in range(2):
        assert claim() == name
        (left,) = queue.recover("batch", WHY)
        assert left.state == "queued"
    assert claim() == name
    (left,) = queue.recover("batch", WHY)
    assert (left.state, left.error) == ("failed", WHY)
    assert queue.log(name).count("The worker died of hunger.") == 3


def test_a_job_that_was_put_back_has_not_been_tried(home: Path):
    name = submit()
    for _visit in range(5):
        assert claim() == name
        queue.put_back(name)
    assert (queue.job(name).state, queue.job(name).attempts) == ("queued", 0)


def test_only_running_jobs_of_the_own_lane_are_recovered(home: Path):
    submit(0), submit(1), submit(2, "interactive")
    running = claim("batch")
    claim("interactive")
    assert [job.id for job in queue.recover("batch", WHY)] == [running]


def test_what_came_of_a_job_is_kept_with_null_for_nan(home: Path):
    name = submit()
    assert queue.result(name) is None
    claim()
    queue.finish(name, {"scores": np.array([0.1, np.nan]), "model": "模型"})
    found = queue.result(name)
    assert found["model"] == "模型" and found["scores"][0] == 0.1 and found["scores"][1] is None
    assert queue.job(name).state == "done" and queue.job(name).progress == 1


def test_a_log_grows_and_gives_its_last_lines(home: Path):
    name = submit()
    assert queue.log(name) == ""
    for number in range(5):
        queue.write_log(name, f"line {number}")
    assert [line.split("  ")[1] for line in queue.log(name, lines=2).splitlines()] == ["line 3", "line 4"]


def test_answers_of_yesterday_are_forgotten_and_runs_are_not(home: Path, monkeypatch: pytest.MonkeyPatch):
    old, kept = submit(0, "interactive"), submit(1, "batch")
    for lane, name in (("interactive", old), ("batch", kept)):
        claim(lane)
        queue.finish(name, {})
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    queue.forget_answers()
    assert [job.id for job in queue.jobs()] == [kept]
    assert [path.name for path in (home / "jobs").iterdir()] == [kept]


def test_an_unknown_job_is_a_sentence(home: Path):
    with pytest.raises(UserError, match="There is no job 'x'"):
        queue.job("x")


CLAIMER = """
from engine.jobs import queue
while one := queue.claim("batch"):
    print(one.id)
"""


def test_no_job_is_claimed_by_two_processes(home: Path):
    names = [submit(number) for number in range(30)]
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    claimers = [
        subprocess.Popen([sys.executable, "-c", CLAIMER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    claimed = [line for claimer in claimers for line in claimer.communicate(timeout=60)[0].split()]
    assert sorted(claimed) == sorted(names)


HOLDER = """
import sys
from engine.jobs import workers
held = workers.hold("batch")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lane_is_held_by_one_process_and_free_as_soon_as_that_is_killed(home: Path):
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, env=environment, **streams) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        assert workers.alive("batch") and workers.hold("batch") is None
        assert not workers.alive("interactive")
        holder.kill()
    assert not workers.alive("batch")


def test_a_message_within_a_message_stays_one_and_so_can_be_translated(home: Path):
    name = submit()
    claim()
    whole = Message("{part} of 2: {message}", {"part": 1, "message": STEP})
    queue.report(name, 0.5, whole)
    told = queue.job(name).message
    assert isinstance(told.values["message"], Message) and told.values["message"].template == STEP.template
    assert str(told) == str(whole) == "1 of 2: Encoded 3 of 7."


@pytest.mark.parametrize(("module", "name"), runner.HANDLERS.values())
def test_every_kind_of_job_has_somebody_who_does_it(module: str, name: str):
    assert callable(getattr(importlib.import_module(module), name))


def test_cancelling_never_signals_a_process_that_has_got_the_number_of_a_dead_worker(home: Path):
    name = queue.submit("work", {}, "interactive").id
    held = workers.hold("interactive")
    assert held is not None
    with subprocess.Popen(["sleep", "60"]) as innocent:
        with database().write() as connection:
            values = (innocent.pid, f"{boot()}/1", name)
            connection.execute("UPDATE jobs SET state = 'running', process = ?, born = ? WHERE id = ?", values)
        assert queue.cancel(name).state == "cancelled"
        assert innocent.poll() is None
        assert Process.of(innocent.pid).send(signal.SIGKILL)  # the same process, proven, is reached
        assert innocent.wait(10) == -signal.SIGKILL
    held.close()


@pytest.mark.parametrize("left", ["{pid}", "{pid} {boot}/1", ""])
def test_stopping_never_signals_by_what_an_earlier_keeper_left_in_the_lock(home: Path, left: str):
    held = workers.hold("batch")
    assert held is not None
    with subprocess.Popen(["sleep", "60"]) as innocent:
        held.truncate(0)
        held.write(left.format(pid=innocent.pid, boot=boot()))
        held.flush()
        workers.stop("batch", seconds=0)
        assert innocent.poll() is None
        innocent.kill()
    held.close()


def test_asking_whether_a_worker_lives_neither_keeps_one_from_beginning_nor_says_that_another_asker_is_one(home: Path):
    workers.hold("batch").close()  # type: ignore[union-attr]
    stop, said = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            said.append(workers.alive("batch"))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        while len(said) < 3_000:
            pass
        asked = len(said)
        assert not any(said[:asked])
        for _start in range(50):
            held = workers.hold("batch")
            assert held is not None
            held.close()
    finally:
        stop.set()
        for asker in askers:
            asker.join(30)


def test_a_clock_that_is_set_back_changes_neither_the_order_nor_the_durations(home: Path, monkeypatch):
    now = time.time()
    first = queue.submit("work", {"n": 1})
    assert queue.claim("batch").id == first.id
    monkeypatch.setattr(time, "time", lambda: now - 172_800)
    second = queue.submit("work", {"n": 2})
    queue.finish(first.id)
    assert 0 <= queue.job(first.id).seconds < 60
    assert [job.id for job in queue.jobs()] == [second.id, first.id]
    third = queue.submit("work", {"n": 3})
    assert [queue.claim("batch").id for _ in range(2)] == [second.id, third.id]


def test_a_damaged_row_hides_no_other_job(home: Path):
    good, bad = queue.submit("work", {"n": 1}), queue.submit("work", {"n": 2})
    with database().write() as connection:
        connection.execute("UPDATE jobs SET arguments = '{' WHERE id = ?", (bad.id,))
    assert [job.id for job in queue.jobs()] == [good.id] == [job.id for job in queue.active()]


def test_a_result_whose_bytes_have_changed_is_not_shown_and_one_of_an_earlier_version_is(home: Path):
    name = queue.submit("work", {}).id
    queue.claim("batch")
    queue.finish(name, {"p50": 1.25})
    path = folder(name) / "result.json"
    assert queue.result(name) == {"p50": 1.25}
    path.write_text(path.read_text().replace("1.25", "1.75"))
    with pytest.raises(Damaged, match=r"result\.json is damaged"):
        queue.result(name)
    path.write_text('{"p50": 2.5}')
    assert queue.result(name) == {"p50": 2.5}
