"""Which numbers beside two texts say how close they are, and which readings pass over them or take them wrongly?"""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.directions import ASIDE, crowns, falls, is_graded_down, is_inverse
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import (
    AT_END,
    PERHAPS,
    WITH_FILLER,
    is_aside,
    is_id,
    likeness,
)
from engine.datasets.recognition.plausibility import DOCUMENT, LANGUAGES, QUERY
from engine.datasets.recognition.readings import Candidate, Given
from engine.texts.column_names import called, column, words
from engine.types import Message, Note, Tables

GRADE, SIMILARITY = column("score", "number", "grade"), column("score", "number", "similarity")
POSITIVE = column("positive", "texts", "positive")
EVERY_PAIR = {("retrieval", "pairs"), ("retrieval", "samples"), ("bitext_mining", "pairs")}
"""Readings by which every row is a pair that belongs together, unless a column says otherwise."""
QUALITY = {"mean", "quality", "score", "scores", "da", "bleu", "chrf", "comet", "hter", "ter", "adequacy", "fluency"}
"""Words in the names of numbers that say how good a translation is."""
SHARED = 0.6
"""The share of different cells of a question that several documents are ranked for, at most."""
GRADED = {"retrieval", "reranking"}
"""Tasks whose grades are whole numbers that rise."""
LEGEND, WIDE, LINE = 20, 3, 200
"""Rows and columns that a table has at most which only explains others, and characters of one of its cells."""
LONGEST = 80
"""Characters of a scale that a header takes up."""


def is_closeness(header: str, held: Facts) -> bool:
    """Whether a column says by name and numbers how close two texts are: a similarity, a grade, a distance, a rank."""
    if held.numbers <= 0.5 or held.is_constant or held.is_running or held.is_padded or is_id(header):
        return False
    return is_inverse(header) or max(likeness(GRADE, header), likeness(SIMILARITY, header)) >= AT_END


def is_quality(header: str, held: Facts) -> bool:
    """Whether a column says by name and numbers how good a translation is, as judges and measures do."""
    if held.numbers <= 0.5 or held.is_constant or held.is_running or is_id(header):
        return False
    return bool(QUALITY & {*words(header)}) or any(one in header for one in ("质量", "品質", "得分", "评分"))


def passed_over(task: str, table: str, columns: Mapping[str, str], held: Mapping[str, Facts]) -> list[str]:
    """The columns that say how close two texts are, where a reading {task's column: given column} counts every pair."""
    if (task, table) not in EVERY_PAIR or {"score", "negative"} & {*columns}:
        return []
    if likeness(POSITIVE, columns.get("positive", "")) >= WITH_FILLER:
        return []  # their own name says that all of them are right
    used = {*columns.values()}
    over = {header: facts for header, facts in held.items() if header not in used}
    named = {header for header, facts in over.items() if task == "bitext_mining" and is_quality(header, facts)}
    return [header for header, facts in over.items() if header in named or is_closeness(header, facts)]


def is_misread(one: Candidate, given: Given) -> bool:
    """Whether a reading passes over numbers that say how close its pairs are, or takes for grades what falls."""
    for name, offer in one.offers.items():
        columns, held = {to: of for to, (of, _) in offer.columns.items()}, given.held[offer.given]
        over = [of for of in passed_over(one.task, name, columns, held) if is_closeness(of, held[of])]
        if over and not _are_languages(one.task, columns, held):
            return True
        score = columns.get("score", columns.get("relevance"))
        is_placed = one.task in GRADED and score is not None and (is_graded_down(score) or _are_ranked(columns, held))
        if score is not None and one.task not in {"sts", "summarization"} and is_inverse(score) and not is_placed:
            return True
        if score is not None and one.task in GRADED and is_aside(score) and likeness(GRADE, score) < AT_END:
            return True  # a ticket's priority grades no document
    return False


def must_fail(one: Candidate, given: Given) -> bool:
    """Whether a reading takes numbers with fractions for grades of documents, which its task refuses.

    Those beside several documents of a question can be made yes and no of.
    """
    return one.task in GRADED and any(
        "score" in offer.columns
        and given.held[offer.given][offer.columns["score"][0]].has_fractions
        and not _are_ranked({to: of for to, (of, _) in offer.columns.items()}, given.held[offer.given])
        for offer in one.offers.values()
    )


def _are_ranked(columns: Mapping[str, str], held: Mapping[str, Facts]) -> bool:
    """Whether numbers stand beside several documents of each question, and names say which is which."""
    if not {"query", "document", "score"} <= {*columns}:
        return False
    named = min(likeness(QUERY, columns["query"]), likeness(DOCUMENT, columns["document"])) >= WITH_FILLER
    return named and held[columns["query"]].distinct < SHARED


def _are_languages(task: str, columns: Mapping[str, str], held: Mapping[str, Facts]) -> bool:
    """Whether the two sides are in two languages by their names or scripts: mined translations come with a score."""
    if task != "bitext_mining":
        return False
    sides = [columns.get("sentence1", ""), columns.get("sentence2", "")]
    if all(max(likeness(side, header) for side in LANGUAGES) >= PERHAPS - 0.1 for header in sides):
        return True
    return len({held[header].script for header in sides if header in held}) == 2


def with_scales(tables: Tables, notes: Sequence[Note]) -> tuple[Tables, list[Message]]:
    """The tables with the scale in the header of the numbers that fall by it, and a word of that."""
    made, said = dict(tables), []
    for name, table in tables.items():
        crowned = {str(header): whole for header in table.columns if (whole := _crowned(str(header), table[header]))}
        if crowned:
            made[name] = table.rename(columns=crowned)
            said += [Message("{column} of {table}: 1 is the best and the greatest number the worst, as its name says.",
                             {"column": one, "table": name}) for one in crowned]  # fmt: skip
            continue
        lines = [str(note.message.values["text"]) for note in notes
                 if note.table == name and "text" in note.message.values]  # fmt: skip
        legends = (
            line for other, one in tables.items() if other != name and len(one) <= LEGEND for line in _lines(one)
        )
        scale = next((one for text in (*lines, *legends) for one in (*text.split(" / "), text) if falls(one)), "")
        if not scale:
            continue
        scored = [str(header) for header in table.columns if is_closeness(str(header), facts(table[header]))]
        if len(scored) != 1 or falls(scored[0]) is not None or is_inverse(scored[0]):
            continue
        short = scale if not falls(scale[:LONGEST]) else scale[:LONGEST]
        header = f"{scored[0]} ({short})"
        made[name] = table.rename(columns={scored[0]: header})
        said.append(Message("The scale “{scale}” was taken for that of {column} in {table}.",
                            {"scale": short, "column": called(scored[0]), "table": name}))  # fmt: skip
    return made, said


def renamed(said: Mapping[str, str], own: Tables, made: Tables) -> dict[str, str]:
    """What was said of columns by the headers that the file has itself, with those that got their scale beside them."""
    before, now = ({str(header) for table in tables.values() for header in table.columns} for tables in (own, made))
    scaled = {ASIDE.sub("", header).strip(): header for header in now - before}
    return {to: scaled.get(ASIDE.sub("", of).strip(), of) if of in before - now else of for to, of in said.items()}


def _crowned(header: str, cells: pd.Series) -> str:
    """The header with both ends of its scale, where it says that 1 is the best and the numbers go up from there."""
    if not crowns(header) or falls(header) is not None or has_lists(cells):
        return ""
    own = ASIDE.sub("", header).strip()
    numbers = pd.to_numeric(cells, errors="coerce").dropna()
    names_it = is_closeness(own, facts(cells)) or bool({*words(own)} & {*GRADE.aliases, GRADE.name})
    if not own or not names_it or numbers.min() < 1 or numbers.max() <= 1:
        return ""
    return f"{own} (1 = best, {numbers.max():g} = worst)"


def _lines(table: pd.DataFrame) -> Iterator[str]:
    """What stands in the cells of a small table, one by one, row by row, and together."""
    if table.shape[1] > WIDE or any(has_lists(table[header]) for header in table.columns):
        return
    rows = [[*map(str, table.columns)], *(as_text(table[header]).dropna().tolist() for header in table.columns)]
    yield from (cell for row in rows for cell in row if len(cell) <= LINE)
    across = [" ".join(map(str, row)) for row in table.astype("str").fillna("").to_numpy().tolist()]
    yield from ("; ".join(across), "; ".join([" ".join(rows[0]), *across]))
