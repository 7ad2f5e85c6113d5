"""What does a fresh run cost: wall time, processor time, peak memory, and the same run a second time?

python -m benchmarks.fresh_run DATASET_PATH [model]
"""

import os
import subprocess
import sys
import tempfile
import time

MEASURED = (
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
    "stderr=subprocess.DEVNULL).returncode; used = resource.getrusage(resource.RUSAGE_CHILDREN); "
    "print(code, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)"
)


def main(dataset: str, model: str = "all-MiniLM-L6-v2") -> None:
    """Prints a row for the fresh run and one for its repetition, in a home of their own."""
    print("| run | wall s | processor s | peak MiB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PARALLAX_HOME": home, "HF_HUB_OFFLINE": "1"}
        for title, flags in (("fresh", []), ("again", []), ("again, scored anew", ["--force"])):
            command = [sys.executable, "-m", "engine", "run", "--model", model, "--dataset", dataset, *flags]
            start = time.perf_counter()
            told = subprocess.run(
                [sys.executable, "-c", MEASURED, *command], env=environment, capture_output=True, text=True, check=True
            ).stdout.split()
            wall = time.perf_counter() - start
            if told[0] != "0":
                raise RuntimeError(f"the run ended with exit code {told[0]}")
            print(f"| {title} | {wall:.1f} | {float(told[2]):.1f} | {float(told[1]):.0f} |")


if __name__ == "__main__":
    main(*sys.argv[1:3])
