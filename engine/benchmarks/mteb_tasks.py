"""How does a task that mteb registers become a dataset, by its name alone?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine import config, plugins
from engine.benchmarks import copies, registry
from engine.benchmarks.gathering import open_mteb
from engine.benchmarks.registry import TaskEntry
from engine.benchmarks.unpacking import changed_relevance, expect_split, tables_of
from engine.datasets.conversion import conform
from engine.metrics.following import KEY as FOLLOWING
from engine.types import BadDataset, Dataset

PREFIX = "mteb:"
_HUB_SECONDS = 10.0
_SHOWN = 20


@dataclass(frozen=True)
class Address:
    """One subset and split of a task: what one dataset is."""

    entry: TaskEntry
    subset: str
    split: str

    @property
    def name(self) -> str:
        """`mteb:Task/subset/split`, without what the task has only one of: `mteb:T2Retrieval`, `mteb:STS22.v2/zh`."""
        several = [
            part
            for part, among in ((self.subset, self.entry.subsets), (self.split, self.entry.splits))
            if len(among) > 1
        ]
        return PREFIX + "/".join([self.entry.name, *several])


def address(name: str) -> Address:
    """What a name such as `mteb:STS22.v2/zh/test` stands for; subset and split may be left out where there is one.

    Raises:
        UserError: mteb registers no such task.
        BadDataset: the task has several subsets or splits and none is named, or not the named one.
    """
    task, *parts = name.removeprefix(PREFIX).split("/")
    entry = registry.entry(task)
    chosen = {}
    for kind, among in (("subset", entry.subsets), ("split", entry.splits)):
        if parts and parts[0] in among:
            chosen[kind] = parts.pop(0)
        elif len(among) == 1:
            chosen[kind] = next(iter(among))
        else:
            raise _choose(entry, kind, list(among))
    if parts:
        raise BadDataset(
            "{task} has no subset or split {part!r}; it has {names}.",
            task=task,
            part=parts[0],
            names=", ".join([*list(entry.subsets)[:_SHOWN], *entry.splits]),
        )
    return Address(entry, chosen["subset"], chosen["split"])


def _choose(entry: TaskEntry, kind: str, among: list[str]) -> BadDataset:
    values = {
        "task": entry.name,
        "count": len(among),
        "example": f"{PREFIX}{entry.name}/{among[0]}",
        "names": ", ".join(among[:_SHOWN]) + (" …" if len(among) > _SHOWN else ""),
    }
    if kind == "subset":
        return BadDataset("{task} has {count} subsets; name one, such as {example!r}: {names}.", **values)
    return BadDataset("{task} has {count} splits; name one, such as {example!r}: {names}.", **values)


def read(name: str) -> Dataset:
    """The dataset, from a copy on this machine or else from the hub, as mteb itself loads and transforms it.

    Raises:
        BadDataset: there is neither a copy nor a network, the copy cannot be read, or it is an aggregate of tasks.
    """
    place = address(name)
    entry = place.entry
    if entry.members:
        raise BadDataset(
            "{task} has no data of its own: its score is the mean over {members}.",
            task=entry.name,
            members=", ".join(entry.members),
        )
    with _scratch():
        task = _loaded(place)
        expect_split(task, entry.name, subset=place.subset, split=place.split)
        tables = tables_of(task, entry.kind, subset=place.subset, split=place.split)
    kind = "reranking" if "candidates" in tables else entry.kind
    ours = plugins.pick(plugins.tasks(), kind, "task")
    # Loading may set them too: the .v2 tasks of clustering sample there, and so embed every document that is left.
    said = {key: getattr(task, key, value) for key, value in entry.settings.items()}
    settings = {key: value for key, value in said.items() if ours.settings.get(key, value) != value}
    if entry.main_metric != ours.main_metric:
        settings["main_metric"] = entry.main_metric
    return Dataset(
        name=place.name,
        task=kind,
        tables=conform(tables, ours.tables),
        title=place.name.removeprefix(PREFIX),
        source=f"https://huggingface.co/datasets/{entry.path}/tree/{entry.revision}",
        licence=entry.licence,
        languages=entry.subsets[place.subset],
        settings=settings,
    )


@contextmanager
def _scratch() -> Iterator[None]:
    """A folder of its own for what `datasets` unpacks: in the shared one it would find what a copy once held."""
    import datasets

    (config.home() / "mteb").mkdir(exist_ok=True)
    before = datasets.config.HF_DATASETS_CACHE
    with TemporaryDirectory(prefix="unpacked-", dir=config.home() / "mteb") as folder:
        datasets.config.HF_DATASETS_CACHE = Path(folder)
        try:
            yield
        finally:
            datasets.config.HF_DATASETS_CACHE = before


def _loaded(place: Address) -> Any:
    """mteb's task with its data, read from a copy where there is one."""
    entry, copy = place.entry, copies.find(place.entry)
    if copy is None:
        _expect_hub(entry)
    task = open_mteb().get_task(entry.name, hf_subsets=[place.subset], eval_splits=[place.split])
    if copy is not None:
        moved = {**task.metadata.dataset, "path": str(copy)}
        task.metadata = task.metadata.model_copy(update={"dataset": moved})
    import datasets

    datasets.disable_progress_bars()
    try:
        task.load_data()
        if hasattr(task, "convert_v1_dataset_format_to_v2"):
            task.convert_v1_dataset_format_to_v2(num_proc=None)
        if entry.main_metric == FOLLOWING:
            task.changed = changed_relevance(task, place.subset)
    except (datasets.exceptions.DatasetsError, OSError, ValueError, KeyError) as error:
        raise _unreadable(entry, copy, error) from error
    return task


def _expect_hub(entry: TaskEntry) -> None:
    """Raises BadDataset unless the hub answers for this dataset: one short question, where loading would try long."""
    import huggingface_hub
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    try:
        huggingface_hub.HfApi().dataset_info(entry.path, revision=entry.revision, timeout=_HUB_SECONDS)
    except (OSError, HTTPError) as error:
        raise copies.missing(entry) from error


def _unreadable(entry: TaskEntry, copy: Path | None, error: Exception) -> BadDataset:
    return BadDataset(
        "The data of {task} cannot be read from {place}: {reason}.",
        task=entry.name,
        place=copy or f"the hub ({entry.path})",
        reason=str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__,
    )
