"""What must be kept so that a training taken up again is the one that would have been?"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.storage.files import whole
from engine.training import Course
from engine.types import UserError

CHECKPOINT, BEST = "checkpoint.pt", "best.pt"


def keep(folder: Path, course: Course, optimiser: Any, scheduler: Any, progress: Mapping[str, Any]) -> None:
    """Keeps the state of a training, whole or not at all; raises DiskRefuses, and what was kept before stays."""
    import torch

    state = {
        "weights": [one.state_dict() for one in _modules(course)],
        "optimiser": optimiser.state_dict(),
        "scheduler": scheduler.state_dict(),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "python": list(random.getstate()[1]),
        "progress": dict(progress),
    }
    _write(state, folder / CHECKPOINT)


def take_up(folder: Path, course: Course, optimiser: Any, scheduler: Any, plan: str) -> dict[str, Any] | None:
    """Puts a kept state back, and gives its progress; None where none is kept.

    Raises:
        UserError: it belongs to another plan, or is damaged.
    """
    import torch

    path = folder / CHECKPOINT
    if not path.exists():
        return None
    state = _read(path)
    progress: dict[str, Any] = state["progress"]
    if progress["plan"] != plan:
        raise UserError(
            "{path} belongs to a training with other settings: choose another name for this one, or remove that.",
            path=path,
        )
    for module, weights in zip(_modules(course), state["weights"], strict=True):
        module.load_state_dict(weights)
    optimiser.load_state_dict(state["optimiser"])
    scheduler.load_state_dict(state["scheduler"])
    torch.set_rng_state(state["torch"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
    random.setstate((3, tuple(state["python"]), None))
    return progress


def kept(folder: Path) -> bool:
    """Whether there is a state to take up."""
    return (folder / CHECKPOINT).exists()


def keep_best(folder: Path, course: Course) -> None:
    """Keeps the weights of the best step so far; raises DiskRefuses."""
    _write(course.model.state_dict(), folder / BEST)


def put_best(folder: Path, course: Course) -> None:
    """Puts the weights of the best step back, where any are kept."""
    if (folder / BEST).exists():
        course.model.load_state_dict(_read(folder / BEST))


def clear(folder: Path) -> None:
    """Removes what is of no use once the result is kept."""
    for name in (CHECKPOINT, BEST):
        (folder / name).unlink(missing_ok=True)


def _modules(course: Course) -> Iterator[Any]:
    """The model, and what is trained along with it."""
    yield course.model
    for lesson in course.lessons:
        yield from lesson.modules


class _File(io.BufferedWriter):
    """A file that remembers why it could not be written: torch says only that it could not."""

    why: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.why = error
            raise


def _write(state: Any, path: Path) -> None:
    """Keeps a state, whole or not at all; raises DiskRefuses."""
    import torch

    with whole(path) as fresh, _File(io.FileIO(fresh, "wb")) as file:
        try:
            torch.save(state, file)
        except (RuntimeError, OSError) as error:
            raise (file.why or error) from error


def _read(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, OSError) as error:
        raise UserError("{path} is damaged; remove it, and the training begins anew.", path=path) from error
