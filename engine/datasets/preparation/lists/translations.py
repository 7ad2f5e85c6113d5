"""Do texts stand in rows with their languages, and which of them are translations of one another?"""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.identifiers import plain as plain_ids
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import is_id, is_unnamed
from engine.texts.column_names import names, plain
from engine.types import Message, Tables

CODE = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?"
"""A language, as in de, deu, zh-CN, deu_Latn."""
LANGUAGES = 40
"""Different languages of a table, at most."""
SHARED = 0.5
"""The share of ids at least that texts of several languages have."""
MET = 10
"""Links between texts of two languages, at least."""
TOLD = Message(
    "The texts of {table} were put side by side as translations, {first} and {second}, the most frequent ones of "
    "{languages}."
)
OVER = Message("The texts of {table} in {languages} were left over.")


def with_translations(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with two languages side by side where (id, language, text) stood in rows, and a word of it.

    Texts belong together that share an id, or that another table of two ids links, as Tatoeba's does.
    """
    made = dict(tables)
    for name, table in tables.items():
        found = _columns(table)
        if found is None:
            continue
        texts = table[[*found]].dropna().astype("str").set_axis(["id", "language", "text"], axis=1)
        pairs, linked = _by_id(texts), ""
        for other, links in tables.items() if pairs is None and not texts["id"].duplicated().any() else ():
            if other != name and pairs is None and links.shape[1] == 2:
                pairs, linked = _by_links(texts, links), other
        if pairs is None:
            continue
        first, second = pairs.columns
        made[name] = pairs
        made.pop(linked, None)
        values = {"table": name, "first": first, "second": second}
        rest = tuple(one for one in texts["language"].unique() if one not in (first, second))
        notes = [Message(TOLD.template, {**values, "languages": (first, second, *rest)})]
        return made, notes + ([Message(OVER.template, {"table": name, "languages": rest})] if rest else [])
    return made, []


def _columns(table: pd.DataFrame) -> tuple[str, str, str] | None:
    """The columns of ids, of languages and of texts, where a table has nothing else that tells rows apart."""
    if table.shape[1] < 3 or any(has_lists(table[header]) for header in table.columns):
        return None
    held = {str(header): facts(table[header]) for header in table.columns}
    telling = {header: one for header, one in held.items() if not one.is_constant and one.rows}
    languages = [header for header in telling if _is_language(header, table[header])]
    rest = [header for header in telling if header not in languages]
    if len(languages) != 1 or len(rest) != 2:
        return None
    ids = [header for header in rest if held[header].words <= 1.2 and (is_id(header) or is_unnamed(header))]
    texts = [header for header in rest if header not in ids and held[header].numbers < 0.1]
    return (ids[0], languages[0], texts[0]) if len(ids) == len(texts) == 1 else None


def _is_language(header: str, cells: pd.Series) -> bool:
    if not is_unnamed(header) and plain(header) not in names("language"):
        return False
    cells = as_text(cells.dropna())
    return 1 < cells.nunique() <= LANGUAGES and bool(cells.str.fullmatch(CODE).all())


def _by_id(texts: pd.DataFrame) -> pd.DataFrame | None:
    """Two languages side by side where they share ids, each of which has one text a language."""
    if texts.duplicated(["id", "language"]).any():
        return None
    if (texts.groupby("id", sort=False)["language"].size() > 1).mean() < SHARED:
        return None
    first, second = texts["language"].value_counts(sort=True).index[:2]
    wide = texts[texts["language"].isin([first, second])].pivot(index="id", columns="language", values="text")
    wide = wide.loc[texts["id"].drop_duplicates()[lambda ids: ids.isin(wide.index)]].dropna()
    return wide[[first, second]].reset_index(drop=True).rename_axis(columns=None)


def _by_links(texts: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame | None:
    """The two languages side by side between which most links are; a link there and back is one."""
    if any(has_lists(links[header]) for header in links.columns):
        return None
    known = texts.assign(id=plain_ids(texts["id"])).set_index("id")
    ends = links.dropna().astype("str").apply(plain_ids).set_axis(["one", "other"], axis=1)
    ends = ends[ends["one"].isin(known.index) & ends["other"].isin(known.index)]
    spoken = pd.DataFrame({side: known["language"].loc[ends[side]].to_numpy() for side in ends})
    differing = (spoken["one"] < spoken["other"]).to_numpy() | (spoken["one"] > spoken["other"]).to_numpy()
    if differing.sum() < MET:
        return None
    ends, spoken = ends[differing].reset_index(drop=True), spoken[differing].reset_index(drop=True)
    turned = spoken["one"] > spoken["other"]
    for frame in (ends, spoken):
        frame.loc[turned, ["one", "other"]] = frame.loc[turned, ["other", "one"]].to_numpy()
    first, second = spoken.value_counts().index[0]
    chosen = ends[((spoken["one"] == first) & (spoken["other"] == second)).to_numpy()].drop_duplicates()
    sides = {language: known["text"].loc[chosen[side]].to_numpy() for language, side in
             ((first, "one"), (second, "other"))}  # fmt: skip
    return pd.DataFrame(sides)
