"""One visitor: a browser's side of the protocol, without its pictures."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.visitors import controls
from benchmarks.visitors.told import Answer, Told

PATIENCE_SECONDS = 120.0
THINK_SECONDS = (3.0, 8.0)
PANEL = "parallax_jobs"
TURNS = 0.5
"""The share of presses that open another page; the others change a control of the page."""
Measured: TypeAlias = Callable[[str, Callable[[], Awaitable[bool]]], Awaitable[None]]
"""Takes the name of a page and what goes there."""


class Visitor:
    """Opens the dashboard and presses until closing time; an answer counts from the press to the end of the page."""

    def __init__(self, port: int, dataset: str | None, told: Told, seed: int) -> None:
        self.port, self.dataset, self.told = port, dataset, told
        self.draw = random.Random(seed)
        self.pages: dict[str, str] = {}
        self.page, self.main, self.query = "", "", f"dataset={dataset}" if dataset else ""
        self.shown: dict[str, tuple[str, object, str]] = {}
        self.states: dict[str, WidgetState] = {}
        self.known: dict[str, int] = {}
        self.runs, self.seen = 0, set[str]()
        self.timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self.done, self.begun = asyncio.Event(), False
        self.drawn, self.panel = "", ""
        self.anew: str | None = None
        self.jobs: asyncio.Task[None] | None = None

    async def visit(self) -> None:
        """One tab after another, each until closing time or until an answer does not come."""
        while not self.told.closing:
            try:
                await self._sit()
            except (ConnectionClosed, OSError) as error:
                self.told.errors.append(f"{type(error).__name__}: {error}")
                await asyncio.sleep(1)

    async def open(self) -> None:
        """Opens a page and presses nothing."""
        await self._sit(presses=False)

    async def through(self, measured: Measured, draw: random.Random, without: str) -> None:
        """Opens every page once, in an order of its own; the page that a tab opens with comes last."""
        async with self._tab() as socket:
            await self._wait_for(socket, "open", self._message())
            first, names = self.page, [page for page, name in self.pages.items() if name != without]
            draw.shuffle(names)
            for page in sorted(names, key=first.__eq__):
                await measured(self.pages[page], partial(self._turn, socket, page))

    @asynccontextmanager
    async def _tab(self) -> AsyncIterator[ClientConnection]:
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        origin = f"http://127.0.0.1:{self.port}"
        async with connect(address, subprotocols=["streamlit"], origin=origin, max_size=None) as socket:
            listening = asyncio.create_task(self._listen(socket))
            try:
                self._forget()
                yield socket
            finally:
                listening.cancel()
                self._close()

    async def _sit(self, *, presses: bool = True) -> None:
        async with self._tab() as socket:
            await asyncio.sleep(self.draw.uniform(0, THINK_SECONDS[1] if presses else 0))  # nobody comes at once
            answered = await self._wait_for(socket, "open", self._message())
            while answered and not self.told.closing:
                await asyncio.sleep(self.draw.uniform(*THINK_SECONDS))
                answered = not presses or await self._press(socket)

    def _forget(self) -> None:
        self.page, self.shown, self.states, self.known = "", {}, {}, {}

    async def _press(self, socket: ClientConnection) -> bool:
        choices = [
            state
            for kind, shown, _script in self.shown.values()
            if (state := controls.changes(kind, shown, self.draw)) is not None
        ]
        if self.draw.random() < TURNS or not choices:
            return await self._turn(socket, self.draw.choice([one for one in self.pages if one != self.page]))
        state = self.draw.choice(choices)
        self.states[state.id] = state
        return await self._wait_for(socket, controls.key_of(state.id), self._message())

    async def _turn(self, socket: ClientConnection, page: str) -> bool:
        """To another page."""
        self.states = {name: one for name, one in self.states.items() if self.shown[name][2] == self.main}
        self.page, self.query = page, ""
        return await self._wait_for(socket, "turn", self._message())

    async def _wait_for(self, socket: ClientConnection, what: str, message: BackMsg) -> bool:
        """Send a press and wait until its page is whole; False where that took longer than anybody waits."""
        self.done.clear()
        self.begun = False
        start = time.perf_counter()
        await socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self.done.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            self.told.waiting += 1
        seconds = min(time.perf_counter() - start, PATIENCE_SECONDS)
        self.told.answers.append(Answer(seconds, self.pages.get(self.page, ""), what, self.dataset or ""))
        return self.done.is_set()

    def _message(self, fragment: str = "") -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        state.widget_states.widgets.extend(self.states.values())
        state.cached_message_hashes.extend(self.known)
        state.context_info.timezone, state.context_info.locale = "Europe/London", "en-GB"
        state.context_info.url = f"http://127.0.0.1:{self.port}/"
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        return message

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                self._take(socket, ForwardMsg.FromString(data))
        except ConnectionClosed as error:
            self.told.errors.append(f"{type(error).__name__}: {error}")
        self.done.set()  # nobody answers any more: the next press finds that out, and begins anew

    def _take(self, socket: ClientConnection, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self.known[message.hash] = self.runs
        if kind == "new_session":
            self._begin(message)
        elif kind == "navigation":
            self.pages = {
                one.page_script_hash: one.url_pathname or "leaderboard" for one in message.navigation.app_pages
            }
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._draw(socket, message)
        elif kind == "auto_rerun":
            self._repeat(socket, message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop(fragment)
        elif kind == "script_finished" and message.script_finished in (0, 1):
            self._end()

    def _begin(self, message: ForwardMsg) -> None:
        new = message.new_session
        self.main = new.main_script_hash
        if not message.metadata.run.fragment_ids:  # else only parts of the page are drawn anew
            self._stop_timers()
            self.seen, self.begun = set(), True
        elif self.begun and not self.done.is_set():
            # A part is drawn only after its page is whole. Where its request comes at the moment in which the page's
            # thread ends, Streamlit loses the message that says so (github.com/streamlit/streamlit/issues/9921).
            self._end()

    def _draw(self, socket: ClientConnection, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            said, where = element.exception, " ".join("".join(element.exception.stack_trace[-1:]).split())
            self.told.errors.append(f"{self.pages.get(self.page)}: {said.type}: {said.message} {where}")
        if element.bidi_component.component_name == PANEL:
            self._listen_for_jobs(socket, element.bidi_component)
        found = controls.control(element)
        if found:
            kind, shown = found
            self.seen.add(shown.id)
            self.shown[shown.id] = (kind, shown, message.metadata.active_script_hash)
            if shown.set_value or shown.id not in self.states:
                self.states[shown.id] = controls.first_state(kind, shown)

    def _listen_for_jobs(self, socket: ClientConnection, shown: BidiComponent) -> None:
        """The panel of jobs: a socket of its own, and the page drawn anew when they are others."""
        data = json.loads(shown.json or shown.mixed.json)
        self.panel, self.anew = shown.id, data.get("anew")
        self.drawn = self._ids(data["state"])
        if self.jobs is None or self.jobs.done():
            self.jobs = asyncio.create_task(self._hear(socket, data["path"]))

    async def _hear(self, socket: ClientConnection, path: str) -> None:
        origin = f"http://127.0.0.1:{self.port}"
        try:
            async with connect(f"ws://127.0.0.1:{self.port}{path}", origin=origin) as jobs:
                async for text in jobs:
                    ids = self._ids(json.loads(text))
                    if ids != self.drawn:
                        self.drawn = ids
                        await socket.send(self._changed(ids).SerializeToString())
        except (ConnectionClosed, OSError) as error:
            self.told.errors.append(f"jobs: {type(error).__name__}: {error}")

    def _changed(self, ids: str) -> BackMsg:
        """What the panel sends where the jobs are others."""
        message = self._message()
        message.rerun_script.widget_states.widgets.append(controls.trigger(self.panel, "changed", ids))
        return message

    def _ids(self, state: dict[str, Any]) -> str:
        """The jobs at whose change the page wants to be drawn anew; builds of before named no choice of them."""
        return str(state["ids"][self.anew] if self.anew else state["ids"])

    def _end(self) -> None:
        self.runs += 1
        self.shown = {name: one for name, one in self.shown.items() if name in self.seen}
        self.states = {name: one for name, one in self.states.items() if name in self.shown}
        self.known = {name: run for name, run in self.known.items() if run >= self.runs - 2}
        self.done.set()

    def _repeat(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        if fragment in self.timers and self.timers[fragment][0] == interval:
            return
        self._stop(fragment)
        self.timers[fragment] = (interval, asyncio.create_task(self._tick(socket, fragment, interval)))

    async def _tick(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await socket.send(self._message(fragment).SerializeToString())

    def _stop(self, fragment: str) -> None:
        if fragment in self.timers:
            self.timers.pop(fragment)[1].cancel()

    def _close(self) -> None:
        self._stop_timers()
        if self.jobs:
            self.jobs.cancel()
            self.jobs = None

    def _stop_timers(self) -> None:
        for fragment in list(self.timers):
            self._stop(fragment)
