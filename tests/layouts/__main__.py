"""Prints the table of the collection: `python -m tests.layouts [words of a path]`."""

import os
import sys
import tempfile
from collections import Counter

from tests.layouts import WRONG, cases, judge


def main() -> int:
    """One line a case, then the sums; 1 where one is wrong without a word."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        chosen = [case for case in cases() if all(word in case.path for word in sys.argv[1:])]
        verdicts = [(case, judge(case)) for case in chosen]
    for case, verdict in verdicts:
        print(f"{verdict.kind:28} {case.path:46} {verdict.seen[:160]}")
    counts = Counter(verdict.kind.partition(",")[0] for _, verdict in verdicts)
    clear = [verdict.kind for case, verdict in verdicts if case.outcomes == ["read"]]
    print("\n" + "\n".join(f"{count:4} {kind}" for kind, count in counts.most_common()))
    print(f"{len(verdicts)} cases; {clear.count('right at once')} of the {len(clear)} unambiguous ones right at once")
    return int(any(verdict.kind in WRONG for _, verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
