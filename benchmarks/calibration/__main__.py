"""Do the intervals and tests hold what they promise? Agreement with SciPy, and simulated data whose truth is known.

python -m benchmarks.calibration [CASE …] [--studies N] [--quick] [--save FILE]
(CASE: scipy, or a function's name; with FILE, what is there is not simulated again, and what is new is added to it)
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.calibration import Held, Rows, dependent, independent, selected

CASES: dict[str, Callable[[int, int], Rows]] = {
    one.__name__: one
    for one in (
        independent.tests, independent.scores, dependent.queries, dependent.webs, dependent.named, dependent.summaries,
        dependent.levels, dependent.training, dependent.few, dependent.alike, dependent.pairs, selected.models,
        selected.rankings, selected.slices, selected.promises, selected.forms,
        selected.datasets, selected.votes, selected.perfect,
    )
}  # fmt: skip
PART = 20
"""Studies at a time, each part from a seed of its own: a run can be ended at any time and taken up again."""


def main() -> None:
    """Prints the agreement with SciPy, then a line for every promise of the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=["scipy", *CASES], choices=["scipy", *CASES], metavar="CASE")
    parser.add_argument("--studies", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help=f"{2 * PART} studies")
    parser.add_argument("--save", type=Path)
    asked = parser.parse_args()
    if "scipy" in asked.cases:
        show(independent.agreement())
    cases = [case for case in asked.cases if case in CASES]
    found = simulated(cases, 2 * PART if asked.quick else asked.studies, asked.save)
    show(one.row() for one in found)


def simulated(cases: list[str], studies: int, file: Path | None) -> list[Held]:
    """The sums over all parts, those of every case in turn, so that all have about as many whenever it ends."""
    found: dict[tuple[str, str, str], Held] = {}
    done = dict.fromkeys(cases, 0)

    def add(case: str, one: Held) -> None:
        key = case, one.case, one.promise
        found[key] = found[key] + one if key in found else one

    for text in file.read_text().splitlines() if file and file.exists() else ():
        part = json.loads(text)
        if part["name"] in done:
            done[part["name"]] += 1
            for one in part["rows"]:
                add(part["name"], Held(**one))
    for number in range(-(-studies // PART)):
        for case in cases:
            if done[case] > number:
                continue
            rows = [*CASES[case](PART, number)]
            for one in rows:
                add(case, one)
            if file:
                with file.open("a") as kept:
                    kept.write(json.dumps({"name": case, "rows": [asdict(one) for one in rows]}) + "\n")
    return [one for (case, *_), one in sorted(found.items(), key=lambda entry: cases.index(entry[0][0]))]


def show(rows: Iterable[Mapping[str, object]]) -> None:
    """Prints a table."""
    for number, one in enumerate(rows):
        if not number:
            print("\n| " + " | ".join(one) + " |\n|" + "---|" * len(one))
        print("| " + " | ".join(map(str, one.values())) + " |", flush=True)


if __name__ == "__main__":
    main()
