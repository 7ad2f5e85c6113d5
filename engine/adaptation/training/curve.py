"""How has a training gone so far? Rows in a file, which a page reads while they are written."""

import json
import math
import time
from pathlib import Path

import pandas as pd

from engine.storage import strict_json
from engine.storage.failures import telling

ROW_SECONDS = 1.0
COLUMNS = ("step", "loss", "rate", "seconds", "dev", "low", "high")


class Curve:
    """Writes the rows of one training; the loss is the mean since the last row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._losses: list[float] = []
        self._written = -math.inf
        self._last = (0, 0.0)

    def begin(self, step: int) -> None:
        """Drops the rows of steps that will be done again."""
        with telling(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            known = [row for row in _rows(self.path) if row["step"] <= step] if step else []
            self.path.write_text("".join(strict_json.dumps(row) + "\n" for row in known), encoding="ascii")

    def add(self, step: int, loss: float, texts: int, seconds: float) -> None:
        """One step: its loss, and how many texts and seconds all steps have taken."""
        self._losses.append(loss)
        if time.perf_counter() - self._written < ROW_SECONDS:
            return
        before, when = self._last
        rate = (texts - before) / max(seconds - when, 1e-9)
        self._write({"step": step, "loss": sum(self._losses) / len(self._losses), "rate": rate, "seconds": seconds})
        self._losses, self._written, self._last = [], time.perf_counter(), (texts, seconds)

    def look(self, step: int, score: float, low: float, high: float) -> None:
        """The score of the dev part after so many steps, with its interval (nan: none can be told)."""
        ends = {name: value for name, value in (("low", low), ("high", high)) if not math.isnan(value)}
        self._write({"step": step, "dev": score, **ends})

    def _write(self, row: dict[str, float]) -> None:
        with telling(self.path), self.path.open("a", encoding="ascii") as file:
            file.write(strict_json.dumps(row) + "\n")


def curve(path: Path) -> pd.DataFrame:
    """The rows so far: step, loss, rate (texts a second), seconds, dev, low, high; nan where a row says nothing."""
    return pd.DataFrame(_rows(path), columns=list(COLUMNS))


def _rows(path: Path) -> list[dict[str, float]]:
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]  # the last one may be half written
