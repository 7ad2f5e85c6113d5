"""How far is a training, and how long will all that is to come take?"""

import math
from collections.abc import Callable
from dataclasses import dataclass

Later = Callable[[float, float], float]
"""(seconds of a step, seconds of a look) -> those of all that follows the training, such as a learning curve."""


@dataclass
class Progress:
    """How far a training is; all of it is kept with a checkpoint."""

    plan: str
    step: int = 0
    best: float = -math.inf
    ends: tuple[float, float] = (math.nan, math.nan)
    best_step: int = 0
    stale: int = 0
    texts: int = 0
    seconds: float = 0.0
    looks: int = 0
    looked: float = 0.0
    """Seconds that the looks at the dev part took."""

    @property
    def watched(self) -> bool:
        """Whether a dev part has told a score; without one the last weights are the result."""
        return self.best > -math.inf

    def left(self, steps: int, looks: int, later: Later) -> float:
        """The seconds of all that is to come if the training is not stopped before the last of its steps."""
        pace, look = self.seconds / max(self.step, 1), self.looked / max(self.looks, 1)
        to_come = looked(steps, looks) - self.step // every(steps, looks) if self.step < steps else 0
        return pace * (steps - self.step) + look * to_come + later(pace, look)

    def share(self, steps: int, looks: int, later: Later) -> float:
        """How much of the time of the training and of what follows it is over."""
        if not self.step:
            return 0.0
        over = self.seconds + self.looked
        return over / max(over + self.left(steps, looks, later), 1e-9)


def every(steps: int, looks: int) -> int:
    """Steps between two looks at the dev part."""
    return max(math.ceil(steps / looks), 1)


def looked(steps: int, looks: int) -> int:
    """How often the dev part is looked at after steps: after each where they are fewer, and after the last one."""
    return math.ceil(steps / every(steps, looks))


def clock(seconds: float) -> str:
    """Minutes and seconds, such as 1:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
