"""What does each page cost the server, on the first visit and once it was seen?"""

import asyncio
import random
import statistics
from collections.abc import Awaitable, Callable

from benchmarks.visitors.served import Served
from benchmarks.visitors.told import Told
from benchmarks.visitors.visitor import Visitor

LISTED = 180.0
"""Seconds after which a cold server has looked up whatever it looks up by itself."""
SETTLED = 0.3
"""Seconds in which what a page still does after its end is counted to it."""
HIDDEN = "hybrid"
"""A page without a link of its own, which leads on to another."""


async def walk(served: Served, dataset: str | None, rounds: int) -> None:
    """One visitor goes through all pages, again and again; prints a row a page."""
    told = Told()
    spent: dict[str, list[tuple[float, float]]] = {}

    async def measured(page: str, go: Callable[[], Awaitable[bool]]) -> None:
        begun, beside = served.cpu(), served.cpu_beside()
        if not await go():
            raise RuntimeError(f"{page}: no answer")
        await asyncio.sleep(SETTLED)
        spent.setdefault(page, []).append((served.cpu() - begun, served.cpu_beside() - beside))

    await served.quiet(LISTED)
    for order in range(rounds):
        await Visitor(served.port, dataset, told, 0).through(measured, random.Random(order), HIDDEN)
    print(f"\n| {served.checkout.name}, {dataset}: ms of processor | first visit | computed beside | later | slowest | "
          f"clock, first | clock, later |\n|---|--:|--:|--:|--:|--:|--:|")  # fmt: skip
    for page, costs in sorted(spent.items()):
        clock = [1000 * one.seconds for one in told.answers if one.page == page and one.what == "turn"]
        first, later = costs[0], [1000 * here for here, _beside in costs[1:]] or [float("nan")]
        middle = statistics.median(clock[1:] or [float("nan")])
        print(f"| {page} | {1000 * first[0]:.0f} | {1000 * first[1]:.0f} | {statistics.median(later):.0f} | "
              f"{max(later):.0f} | {clock[0]:.0f} | {middle:.0f} |", flush=True)  # fmt: skip
    for error in sorted(set(told.errors)):
        print(f"  {told.errors.count(error)} × {error}", flush=True)
