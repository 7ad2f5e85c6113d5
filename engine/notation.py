"""How is a number written? One way everywhere: 0.688 [0.667, 0.709], − for minus, "–" for unknown, 95% as one word."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from string import Formatter

MINUS, UNKNOWN = "−", "–"
NIL = 1e-9
"""What rounding leaves of a difference that is none."""
RARE = 0.001
"""Below this, three decimals of a p-value would say too little."""


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


def interval(value: float, low: float, high: float, digits: int | None = None, *, sign: bool = False) -> str:
    """A number with its interval, `0.688 [0.667, 0.709]`; the number alone where there is none.

    digits: if not given, three, and of a difference (sign) as many as show it: `+0.0039 [−0.0226, 0.0276]`.
    """
    digits = digits or (shown(value) if sign else 3)
    return f"{fixed(value, digits, sign=sign)} {span(low, high, digits)}".strip()


def amount(value: float, digits: int = 0) -> str:
    """What something takes, with so many decimals: less than they show is said as that, `< 0.1`, and is not nothing."""
    least = 10.0**-digits
    return f"< {least:.{digits}f}" if 0 < value < least / 2 else fixed(value, digits)


def percent(share: float) -> str:
    """A share in per cent: whole, but with a decimal below 10% and where it is not quite all."""
    if math.isnan(share):
        return UNKNOWN
    return fixed(100 * share, 0 if share in (0, 1) or 0.0995 <= share < 0.995 else 1) + "%"


def shown(value: float, least: int = 3) -> int:
    """How many decimals show two digits of a small number."""
    return max(least, 1 - int(f"{value:.1e}".partition("e")[2])) if abs(value) > NIL else least


def small(value: float) -> str:
    """A number that may be small, with as many decimals as show it."""
    return fixed(value, shown(value))


def chance(p: float) -> str:
    """A p-value: three decimals, and of a smaller one the first two digits."""
    return f"{p:.2g}" if p < RARE else fixed(p)


def alike(*values: float) -> tuple[str, ...]:
    """Amounts that are held against each other: decimals for all alike, so that the smallest shows three digits."""
    least = min((abs(value) for value in values if value), default=1.0)
    whole = all(value == round(value) for value in values)
    places = 0 if whole else max(0, 2 - math.floor(math.log10(least)))
    return tuple(fixed(value, places) for value in values)


def ranks(values: Sequence[float]) -> list[str]:
    """Ranks as people write them: `=2` where several share it, "–" where there is none."""
    counted = Counter(values)
    return [UNKNOWN if rank != rank else f"={rank:,.0f}" if counted[rank] > 1 else f"{rank:,.0f}" for rank in values]


_WHOLE = re.compile(r"\[[+−]?[\d.,]+, [+−]?[\d.,]+\]|\bp [=≤<>] \d[\d.e−-]*")


class _Gaps(Formatter):
    """Fills the gaps of a sentence: numbers are written as above, all else as it is; several with a comma between.

    `{p:p}` is a p-value; `{n} {n:row|rows}` puts the word that fits the number.
    """

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" in format_spec:
            return format_spec.split("|")[value != 1]
        if format_spec.endswith("%") and isinstance(value, Real):
            return percent(float(value))
        if format_spec == "p" and isinstance(value, Real):
            return chance(float(value))
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        if isinstance(value, Integral) and not isinstance(value, bool) and not format_spec:
            return fixed(float(value), 0) if abs(int(value)) < 2**53 else str(value)
        if isinstance(value, Real) and not isinstance(value, bool):
            text = str(super().format_field(value, format_spec))
            return UNKNOWN if text == "nan" else MINUS + text[1:] if text.startswith("-") else text
        return str(super().format_field(value, format_spec))


def unbroken(text: str) -> str:
    """A sentence whose intervals and p-values a line does not break: `[0.074, 0.169]`, `p ≤ 0.0001`."""
    return _WHOLE.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


def fill(template: str, values: Mapping[str, object]) -> str:
    """A sentence with its {gaps} filled."""
    return _GAPS.vformat(template, (), values)


_GAPS = _Gaps()
