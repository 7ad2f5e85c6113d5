"""What comes of a model that ranks without a vector of each text, on one dataset?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Measured:
    """An item table of the task, and what its run is to be saved with."""

    items: pd.DataFrame
    key: str
    """Changes whenever the ranking would."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds by part of the work, and counts of texts or pairs: texts, distinct, cached, tokens."""
    settings: Mapping[str, Any] = field(default_factory=dict)
