"""How is a text cleaned of a key, in whatever form an endpoint gives it back, or a part of it?"""

import base64
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

SHORTEST, PART = 4, 8
"""Characters of a secret that is hidden whole, and of a piece of a longer one that is hidden too."""
MARK = "…"
SIGN = re.compile(r"%(?:25)*([0-7][0-9a-f])|\\([/\"])|.", re.S | re.I)
"""One sign, percent-encoded once or more often, or behind JSON's backslash, or as it is."""


def token(person: str) -> str:
    """A name and password as they are sent."""
    return base64.b64encode(unquote(person).encode()).decode()


def secrets(key: str, person: str, query: str) -> tuple[str, ...]:
    """Whatever must not be shown: key, name and password of an address, the values of its query."""
    words = [key, person, unquote(person), *person.split(":"), *unquote(person).split(":")]
    words += [one.partition("=")[2] for one in query.split("&")]
    return tuple(
        sorted(
            {form for word in words if len(word) >= SHORTEST for form in (word, word.encode().hex(), *_in_base64(word))}
        )
    )


def without(hidden: Sequence[str], text: str) -> str:
    """The text with a mark for each secret and each piece of PART characters or more, percent-encoded or not."""
    pieces = {one[start : start + PART].lower() for one in hidden for start in range(max(1, len(one) - PART + 1))}
    signs = list(SIGN.finditer(text))
    folded = "".join((chr(int(one[1], 16)) if one[1] else one[2] or one[0]).lower()[:1] for one in signs)
    secret = bytearray(len(signs))
    for width in {len(one) for one in pieces}:
        for start in range(len(folded) - width + 1):
            if folded[start : start + width] in pieces:
                secret[start : start + width] = b"\1" * width
    shown = [
        (MARK if not place or not secret[place - 1] else "") if secret[place] else one[0]
        for place, one in enumerate(signs)
    ]
    return "".join(shown)


def _in_base64(word: str) -> Iterator[str]:
    """What base64 makes of it wherever it begins within a longer text, in both alphabets."""
    raw = word.encode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw + b"\0\0")
        said = whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6].decode()
        yield from (said, said.replace("+", "-").replace("/", "_"))
