"""Does a cluster give what one machine gives, whoever dies, comes late, or has no room?"""

import os
import pickle
import platform
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from engine import __main__ as command_line
from engine.cluster import connection, sharding, spread, text_files
from engine.encoding import vector_store
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.types import Texts
from tests.cluster import pieces
from tests.cluster.driving import SOON, Driver, wait_for
from tests.conftest import ROOT


@pytest.fixture
def plan(parquet, model, tmp_path):
    return plan_of(parquet, model, tmp_path / "out")


def plan_of(parquet, model, folder, count=12):
    return sharding.plan(text_files.opened(parquet), catalogue.find(str(model)), folder, precision=None, count=count)


def folder_of(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def times(folder, number):
    """How often a shard was begun."""
    return len(list(folder.glob(f"{number}.[0-9]*")))


def the_same_as_alone(plan, tmp_path, monkeypatch, encoder=pieces.LETTERS):
    """Whether the store gives for all texts what one process gives alone."""
    vector_store.know(plan.folder)
    texts = plan.texts.read(0, len(plan.texts)).texts
    found = encode(encoder, Texts(texts, "document"))
    assert found.cached == found.distinct
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "alone"))
    np.testing.assert_allclose(found.vectors, encode(encoder, Texts(texts, "document")).vectors, atol=1e-6)


def test_a_killed_actor_a_killed_node_and_one_that_comes_late_change_nothing(there, plan, tmp_path, monkeypatch):
    """One device waits with shard 1 until somebody else has done shard 2, at which the other is killed."""
    folder = folder_of(tmp_path)
    works = [partial(pieces.patient, plan, 1, folder, 2), partial(pieces.noted, plan, 2, folder)]
    works += [partial(pieces.held, plan, 3, folder), *(partial(pieces.counted, plan, n, folder) for n in range(4, 13))]
    driver = Driver(works)
    wait_for(lambda: (folder / "held.2").exists() and (folder / "waits.1").exists(), "two devices at work", driver.told)
    shown = subprocess.Popen([sys.executable, "-m", "engine", "cluster"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = shown.communicate(timeout=SOON)[0].splitlines()
    assert len(lines) == 3 and sum("1 x CPU" in line for line in lines) == 2 and "texts/s" in "".join(lines), lines
    held = int((folder / "held.2").read_text())
    (node,) = [one for one in there.nodes if os.getsid(held) == one.pid]
    there.kill(node)
    killed = time.monotonic()
    there.nodes.append(there.add())
    wait_for(lambda: any("is gone" in said for said in driver.told), "word of the node", driver.told)
    assert time.monotonic() - killed < 10
    wait_for(lambda: (folder / "held.3").exists(), "the node that came late", driver.told)
    os.kill(int((folder / "held.3").read_text()), signal.SIGKILL)
    driver.end()
    assert driver.error is None and sorted(driver.found) == list(range(12))
    assert [times(folder, number) for number in range(1, 13)] == [1, 2, 2, *[1] * 9]
    the_same_as_alone(plan, tmp_path, monkeypatch)


def test_a_full_disk_and_another_python_leave_a_node_out_and_others_do_its_work(there, plan, tmp_path, monkeypatch):
    folder, other = folder_of(tmp_path), tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import platform\nplatform.python_version = lambda: '3.11.99'\n")
    node = there.add(PYTHONPATH=f"{other}{os.pathsep}{ROOT}")
    works = [partial(pieces.patient, plan, 1, folder, 0)]  # until the test has seen what it waits for
    works += [partial(pieces.without_room, plan, number, folder) for number in range(2, 13)]
    driver = Driver(works)
    try:
        wait_for(lambda: any("takes no part" in one for one in driver.told), "the other version", driver.told)
        wait_for(lambda: any("File too large" in one for one in driver.told), "the full disk", driver.told)
    finally:
        (folder / "0.done").touch()
        there.kill(node)
    driver.end()
    (said,) = {one for one in driver.told if "takes no part" in one}
    assert f"it has Python 3.11.99 ({platform.python_version()})" in said
    assert driver.error is None and len(driver.found) == 12
    the_same_as_alone(plan, tmp_path, monkeypatch)


def test_a_driver_that_was_killed_goes_on_where_it_was(there, plan, tmp_path, monkeypatch):
    folder = folder_of(tmp_path)
    (tmp_path / "given").write_bytes(pickle.dumps((plan, folder, there.address)))
    code = (
        "import pickle, sys; from tests.cluster import test_ray; test_ray.drive(*pickle.load(open(sys.argv[1], 'rb')))"
    )
    # not by multiprocessing, which would begin with whatever a page's test has left as __main__
    first = subprocess.Popen([sys.executable, "-c", code, tmp_path / "given"], cwd=ROOT)
    wait_for(lambda: len(list(folder.glob("held.*"))) == 2, "two shards under way")
    first.kill()
    first.wait()
    driver = Driver([partial(pieces.counted, plan, number, folder) for number in range(1, 13)]).end()
    assert driver.error is None and [driver.found[one].encoded > 0 for one in range(12)] == [False] * 3 + [True] * 9
    assert [times(folder, number) for number in (4, 5)] == [2, 2]
    the_same_as_alone(plan, tmp_path, monkeypatch)


def drive(plan, folder, address):
    """A driver, which holds two of the later shards until it is killed."""
    os.environ["PARALLAX_CLUSTER"] = address
    works = [partial(pieces.counted, plan, number, folder) for number in (1, 2, 3)]
    works += [partial(pieces.held, plan, number, folder) for number in (4, 5)]
    for _ in spread.results(works, lambda share, said: None):
        pass


def test_a_search_in_a_cluster_finds_what_one_process_finds(there, parquet, model, tmp_path, monkeypatch):
    pd.DataFrame({"id": ["q1", "q2"], "text": ["the cat sat", "reset my password"]}).to_parquet(tmp_path / "q.parquet")
    out, tables = str(tmp_path / "out"), []
    for place in ("", there.address):
        monkeypatch.setenv("PARALLAX_CLUSTER", "")
        assert command_line.main(["encode", str(parquet), "--model", str(model), "--out", out, "--shards", "4"]) == 0
        monkeypatch.setenv("PARALLAX_CLUSTER", place)
        hits = tmp_path / f"hits{len(tables)}.parquet"
        asked = ["search", str(tmp_path / "q.parquet"), "--model", str(model), "--in", out, "--out", str(hits)]
        assert command_line.main(asked) == 0
        tables.append(pd.read_parquet(hits))
    pd.testing.assert_frame_equal(*tables, atol=1e-6)


def test_who_has_another_token_is_told_so_within_seconds(there):
    environment = there.environment | {"RAY_AUTH_TOKEN": "0" * 32, "PARALLAX_CLUSTER": there.address}
    command = [sys.executable, "-m", "engine", "cluster"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SOON)
    assert done.returncode == 2 and "wants another token" in done.stderr and done.stderr.count("Traceback") == 0


def test_where_nobody_answers_it_is_said_at_once(home, monkeypatch, capsys):
    monkeypatch.setenv("PARALLAX_CLUSTER", "127.0.0.1:9")
    assert command_line.main(["cluster"]) == 2 and "No cluster answers at 127.0.0.1:9" in capsys.readouterr().err
    monkeypatch.setenv("PARALLAX_CLUSTER", "somewhere")
    assert command_line.main(["cluster"]) == 2 and "HOST:PORT" in capsys.readouterr().err


def test_both_versions_are_named_where_they_differ():
    here = {"Python": "3.11.7", "Ray": "2.60.0", "Parallax": "0.1.0"}
    assert connection.difference(here, dict(here), "n") is None
    said = str(connection.difference(here, here | {"Python": "3.11.8"}, "10.0.0.3"))
    assert "10.0.0.3 takes no part: it has Python 3.11.8 (3.11.7)" in said


def test_a_head_that_dies_ends_the_work_in_a_sentence_and_what_is_done_stays(there, plan, tmp_path, monkeypatch):
    folder = folder_of(tmp_path)
    driver = Driver(
        [partial(pieces.patient, plan, 1, folder, 0), *(partial(pieces.counted, plan, n, folder) for n in (2, 3))]
    )
    wait_for(lambda: (folder / "waits.1").exists() and len(driver.found) == 2, "two shards", driver.told)
    there.kill(there.head)
    driver.end()
    assert "does not answer any more" in str(driver.error)
    done = [sharding.encode_shard(plan, number, pieces.LETTERS, lambda share, said: None) for number in range(1, 13)]
    assert [one.encoded > 0 for one in done] == [False] * 3 + [True] * 9
    the_same_as_alone(plan, tmp_path, monkeypatch)
