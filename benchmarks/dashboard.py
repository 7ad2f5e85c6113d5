"""How long does the server take for a page, once its data is cached?

python -m benchmarks.dashboard DATASET [rounds] [page]   (PARALLAX_HOME: a home in which models were run on it)
"""

import statistics
import sys
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = ("compare", "explore", "work", "about")


def main(dataset: str, rounds: int = 7, only: str = "") -> None:
    """Prints a row per page: the median and the slowest of the visits after the first, in milliseconds."""
    print(
        f"| page | median ms | of processor | slowest ms | first visit ms |\n|---|---|---|---|---|  <!-- {dataset} -->"
    )
    for page in sorted(path for path in (ROOT / "pages").glob("*/*.py") if path.parent.name in SECTIONS):
        if only not in page.stem:
            continue
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
        at.query_params["dataset"] = dataset
        at.run()
        at.switch_page(str(page.relative_to(ROOT)))
        times, work = [], []
        for _round in range(rounds):
            start, begun = time.perf_counter(), time.process_time()
            at.run()
            times.append(1000 * (time.perf_counter() - start))
            work.append(1000 * (time.process_time() - begun))
        if at.exception:
            raise RuntimeError(f"{page}: {at.exception[0].value}")
        later = times[1:]
        middle, processor = statistics.median(later), statistics.median(work[1:])
        name = f"{page.parent.name}/{page.stem}"
        print(f"| {name} | {middle:.0f} | {processor:.0f} | {max(later):.0f} | {times[0]:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]), *sys.argv[3:4])
