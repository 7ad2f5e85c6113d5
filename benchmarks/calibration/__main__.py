"""Do the intervals and tests hold what they promise? Agreement with SciPy, and simulated data whose truth is known.

python -m benchmarks.calibration [CASE …] [--studies N] [--quick]   (CASE: scipy, independent, or a function's name)
"""

import argparse
import time
from collections.abc import Callable, Iterator

from benchmarks.calibration import dependent, independent, selected

CASES: dict[str, Callable[[int], Iterator[dict[str, object]]]] = {
    "scipy": lambda studies: independent.agreement(),
    "independent": independent.calibrated,
    **{
        one.__name__: one
        for one in (
            dependent.queries, dependent.webs, dependent.summaries, dependent.levels, dependent.training, dependent.few,
            selected.models, selected.rankings, selected.slices, selected.promises, selected.forms, selected.datasets,
            selected.votes,
        )
    },
}  # fmt: skip
QUICK = 40


def main() -> None:
    """Prints a table a case; one process each, so that several may run side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE")
    parser.add_argument("--studies", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} studies")
    asked = parser.parse_args()
    for case in asked.cases:
        start = time.process_time()
        print(f"\n### {case}\n")
        for number, one in enumerate(CASES[case](QUICK if asked.quick else asked.studies)):
            if not number:
                print("| " + " | ".join(one) + " |\n|" + "---|" * len(one))
            print("| " + " | ".join(map(str, one.values())) + " |", flush=True)
        print(f"\n{time.process_time() - start:.0f} s of processor")


if __name__ == "__main__":
    main()
