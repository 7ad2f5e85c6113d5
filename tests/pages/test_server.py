"""The server beside its pages: who may come in, what it says of errors, and that it sees to the work under way."""

import asyncio
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from engine.jobs import queue, workers
from pages.locale import translations
from pages.parts import jobs_panel
from pages.parts.language import reading
from pages.start.doors import Doors
from pages.start.unknown import first_page, pages
from tests.conftest import Server

HERE = "127.0.0.1:8501"
ROUTES = ("/", "/duel", "/_stcore/health", "/_stcore/host-config", "/media/none.csv", "/static/none.js")


def knock(kind: str, path: str = "/", **headers: str) -> tuple[list[dict], bool]:
    """What is answered at a door, and whether anything behind it was reached."""
    reached, sent = [], []

    async def behind(_scope: dict, _receive: object, send: object) -> None:
        reached.append(True)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "method": "GET", "headers": named, "query_string": b""}
    asyncio.run(Doors(behind)(scope, receive, send))
    return sent, bool(reached)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://other.example",
        "http://localhost:9999",
        "http://127.0.0.1:8502",
        "null",
        "file://",
        f"http://{HERE}.evil",
    ],
)
def test_another_origin_is_turned_away_before_anything_behind_the_door_is_asked(kind: str, origin: str):
    sent, reached = knock(kind, host=HERE, origin=origin)
    assert not reached
    assert (
        sent[0].get("status") == 403
        if kind == "http"
        else sent[0]
        == {
            "type": "websocket.close",
            "code": 1008,
            "reason": "",
        }
    )


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", ["other.example", "127.0.0.1.other.example:8501", "127.0.0.1@other.example", ""])
def test_another_host_is_turned_away_on_every_route(kind: str, host: str):
    assert not any(knock(kind, path, host=host)[1] for path in ROUTES)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_same_origin_and_programs_without_one_come_in(kind: str):
    assert knock(kind, host=HERE)[1] and knock(kind, host=HERE, origin=f"http://{HERE}")[1]
    assert knock(kind, host="localhost:8501", origin="https://localhost:8501")[1]


@pytest.fixture(scope="module")
def answers(server: Server) -> Iterator[ClientConnection]:
    """A tab's socket."""
    with connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
        yield socket


def visit(socket: ClientConnection, page: str, choices: str = "") -> list[ForwardMsg]:
    """All that a page sends until it is whole; choices: as they stand in its address."""
    message = BackMsg()
    message.rerun_script.page_name, message.rerun_script.query_string = page, choices
    socket.send(message.SerializeToString())
    told = []
    while not told or told[-1].WhichOneof("type") != "script_finished" or told[-1].script_finished != 0:
        told.append(ForwardMsg.FromString(socket.recv(timeout=120)))
    return told


def test_no_route_may_be_framed_by_others_and_metrics_are_closed(server: Server):
    for path in ROUTES:
        try:
            answer = urllib.request.urlopen(server.url + path, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'", path
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{server.url}/_stcore/metrics", timeout=30)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/jobs/stream"])
def test_no_socket_opens_for_another_origin(server: Server, path: str):
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{server.port}{path}", origin="http://127.0.0.1:1")


def test_what_a_person_can_mend_is_said_on_the_page_wherever_it_comes_up(server: Server, answers: ClientConnection):
    visit(answers, "models")
    with closing(sqlite3.connect(server.home / "jobs.sqlite", isolation_level=None)) as jobs:
        mine = jobs.execute("PRAGMA user_version").fetchone()[0]
        jobs.execute("PRAGMA user_version = 99")
        elements = [message.delta.new_element for message in visit(answers, "models")]
        jobs.execute(f"PRAGMA user_version = {mine}")
    said = [element.alert.body for element in elements if element.WhichOneof("type") == "alert"]
    assert any("written by a newer Parallax" in body for body in said)
    assert not [element for element in elements if element.WhichOneof("type") == "exception"]


def test_under_another_server_the_page_says_how_to_start_and_shows_nothing_else(home: Path):
    other = Server(home)
    other.start(("streamlit", "run", "app.py"))
    try:
        with connect(f"ws://127.0.0.1:{other.port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as tab:
            elements = [message.delta.new_element for message in visit(tab, "models", "lang=zh")]
    finally:
        other.stop()
    (said,) = [element.alert.body for element in elements if element.WhichOneof("type") == "alert"]
    assert "Streamlit 自带的服务器" in said and "make run" in said


def test_work_goes_on_when_the_server_starts_and_every_tab_is_told_how(server: Server, monkeypatch: pytest.MonkeyPatch):
    server.stop(kill=True)
    monkeypatch.setenv("PARALLAX_HOME", str(server.home))
    job = queue.submit("evaluate", {"model": "tfidf", "dataset": "sts_en"})
    held = workers.hold("batch")  # until the tab has seen it wait, no worker may take it up
    assert held
    server.start()
    with connect(f"ws://127.0.0.1:{server.port}/jobs/stream?lang=zh") as socket:
        told = [json.loads(socket.recv(timeout=60))]
        while not told[-1]["ids"]["all"]:
            told.append(json.loads(socket.recv(timeout=60)))
        held.close()
        while told[-1]["ids"]["all"]:
            told.append(json.loads(socket.recv(timeout=120)))
    assert queue.job(job.id).state == "done"
    assert "tfidf" in next(one["jobs"][0]["name"] for one in told if one["ids"]["all"] == [job.id])
    assert told[-1]["none"] == translations("zh").gettext("Nothing is running.")


def test_a_job_that_its_page_follows_by_itself_draws_no_other_page_anew(home: Path):
    map_of = queue.submit("map", {"models": ["tfidf"], "dataset": "sts_en"})
    run = queue.submit("evaluate", {"model": "tfidf", "dataset": "sts_en"})
    with reading("en"):
        ids = jobs_panel.state(queue.active())["ids"]
    assert ids == {"all": [map_of.id, run.id], "changing": [run.id]}


@pytest.mark.parametrize(
    ("path", "query", "where"),
    [
        ("/nonsense", "lang=zh", "./?lang=zh&unknown=nonsense"),
        ("/duel/x%20y/", "", "../../?unknown=duel/x%20y"),
        ("//elsewhere.test/x", "", "../../?unknown=elsewhere.test/x"),
        *((path, "", "") for path in ("/", "/duel", "/duel/", "/hybrid", "/_stcore/health", "/favicon.svg")),
        ("/leaderboard", "lang=zh&dataset=a", "./?lang=zh&dataset=a"),  # there it is, under no name
    ],
)
def test_an_address_of_no_page_leads_to_the_first_one_which_says_so(path: str, query: str, where: str):
    assert first_page(path, query, pages()) == where
