"""Which words say that two texts are alike, that they are not, or that nobody has judged yet?"""

import tomllib
from functools import cache

from engine import config
from engine.texts.column_names import plain


@cache
def words(meaning: str) -> frozenset[str]:
    """The words of `alike`, `unlike` or `unjudged`, as `column_names.plain` writes them."""
    listed = tomllib.loads((config.ROOT / "data" / "label_words.toml").read_text(encoding="utf-8"))
    return frozenset(plain(one) for one in listed[meaning])
