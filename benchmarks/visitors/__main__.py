"""Does the server hold when many people use it?

python -m benchmarks.visitors HOME CHECKOUT [CHECKOUT …] [--visitors 10 25 50] [--large NAME] [--job MODEL DATASET]

HOME is a home in which models were run; each checkout serves a copy of it. Rows are taken one after another on one
server a checkout, the first ten visitors first. Linux alone: memory and processor time come out of /proc.
"""

import argparse
import asyncio
import itertools
import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.visitors.served import Served
from benchmarks.visitors.told import Answer, Told
from benchmarks.visitors.visitor import Visitor
from benchmarks.visitors.walk import walk

FIRST = 10
WARM_SECONDS = 45.0
"""Until a worker has loaded its model and encodes."""
SETTLED_SECONDS = 15.0
LOOK_SECONDS = 20.0
HEADS = (
    "server", "visitors", "s", "jobs", "pages", "p50", "p95", "max", "no end", "errors", "CPU s a page",
    "RSS MB before → after (peak)", "load",
)  # fmt: skip


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.visitors", description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("checkouts", type=Path, nargs="+")
    asked.add_argument("--visitors", type=int, nargs="*", default=[25, 50])
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--large", help="the dataset that every fourth visitor looks at")
    asked.add_argument("--job", nargs=2, metavar=("MODEL", "DATASET"), help="each crowd once more while this is run")
    asked.add_argument("--idle", type=float, default=20.0, help="seconds for which one idle tab is watched")
    asked.add_argument("--left", type=float, default=300.0, help="seconds after which memory is read again")
    asked.add_argument("--options", default="", help="further options of the server, e.g. --runner.postScriptGC=false")
    asked.add_argument("--slow", type=int, default=0, help="how many of the slowest presses to tell of each crowd")
    asked.add_argument(
        "--pages", type=int, default=0, help="no crowd: one visitor goes through all pages so many times"
    )
    options = asked.parse_args()
    if not options.pages:
        print("| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    for checkout in options.checkouts:
        asyncio.run(pages(checkout, options) if options.pages else measure(checkout, options))


async def pages(checkout: Path, asked: argparse.Namespace) -> None:
    """The cost of every page of one checkout."""
    served = Served(checkout, asked.home, asked.options.split())
    try:
        await served.ready()
        await walk(served, asked.large, asked.pages)
    finally:
        served.end()


async def measure(checkout: Path, asked: argparse.Namespace) -> None:
    """The rows of one checkout."""
    served = Served(checkout, asked.home, asked.options.split())
    try:
        await served.ready()
        await crowd(served, FIRST, asked, job=False)
        first = served.memory()
        for number in asked.visitors:
            await crowd(served, number, asked, job=False)
        if asked.job:
            for number in asked.visitors:
                await crowd(served, number, asked, job=True)
        await idle(served, asked)
        await asyncio.sleep(asked.left)
        last = served.memory()
        print(f"{served.checkout.name}: {first:.0f} MB after the first {FIRST} visitors, {last:.0f} MB "
              f"{asked.left:.0f} s after all had left: × {last / first:.2f}", flush=True)  # fmt: skip
    finally:
        served.end()


async def crowd(served: Served, number: int, asked: argparse.Namespace, *, job: bool) -> None:
    """So many visitors for a while; prints their row."""
    told = Told()
    jobs = asyncio.create_task(work(served, asked.job)) if job else None
    if jobs:
        await asyncio.sleep(WARM_SECONDS)
    before, spent, peak = served.memory(), served.cpu(), 0.0
    datasets = [asked.large if number > 1 and seat % 4 == 0 else None for seat in range(number)]
    visits = [asyncio.create_task(Visitor(served.port, one, told, seat).visit()) for seat, one in enumerate(datasets)]
    for _half in range(int(2 * asked.seconds)):
        await asyncio.sleep(0.5)
        peak = max(peak, served.memory())
    told.closing = True
    await asyncio.gather(*visits)
    spent = served.cpu() - spent
    if jobs:
        jobs.cancel()
        await asyncio.gather(jobs, return_exceptions=True)
    times = sorted(one.seconds for one in told.answers) or [float("nan")]
    cells = (
        served.checkout.name, number, f"{asked.seconds:.0f}", served.told if jobs else "–", len(told.answers),
        f"{statistics.median(times):.3f}", f"{p95(times):.3f}", f"{times[-1]:.2f}", told.waiting, len(told.errors),
        f"{spent / len(times):.3f}", f"{before:.0f} → {served.memory():.0f} ({peak:.0f})", f"{os.getloadavg()[0]:.1f}",
    )  # fmt: skip
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    for error in sorted(set(told.errors)):
        print(f"  {told.errors.count(error)} × {error}", flush=True)
    if told.answers:
        print(f"  slowest: {max(told.answers)}", flush=True)
    if asked.slow:
        slow(told.answers, asked.slow)


def p95(times: Sequence[float]) -> float:
    """The 95th percentile of sorted times."""
    return times[min(int(0.95 * len(times)), len(times) - 1)]


def slow(answers: Sequence[Answer], most: int) -> None:
    """The presses by page and control for which people waited longest in all."""
    waits: dict[tuple[str, str, str], list[float]] = {}
    for one in sorted(answers):
        waits.setdefault((one.page, one.what, one.dataset), []).append(one.seconds)
    print("\n| page | press | dataset | presses | waited s | p50 | p95 | max |\n|---|---|---|--:|--:|--:|--:|--:|")
    for name, times in sorted(waits.items(), key=lambda one: -sum(one[1]))[:most]:
        figures = (sum(times), statistics.median(times), p95(times), times[-1])
        print("| " + " | ".join([*name, str(len(times)), *(f"{one:.2f}" for one in figures)]) + " |", flush=True)


async def work(served: Served, job: tuple[str, str]) -> None:
    """The same job over and over, each from the first text on; a cancelled `work` cancels its last one."""
    for done in itertools.count():
        if done:
            await asyncio.to_thread(served.forget, job[0])
        name = await asyncio.to_thread(served.submit, *job)
        try:
            while (await asyncio.to_thread(served.state, name)).split()[0] in ("queued", "running"):
                await asyncio.sleep(LOOK_SECONDS)
        except asyncio.CancelledError:
            served.told = f"{done} done, {served.state(name)}"
            served.cancel(name)
            raise


async def idle(served: Served, asked: argparse.Namespace) -> None:
    """What one tab costs in which nobody presses, without a job and with one."""
    for job in (False, *([True] if asked.job else [])):
        name = served.submit(*asked.job) if job else ""
        visitor = Visitor(served.port, None, Told(), 0)
        tab = asyncio.create_task(visitor.open())
        await asyncio.sleep(SETTLED_SECONDS)
        spent = served.cpu()
        await asyncio.sleep(asked.idle)
        share = (served.cpu() - spent) / asked.idle
        tab.cancel()
        await asyncio.gather(tab, return_exceptions=True)
        if name:
            served.cancel(name)
        print(
            f"{served.checkout.name}: one idle tab{' while a job runs' if job else ''}: {share:.4f} CPU s a second",
            flush=True,
        )


if __name__ == "__main__":
    main()
