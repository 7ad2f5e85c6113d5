"""What does an endpoint mean that refuses a request: too many texts, too much in all, a text too long, a field?"""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeAlias

Meaning: TypeAlias = Literal["format", "texts", "total", "length", ""]

SIZE = (400, 413, 422)
"""Answers that may speak of size."""
FORMAT = re.compile(r"encoding_format", re.I)
TEXTS = re.compile(
    r"batch.?size|number of (texts|inputs|documents|items)|too many (texts|inputs|documents|items)"
    r"|(array|list) (is )?too long|maximum length \d+|should have at most|at most \d+ (texts|inputs|items|documents)"
    r"|数组|条数|\d+ ?条|批",
    re.I,
)  # fmt: skip
TOTAL = re.compile(
    r"(per|submitted|each|the|in a) (request|batch)|total|payload|entity too large|request too large|body|总", re.I
)
LENGTH = re.compile(r"token|length|too long|too large|context|exceed|maximum|超|过长|长度", re.I)
QUOTA = re.compile(r"insufficient.?(quota|balance|funds)|exceeded your current quota|余额|欠费|arrear", re.I)
"""What waiting does not mend."""
NUMBER = re.compile(r"(?<![\w.])\d{2,7}(?![\w.]*\d)")
LOOKED_AT = 20_000
"""Characters of an answer that is no JSON: to find tags that are never closed takes the square of them."""
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.S | re.I)


def meaning(code: int, said: str) -> Meaning:
    """What is wrong with the request, as far as the words of the refusal tell; empty where size has no part in it."""
    if code not in SIZE:
        return ""
    if code != 413 and FORMAT.search(said):
        return "format"
    if TEXTS.search(said):
        return "texts"
    if TOTAL.search(said):
        return "total"
    if LENGTH.search(said):
        return "length"
    return "total" if code == 413 else ""


def words(content: bytes, reason: str) -> str:
    """What an endpoint says about its refusal, in one line, whatever form it has: JSON of several kinds, HTML, text."""
    text = content.decode("utf-8", "replace")
    try:
        told = _message(json.loads(text))
    except (ValueError, RecursionError):
        told = ""
    return " ".join((told or TAGS.sub(" ", text[:LOOKED_AT])).split()) or reason


def _message(said: Any) -> str:
    """The sentence within an answer, by the names that services have for it."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return "; ".join(filter(None, map(_message, said)))
    if isinstance(said, dict):
        found = (_message(said.get(name)) for name in ("message", "msg", "error", "detail", "errors"))
        place = said.get("loc")  # the field that a checked request is wrong in
        return (f"{place[-1]}: " if isinstance(place, list) and place else "") + next(filter(None, found), "")
    return ""


def pause(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, a number or a date; None where it says nothing."""
    if not header:
        return None
    if header.replace(".", "", 1).isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def kept(characters: int, said: str) -> int:
    """How many characters of a text that is too long to keep: by the figures of the refusal, or a quarter fewer."""
    figures = sorted({int(one) for one in NUMBER.findall(said) if int(one) >= 16 and int(one) not in SIZE})
    share = 0.95 * figures[0] / figures[-1] if len(figures) > 1 else 0.75
    return max(1, int(characters * min(max(share, 0.25), 0.95)))
