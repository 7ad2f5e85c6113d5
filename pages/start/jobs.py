"""How is the work under way? Looked up once for all tabs, and told to each where something has changed."""

import asyncio
import json
import logging
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.jobs import queue
from engine.texts.defused import for_terminal
from engine.types import Job, UserError
from pages.locale import LANGUAGES
from pages.parts.language import reading

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
GONE = (WebSocketDisconnect, RuntimeError)
"""What Starlette raises at a socket whose tab is closed: told so by the tab, or found so when it is written to."""
TROUBLE = (UserError, OSError, ValueError, subprocess.SubprocessError)


class Watch:
    """The jobs under way, the workers that do them, and the tabs that are told of them.

    The queue is read once a second while something runs; where nothing does, only whether its file has changed.
    Wherever a job waits or runs, its lane has a worker: also after a worker was killed, and from the start on.
    """

    def __init__(self) -> None:
        self.tabs: dict[WebSocket, str] = {}
        self.jobs: Sequence[Job] = ()
        self.stamp: object = None
        self.starting: dict[str, asyncio.Task[None]] = {}
        self.trouble = ""

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Meanwhile looks, starts workers and tells; at once when this process asks for work."""
        called, loop = asyncio.Event(), asyncio.get_running_loop()

        def call() -> None:
            loop.call_soon_threadsafe(called.set)

        queue.asked.append(call)
        task = asyncio.create_task(self._run(called))
        try:
            yield
        finally:
            queue.asked.remove(call)
            task.cancel()

    async def _run(self, called: asyncio.Event) -> None:
        while True:
            called.clear()
            try:
                if await asyncio.to_thread(self._look):
                    await self._tell()
            except TROUBLE as error:
                self._complain(error)
            for lane in {job.lane for job in self.jobs}:
                if lane not in self.starting or self.starting[lane].done():
                    self.starting[lane] = asyncio.create_task(self._start(lane))
            with suppress(TimeoutError):
                await asyncio.wait_for(called.wait(), LOOK_SECONDS)

    def _look(self) -> bool:
        """Looks at the queue; whether anything is otherwise than before."""
        stamp = queue.stamp()
        if stamp == self.stamp and not self.jobs:
            return False
        before, self.jobs, self.stamp = self.jobs, queue.active(), stamp
        return self.jobs != before

    async def _start(self, lane: str) -> None:
        try:
            await asyncio.to_thread(queue.ensure_running, lane)
        except TROUBLE as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        """In the server's log, once: the pages say it to people."""
        if str(error) != self.trouble:
            self.trouble = str(error)
            logging.getLogger(__name__).warning("%s", for_terminal(str(error)))

    async def follow(self, socket: WebSocket) -> None:
        """A tab's socket: tells it how the jobs are now, and then whenever that changes."""
        asked = socket.query_params.get("lang", "")
        await socket.accept()
        self.tabs[socket] = asked if asked in LANGUAGES else "en"
        try:
            await _send(socket, await asyncio.to_thread(self._text, self.tabs[socket]))
            while True:
                await socket.receive_text()
        except GONE:
            pass
        finally:
            del self.tabs[socket]

    async def _tell(self) -> None:
        texts = {name: await asyncio.to_thread(self._text, name) for name in set(self.tabs.values())}
        await asyncio.gather(*(_send(tab, texts[name]) for tab, name in self.tabs.items() if name in texts))

    def _text(self, language: str) -> str:
        from pages.parts import jobs_panel  # not before there is a server, in which it finds Streamlit's caches

        with reading(language):
            return json.dumps(jobs_panel.state(self.jobs), ensure_ascii=False)


async def _send(socket: WebSocket, text: str) -> None:
    """To one tab; one that has gone, or does not take it, keeps nobody waiting."""
    with suppress(*GONE, TimeoutError):
        await asyncio.wait_for(socket.send_text(text), PATIENCE_SECONDS)
