"""How is a number written? One way everywhere: 0.688 [0.667, 0.709], − for minus, "–" for unknown, 95% as one word."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from string import Formatter

MINUS, UNKNOWN = "−", "–"


def fixed(value: float, digits: int = 3, *, sign: bool = False) -> str:
    """A number with so many decimals, thousands grouped; sign: a plus before what is above nothing."""
    if math.isnan(value):
        return UNKNOWN
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text  # what rounds to nothing has no sign
    return (MINUS if value < 0 else "+" if sign else "") + text


def span(low: float, high: float, digits: int = 3) -> str:
    """The two ends of an interval; nothing where there is none."""
    return "" if math.isnan(low) or math.isnan(high) else f"[{fixed(low, digits)}, {fixed(high, digits)}]"


def interval(value: float, low: float, high: float, digits: int = 3, *, sign: bool = False) -> str:
    """A number with its interval, `0.688 [0.667, 0.709]`; the number alone where there is none."""
    return f"{fixed(value, digits, sign=sign)} {span(low, high, digits)}".strip()


def ranks(values: Sequence[float]) -> list[str]:
    """Ranks as people write them: `=2` where several share it, "–" where there is none."""
    counted = Counter(values)
    return [UNKNOWN if rank != rank else f"={rank:,.0f}" if counted[rank] > 1 else f"{rank:,.0f}" for rank in values]


class _Gaps(Formatter):
    """Fills the gaps of a sentence: numbers are written as above, all else as it is; several with a comma between."""

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        if isinstance(value, Integral) and not isinstance(value, bool) and not format_spec:
            return fixed(float(value), 0) if abs(int(value)) < 2**53 else str(value)
        if isinstance(value, Real) and not isinstance(value, bool):
            text = str(super().format_field(value, format_spec))
            return UNKNOWN if text == "nan" else MINUS + text[1:] if text.startswith("-") else text
        return str(super().format_field(value, format_spec))


def fill(template: str, values: Mapping[str, object]) -> str:
    """A sentence with its {gaps} filled."""
    return _GAPS.vformat(template, (), values)


_GAPS = _Gaps()
