"""What do two nodes of one core give against one process on two cores, and against Ray Data with the library alone?

python -m benchmarks.cluster texts.txt [--model all-MiniLM-L6-v2] [--texts 50000] [--rounds 3]
python -m benchmarks.cluster --memory

The texts come one a line, or from the column `text` of a parquet file. Three ways encode the same distinct texts in
turn, medians are compared: `engine encode` in a cluster of a head without devices and two nodes that are each bound to
a core; `engine encode` in one process on both cores; `map_batches` of Ray Data on the same two nodes, each worker with
a SentenceTransformer at the batch size given. Seconds are those of the whole command, starts included, and those from
the first shard on. --memory: the peak of the driver's memory for 10,000 to 1,000,000 texts, of which the nodes do
nothing but say that they are done.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.encoding import read

ROOT = Path(__file__).resolve().parent.parent
RAY = str(Path(sys.executable).with_name("ray"))
COUNTS = (10_000, 100_000, 1_000_000)


class Nodes:
    """A head without devices and one node on each of the cores."""

    def __init__(self, folder: Path, cores: list[int]) -> None:
        with socket.socket() as probe:
            probe.bind(("", 0))
            port = probe.getsockname()[1]
        import ray

        self.address = f"{ray.util.get_node_ip_address()}:{port}"
        self.environment = os.environ | {
            "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16), "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": str(ROOT), "PARALLAX_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start(folder, [], ["--head", f"--port={port}", "--num-cpus=0", f"--temp-dir={folder / 'ray'}"])
        for core in cores:
            self.add(folder, core)

    def add(self, folder: Path, core: int | None = None) -> None:
        """One node more, bound to a core or to none."""
        before = [] if core is None else ["taskset", "-c", str(core)]
        self._start(folder, before, [f"--address={self.address}", "--num-cpus=1"])

    def _start(self, folder: Path, before: list[str], options: list[str]) -> None:
        path = folder / f"node{len(self.processes)}.txt"
        with path.open("wb") as log:
            command = [*before, RAY, "start", *options, "--object-store-memory=500000000", "--block"]
            self.processes.append(
                subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
            )
        deadline = time.monotonic() + 120
        while "Ray runtime started" not in path.read_text():
            if time.monotonic() > deadline:
                raise RuntimeError(path.read_text())
            time.sleep(0.1)

    def stop(self) -> None:
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def encode(texts: Path, model: str, out: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of the command, and of these those from the first shard that was written on."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    command = [sys.executable, "-m", "engine", "encode", str(texts), "--model", model, "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = 0.0
    while process.poll() is None:
        first = first or (time.perf_counter() if any(out.glob("*/0*.safetensors")) else 0.0)
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"encode ended with {process.returncode}")
    return time.perf_counter() - start, time.perf_counter() - (first or start)


class Library:
    """What a worker of Ray Data does with a batch: the library, nothing else."""

    def __init__(self, model: str, batch: int) -> None:
        from engine.models import catalogue

        self.model, self.batch = catalogue.load(catalogue.find(model)).model, batch

    def __call__(self, rows: dict) -> dict:
        rows["vector"] = self.model.encode(list(rows["text"]), batch_size=self.batch, show_progress_bar=False)
        return rows


def ray_data(texts: str, model: str, out: str, batch: str) -> None:
    """Encodes with Ray Data; in a process of its own."""
    import ray

    ray.init(address=os.environ["PARALLAX_CLUSTER"], log_to_driver=False)
    little = {"num_cpus": 0.1}  # beside the workers, on the same cores
    rows = ray.data.read_parquet(texts, override_num_blocks=64, ray_remote_args=little)
    workers = ray.data.ActorPoolStrategy(size=2)
    given = (model, int(batch))
    rows = rows.map_batches(Library, fn_constructor_args=given, batch_size=1024, num_cpus=0.8, compute=workers)
    rows.write_parquet(out, ray_remote_args=little)


def compare(texts: list[str], model: str, rounds: int, batch: int) -> None:
    """Measure the three ways in turn, and print medians and ratios."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        folder = Path(place)
        path = folder / "texts.parquet"
        pd.DataFrame({"id": map(str, range(len(texts))), "text": texts}).to_parquet(path, row_group_size=1024)
        nodes = Nodes(folder, sorted(os.sched_getaffinity(0))[:2])
        cluster = nodes.environment | {"PARALLAX_CLUSTER": nodes.address}
        alone = os.environ | {"OMP_NUM_THREADS": "2", "PARALLAX_HOME": str(folder / "alone")}
        found: dict[str, list[float]] = {"two nodes": [], "one process": [], "Ray Data": []}
        after: dict[str, list[float]] = {"two nodes": [], "one process": []}
        try:
            for turn in range(rounds):
                for name, environment in (("two nodes", cluster), ("one process", alone)):
                    whole, rest = encode(path, model, folder / name.replace(" ", ""), environment)
                    found[name].append(whole)
                    after[name].append(rest)
                start = time.perf_counter()
                code = "import sys; from benchmarks.cluster import ray_data; ray_data(*sys.argv[1:])"
                given = [str(path), model, str(folder / f"data{turn}"), str(batch)]
                subprocess.run(
                    [sys.executable, "-c", code, *given], cwd=ROOT, env=cluster, check=True,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                found["Ray Data"].append(time.perf_counter() - start)
                print(
                    f"round {turn + 1}: " + ", ".join(f"{name} {times[-1]:.1f} s" for name, times in found.items()),
                    flush=True,
                )
        finally:
            nodes.stop()
    for name, times in found.items():
        rest = f", {len(texts) / median(after[name]):,.0f} from the first shard on" if name in after else ""
        print(f"{name:12} {median(times):8.1f} s {len(texts) / median(times):8,.0f} texts/s{rest}")
    print(f"two nodes / one process, throughput: {median(found['one process']) / median(found['two nodes']):.2f}")
    print(f"two nodes / Ray Data, throughput: {median(found['Ray Data']) / median(found['two nodes']):.2f}")


def nothing(plan, number, step):
    """A shard that is said to be there."""
    from engine.cluster.sharding import Done

    first, stop = plan.rows(number)
    return Done(number, stop - first, 0, plan.folder / "k" / f"{number:05d}")


def drive(texts: str) -> None:
    """A driver over these texts, and the peak of its memory; in a process of its own."""
    from engine.cluster import sharding, spread, text_files
    from engine.models import catalogue

    files = text_files.opened(Path(texts))
    entry = catalogue.find("all-MiniLM-L6-v2")
    plan = sharding.plan(files, entry, Path(texts).parent, precision=None, count=None)
    pieces = [partial(nothing, plan, number) for number in range(1, plan.count + 1)]
    done = list(spread.results(pieces, lambda share, said: None))
    # ru_maxrss would be that of the process that began this one, where that was larger: it outlives exec
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak is not None
    print(json.dumps([len(done), int(peak[1]) / 1024]))


def memory() -> None:
    """The driver's peak for ever more texts, in as many shards as the command makes of them."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        folder = Path(place)
        nodes = Nodes(folder, sorted(os.sched_getaffinity(0))[:2])
        try:
            for count in COUNTS:
                path = folder / f"{count}.parquet"
                words = pa.array([f"text {row} of many that say nothing else" for row in range(count)])
                pq.write_table(pa.table({"text": words}), path, row_group_size=10_000)
                code = "import sys; from benchmarks.cluster import drive; drive(sys.argv[1])"
                said = subprocess.run(
                    [sys.executable, "-c", code, str(path)], cwd=ROOT, check=True, capture_output=True, text=True,
                    env=nodes.environment | {"PARALLAX_CLUSTER": nodes.address},
                ).stdout  # fmt: skip
                shards, peak = json.loads(said.splitlines()[-1])
                print(f"{count:9,} texts, {shards:5} shards: {peak:6.0f} MB")
        finally:
            nodes.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32, help="of the library under Ray Data")
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    if asked.memory:
        memory()
    elif asked.file is None:
        parser.error("name a file of texts, or --memory")
    else:
        compare(read(asked.file, asked.texts), asked.model, asked.rounds, asked.batch)


if __name__ == "__main__":
    main()
