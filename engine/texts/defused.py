"""How does a text leave this machine so that no program takes it for a command?"""

import unicodedata

import pandas as pd

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet program takes for the beginning of a formula. Source: OWASP, CSV injection."""
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def csv(table: pd.DataFrame, *, index: bool = False) -> str:
    """A table as CSV: before a text that a spreadsheet program would reckon stands an apostrophe; numbers stay.

    index: whether the index is a column too. A Parquet file beside it keeps every text as it is.
    """
    shown = table.reset_index() if index else table.copy()
    for name in shown.select_dtypes(include=["object", "str", "category"]).columns:
        shown[name] = shown[name].astype(object).map(_cell)
    # With other line ends a text with a carriage return is not quoted, and what follows it would begin a row.
    return str(shown.rename(columns=_cell).to_csv(index=False, lineterminator="\r\n"))


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) and not _number(value) else value


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def for_terminal(text: str) -> str:
    r"""A text as a terminal may show it: control characters as their escapes (`\x1b`), lines and tabs kept."""
    return "".join(
        repr(sign)[1:-1] if (unicodedata.category(sign) == "Cc" and sign not in "\n\t") or sign in DIRECTIONS else sign
        for sign in text
    )
