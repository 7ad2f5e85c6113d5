"""Work outlives whoever asked for it: real worker processes are killed, stopped and cancelled here."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from engine.jobs import queue, workers
from tests.workers import DEADLINE, ROOT, ended, until, victim


def test_a_worker_does_what_it_finds_and_what_comes_and_leaves_when_idle(home: Path, start):
    first = queue.submit("count", {"folder": str(home), "pause": 1})
    process = start("--idle", "0.5")
    until((home / "1").exists)
    second = queue.submit("count", {"folder": str(home), "again": True})
    (home / "go").write_text("")
    assert ended(first.id).state == "done" and queue.result(first.id) == {"fresh": [0, 1, 2]}
    assert ended(second.id).state == "done" and queue.result(second.id) == {"fresh": []}
    assert process.wait(DEADLINE) == 0 and not workers.alive("batch")


def test_a_failing_job_says_why_and_the_next_one_gets_its_turn(home: Path, start):
    names = [
        queue.submit(kind, {"folder": str(home)}).id for kind in ("fail", "refuse", "exhaust", "unheard-of", "count")
    ]
    start()
    assert ended(names[-1]).state == "done"
    said = [str(queue.job(name).error) for name in names[:-1]]
    assert said[:2] == ["Unexpected ZeroDivisionError: nothing left to share", "Row 7 is empty."]
    assert said[2].startswith("Memory ran out (Unable to allocate 9 TiB)")
    assert "No worker knows jobs of the kind 'unheard-of'" in said[3]
    assert "nothing left to share" in queue.log(names[0]) and "Traceback" in queue.log(names[0])
    assert "Traceback" not in queue.log(names[1])


def test_a_killed_worker_is_replaced_and_its_job_goes_on_where_it_was(home: Path, start):
    job = queue.submit("count", {"folder": str(home), "pause": 1})
    start()
    until((home / "1").exists)
    os.kill(victim(job), signal.SIGKILL)
    assert ended(job.id).state == "done"
    assert queue.result(job.id) == {"fresh": [2]} and queue.job(job.id).attempts == 2


def test_a_job_that_kills_its_worker_three_times_is_given_up_and_the_next_one_gets_its_turn(home: Path, start):
    deadly, good = queue.submit("die", {}), queue.submit("count", {"folder": str(home)})
    start()
    assert ended(good.id).state == "done"
    found = queue.job(deadly.id)
    assert (found.state, found.attempts) == ("failed", 3)
    assert "killed by signal 9" in str(found.error) and "memory" in str(found.error)


def test_a_cancelled_job_stops_at_once_even_inside_a_long_computation(home: Path, start):
    deaf, next_one = queue.submit("stay", {"folder": str(home)}), queue.submit("count", {"folder": str(home)})
    start()
    until((home / "begun").exists)
    assert queue.cancel(deaf.id).state == "cancelled"
    assert ended(next_one.id).state == "done"
    assert queue.job(deaf.id).state == "cancelled"


def test_a_worker_told_to_leave_puts_its_job_back_and_another_finishes_it(home: Path, start):
    job = queue.submit("count", {"folder": str(home), "pause": 1})
    process = start()
    until((home / "1").exists)
    process.terminate()
    assert process.wait(DEADLINE) == 0
    assert (queue.job(job.id).state, queue.job(job.id).attempts) == ("queued", 0)
    start()
    assert ended(job.id).state == "done" and queue.result(job.id) == {"fresh": [2]}


def test_what_died_with_its_keeper_is_taken_up_by_the_next_worker(home: Path, start):
    job = queue.submit("count", {"folder": str(home), "pause": 1})
    keeper = start()
    until((home / "1").exists)
    keeper.kill()
    os.kill(victim(job), signal.SIGKILL)
    until(lambda: not workers.alive("batch"))
    assert queue.job(job.id).state == "running"
    start()
    assert ended(job.id).state == "done" and queue.result(job.id) == {"fresh": [2]}


def test_a_lane_has_one_worker_however_often_it_is_started(home: Path, start):
    start()
    until(lambda: workers.alive("batch"))
    assert start().wait(DEADLINE) == 0
    assert workers.alive("batch")


def test_a_worker_that_is_ensured_outlives_the_process_that_asked_and_stops_when_told(home: Path):
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    code = "from engine.jobs import workers; workers.ensure_running('interactive'); print(workers.alive('interactive'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
    assert workers.alive("interactive")
    queue.ensure_running("interactive")
    subprocess.run([sys.executable, "-m", "engine.worker", "--stop"], cwd=ROOT, env=environment, check=True)
    assert not workers.alive("interactive")
