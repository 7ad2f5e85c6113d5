"""How far are our scores from mteb's on the same vectors? Every case of the tests, with its largest difference.

python -m benchmarks.parity [tasks, all if none is named]
"""

import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest

from tests import oracle_ranking, oracle_tasks

TASKS = (
    "retrieval", "reranking", "sts", "pair_classification", "bitext_mining", "classification", "clustering",
    "summarization",
)  # fmt: skip


@dataclass
class Case:
    """A test that compares our scores with mteb's: its variants, the values compared, the largest difference."""

    variants: set[str] = field(default_factory=set)
    values: int = 0
    largest: float = 0.0


class Recorder:
    """A plugin of pytest that writes down what the tests compare."""

    def __init__(self) -> None:
        self.cases: dict[tuple[str, str], Case] = defaultdict(Case)
        self.at: tuple[str, str] = ("", "")
        self.variant = ""

    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        self.at = item.module.__name__.removeprefix("tests.tasks.test_"), item.originalname.removeprefix("test_")
        self.variant = item.name

    def note(self, one: Any, two: Any) -> None:
        """Two scores, or two nested ones; of other keys or lengths they are infinitely far apart."""
        if isinstance(two, Mapping):
            for key in {*one, *two}:
                self.note(one.get(key, math.inf), two.get(key, math.inf))
        elif isinstance(two, list | tuple):
            for pair in zip(one, two, strict=True):
                self.note(*pair)
        elif one is not None and two is not None:
            case = self.cases[self.at]
            case.variants.add(self.variant)
            case.values += 1
            both_nan = math.isnan(one) and math.isnan(two)
            case.largest = max(case.largest, 0.0 if both_nan or one == two else abs(one - two))

    def listen(self) -> None:
        """Has the comparisons of the tests pass by here; before any test is imported."""
        differences, same = oracle_tasks.differences, oracle_ranking.same

        def told(one: Any, two: Any, path: str = "") -> list[str]:
            if not path:
                self.note(one, two)
            return differences(one, two, path)

        def told_ranking(one: float, two: float) -> bool:
            self.note(one, two)
            return same(one, two)

        oracle_tasks.differences, oracle_ranking.same = told, told_ranking


def main(tasks: list[str]) -> int:
    """Runs the tests of the tasks and prints the table; pytest's exit code."""
    recorder = Recorder()
    recorder.listen()
    files = [f"tests/tasks/test_{task}.py" for task in tasks]
    with redirect_stdout(StringIO()):
        code = pytest.main(["-q", "-p", "no:cacheprovider", "-k", "mteb", *files], plugins=[recorder])
    print("| task | case | variants | values | largest difference |\n|---|---|--:|--:|--:|")
    for (task, name), case in recorder.cases.items():
        title = name.replace("_", " ")
        print(f"| {task} | {title} | {len(case.variants)} | {case.values:,} | {case.largest:.1e} |")
    worst = max((case.largest for case in recorder.cases.values()), default=math.nan)
    values = sum(case.values for case in recorder.cases.values())
    print(
        f"\n{len(recorder.cases)} cases, {values:,} values, largest difference {worst:.1e}; the tests end with {code}."
    )
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TASKS)))
