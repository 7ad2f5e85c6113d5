"""Do rows of a table sum the others up, at its end or among them, as spreadsheets' totals and subtotals do?"""

import re

import pandas as pd

from engine.readers.header import NUMBER

WORD = (
    "grand total|sub-?totals?|totals?|sums?|averages?|avg|means?|medians?"
    "|总?平均[值分数]?|均[值分]|合\\s*[计計]|[总總][计計和分]|小[计計]|共[计計]|中位数"
)
NUMERAL = r"[-+]?\d+(?:[.,]\d+)*\s*[%％]?"
SAYS = re.compile(rf"(?:{WORD})\.?\s*[:：=]?\s*(?:{NUMERAL})?", re.IGNORECASE)
SUBTOTAL = re.compile(
    r"\b(?:sub-?totals?|(?:grand |overall )?totals?|sum)\b|(?:小|[合共]|[总總])[计計]|[总總][数數]|[汇彙][总總]",
    re.IGNORECASE,
)
"""What a row among the others says beside the name of what it sums up: `Account total`, 账户小计."""
COUNT = re.compile(rf"(?:n|count|rows|共)\s*[:：=]?\s*{NUMERAL}\s*[条行个]?|{NUMERAL}|[-–—/]+", re.IGNORECASE)
"""What stands in the other cells of such a row."""
CALLED = {one.format(way(word)) for word in ("subtotal", "sub-total", "sub total", "total", "grand total", "sum")
          for way in (str, str.capitalize, str.title, str.upper) for one in ("{}", "{}:")} | {
    "小计", "小計", "合计", "合計", "总计", "總計", "共计", "共計", "汇总", "彙總"}  # fmt: skip
WHOLE = re.compile(r"\s*(?:all|overall|every)\b|\s*(?:全部|所有|全体|全體)", re.IGNORECASE)
"""How rows are called that sum up, and what such a row says of a whole."""
SUMMED = 20_000
"""Rows of a table at most in which it is looked for sums that have a text."""
MOST, FEW = 5, 3
"""Rows that sum up at most, and rows that must stand above them."""
ROWS, FILLED = 200, 0.8
"""Rows that are looked at to know what a column holds, and the share of them that is filled where texts are usual."""


def without(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table without such rows, and what they say, from above to below."""
    if table.shape[1] < 2 or any(table[name].dtype == object for name in table.columns):
        return table, []
    said = list[str]()
    while len(said) < MOST and len(table) - len(said) > FEW:
        end = len(table) - len(said)
        last = [None if pd.isna(cell) else str(cell).strip() for cell in table.iloc[end - 1]]
        if not _sums_up(last, table.iloc[max(0, end - 1 - ROWS) : end - 1]):
            break
        said.insert(0, " | ".join(cell for cell in last if cell))
    return table.iloc[: len(table) - len(said)], said


def without_parts(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table without rows among the others that sum up a part of them, and what these say, from above to below.

    They hold no text where all other rows do, one cell that calls them so, alone or beside what stands above it, and
    else nothing but numbers.
    """
    if table.shape[1] < 2 or len(table) <= FEW or any(table[name].dtype == object for name in table.columns):
        return table, []
    table, named = _without_named(table)
    blank = table.isna() | table.eq("")
    mostly = [name for name in table.columns if blank[name].any() and blank[name].mean() <= 0.5]
    able = table[blank[mostly].any(axis=1)] if mostly else table[:0]  # few of many rows: all else is fast
    able = able[[_is_part([None if pd.isna(cell) else cell.strip() for cell in row]) for row in able.to_numpy()]]
    if able.empty:
        return table, named
    rest = table.drop(index=able.index)
    texts = [name for name in mostly if _numbers(rest[name].head(ROWS)) is False]
    found = able[blank.loc[able.index, texts].any(axis=1)]
    found = found[[_names_what_is_above(table, row) for row in found.index]]
    said = [" | ".join(cell.strip() for cell in row if not pd.isna(cell)) for row in found.to_numpy()]
    return (table.drop(index=found.index).reset_index(drop=True) if said else table), [*named, *said]


def _without_named(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table without rows that are called a sum where others have a text or a class, and hold one.

    As in `Subtotal | Billing total | 288`: another cell names what is summed up, and the number is the sum of rows
    right above it.
    """
    if len(table) > SUMMED:
        return table, []
    called = pd.concat([table[name].isin(CALLED) for name in table.columns], axis=1).any(axis=1)
    able = [place for place in called.to_numpy().nonzero()[0] if _is_named([*table.iloc[place]])]
    if not able:
        return table, []
    rest = table.drop(index=table.index[able])
    found = [place for place in able if _adds_up(table, place, rest)]
    said = [" | ".join(cell.strip() for cell in table.iloc[place] if not pd.isna(cell)) for place in found]
    return table.drop(index=table.index[found]).reset_index(drop=True) if found else table, said


def _is_named(row: list[str | None]) -> bool:
    words = [cell for cell in row if cell and not pd.isna(cell) and not COUNT.fullmatch(cell)]
    others = [cell for cell in words if not SAYS.fullmatch(cell)]
    return len(others) == 1 and len(words) == 2 and bool(SUBTOTAL.search(others[0]) or WHOLE.match(others[0]))


def _adds_up(table: pd.DataFrame, place: int, rest: pd.DataFrame) -> bool:
    """Whether a number is the sum of those right above it, as many as it takes."""
    above = rest[rest.index < table.index[place]]
    for name in table.columns:
        cell = table[name].iloc[place]
        if pd.isna(cell) or not NUMBER.fullmatch(cell) or not _numbers(rest[name].head(ROWS)):
            continue
        sums = pd.to_numeric(above[name], errors="coerce").fillna(0)[::-1].cumsum()
        if (sums.iloc[1:] - float(cell)).abs().lt(0.01).any():
            return True
    return False


def _is_part(row: list[str | None]) -> bool:
    there = [cell for cell in row if cell]
    words = [cell for cell in there if SUBTOTAL.search(cell)]
    return len(words) == 1 and all(COUNT.fullmatch(cell) for cell in there if cell != words[0])


def _names_what_is_above(table: pd.DataFrame, row: int) -> bool:
    """Whether the cell says nothing but that it sums up, and what: the value that stands above it."""
    name = next(one for one in table.columns if SUBTOTAL.search(str(table.at[row, one])))
    rest = re.sub(r"[\W_]+", "", SUBTOTAL.sub("", table.at[row, name])).lower()
    above = table[name].iloc[:row].dropna()
    last = re.sub(r"[\W_]+", "", above.iloc[-1]).lower() if len(above) else ""
    return not rest or (bool(last) and (rest in last or last in rest))


def _sums_up(row: list[str | None], above: pd.DataFrame) -> bool:
    """Whether a cell says so, no other is a text, and one is no text in a column of texts or no number is missing."""
    there = [cell for cell in row if cell]
    words = [cell for cell in there if SAYS.fullmatch(cell)]
    if len(words) != 1 or not all(COUNT.fullmatch(cell) for cell in there if cell != words[0]):
        return False
    kinds = [_numbers(above[name]) for name in above.columns]
    others = [(cell, kind) for cell, kind in zip(row, kinds, strict=True) if cell != words[0]]
    lacks = any(kind is False for _, kind in others)  # a text that all other rows have
    return lacks or _is_mean_or_sum(row, above)


def _numbers(cells: pd.Series) -> bool | None:
    """Whether a column holds numbers, or, where it is False, texts; None where most of its cells are empty."""
    there = cells.dropna()
    if len(there) < FILLED * len(cells):
        return None
    return bool(there.str.strip().str.fullmatch(NUMBER).mean() > FILLED)


def _is_mean_or_sum(row: list[str | None], above: pd.DataFrame) -> bool:
    """Whether a number is the mean or the sum of those above it, as far as it is written out."""
    for cell, name in zip(row, above.columns, strict=True):
        if not cell or not NUMBER.fullmatch(cell) or not _numbers(above[name]):
            continue
        numbers = pd.to_numeric(above[name], errors="coerce")
        digits = len(cell.partition(".")[2])
        seen = pd.to_numeric(cell, errors="coerce")
        if any(abs(one - seen) <= 0.51 * 10**-digits for one in (numbers.mean(), numbers.sum())):
            return True
    return False
