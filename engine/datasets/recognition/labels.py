"""Could a label be another column, or none that anybody wants recognised: what of it can only a person settle?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.reading.choices import Choices
from engine.datasets.recognition.assignment import Offer
from engine.datasets.recognition.closeness import GRADE, SIMILARITY, is_closeness
from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import (
    AT_END,
    PERHAPS,
    SQUEEZED,
    is_aside,
    is_by_person,
    is_id,
    is_unnamed,
    likeness,
    tells_machine,
    tells_satisfaction,
    tells_who_or_when,
)
from engine.datasets.recognition.judgements import says_right
from engine.datasets.recognition.plausibility import LABEL, QUERY, is_category
from engine.datasets.recognition.readings import Candidate, Given
from engine.datasets.recognition.strength import fit
from engine.texts.column_names import column

ALIKE = column("label", "number", "alike")
NEGATIVE = column("negative", "texts", "negative")
TELLING = (LABEL, ALIKE, GRADE, SIMILARITY, QUERY, NEGATIVE)
"""What is rarely given for nothing."""
COMPARED = column("sentence1", "text", "first_text"), column("sentence2", "text", "second_text")
PAIRED = {"sts", "pair_classification"}
JUDGED = ("label", "labels", "score", "relevance")
"""Columns of tasks that say what is right."""
SETTLED = ("mean_score", "median_score")
"""What stands for the scores of several raters, of which the mean is used."""
ROWS = 2_000
"""Rows of which it is looked at whether two columns sort them alike."""


def another_label(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether another column could be the label, and sorts the texts otherwise."""
    for name, offer in one.offers.items():
        if not {"text", "label"} <= {*offer.columns} or said.column(name, "label") is not None:
            continue
        label = offer.columns["label"][0]
        if any(not _sort_alike(given.tables[offer.given], label, other) for other in _labels(offer, given)):
            return True
    return False


def _labels(offer: Offer, given: Given) -> list[str]:
    """The columns left over that could be labels, by their name or, where they have none, by what they hold."""
    used = {header for header, _ in offer.columns.values()}
    return [
        header for header, held in given.held[offer.given].items()
        if header not in used and not is_aside(header) and not held.is_constant
        and (likeness(LABEL, header) >= PERHAPS - 0.1 or is_unnamed(header)) and fit("", LABEL, held) >= 0.6
    ]  # fmt: skip


def _sort_alike(table: pd.DataFrame, one: str, other: str) -> bool:
    """Whether two columns part the rows in the same way, such as a number and its name."""
    both = table[[one, other]].head(ROWS).dropna().astype(str)
    pairs = len(both.drop_duplicates())
    return pairs == both[one].nunique() == both[other].nunique()


def is_label(header: str) -> bool:
    """Whether a column's name may mean a label."""
    return likeness(LABEL, header) >= PERHAPS - 0.1 and not is_aside(header) and not is_id(header)


def nest(table: pd.DataFrame, one: str, other: str) -> bool:
    """Whether one of two columns parts the groups further into which the other sorts the rows."""
    if has_lists(table[one]) or has_lists(table[other]):
        return False
    both = table[[one, other]].head(ROWS).dropna().astype(str)
    counts = sorted([both[one].nunique(), both[other].nunique()])
    return 1 < counts[0] < counts[1] < 0.9 * len(both) and len(both.drop_duplicates()) == counts[1]


def who_or_when(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether what is to be recognised, or the score, would be who wrote a row, or a date."""
    return any(
        to in JUDGED and said.column(name, to) is None
        and (tells_who_or_when(header) or given.held[offer.given][header].is_time)
        for name, offer in one.offers.items()
        for to, (header, _) in offer.columns.items()
    )  # fmt: skip


def how_content(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether what is right would be how content somebody was, which judges a service rather than two texts."""
    return any(
        to in JUDGED and said.column(name, to) is None and tells_satisfaction(header) and not _are_compared(offer)
        for name, offer in one.offers.items()
        for to, (header, _) in offer.columns.items()
    )


def _are_compared(offer: Offer) -> bool:
    """Whether the names of both texts say that they are compared with one another."""
    sides = [(side, offer.columns.get(side.name, ("", 0))[0]) for side in COMPARED]
    return all(likeness(side, header) >= SQUEEZED for side, header in sides)


def by_machine(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether what is right would be what a machine has scored: models would be ranked by how like it they are."""
    return any(
        to in JUDGED and said.column(name, to) is None and tells_machine(header)
        for name, offer in one.offers.items()
        for to, (header, _) in offer.columns.items()
    )


def another_score(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether another column compares the two texts by its name too, and neither name says that a person did."""
    if one.task != "sts" or one.missing:
        return False
    for name, offer in one.offers.items():
        score = offer.columns["score"][0]
        if said.column(name, "score") is not None or is_by_person(score) or {score} & {*SETTLED}:
            continue
        over = {header: held for header, held in given.held[offer.given].items()
                if header not in {of for of, _ in offer.columns.values()}}  # fmt: skip
        if any(_compares(header, held) for header, held in over.items()):
            return True
    return False


def _compares(header: str, held: Facts) -> bool:
    if held.numbers <= 0.5 or held.is_constant or held.is_running or is_id(header) or tells_machine(header):
        return False
    return likeness(SIMILARITY, header) >= AT_END and header not in SETTLED and not is_aside(header)


def pairs_judged_twice(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether both a score and a yes or no stand beside pairs: either is a task of its own."""
    if one.task not in PAIRED or said.task is not None:
        return False
    return any(
        other_judgements(one.task, {to: of for to, (of, _) in offer.columns.items()}, given.held[offer.given])
        for offer in one.offers.values()
    )


def other_judgements(task: str, columns: Mapping[str, str], held: Mapping[str, Facts]) -> list[str]:
    """The columns by which the same pairs would be judged for the other of the two tasks of pairs."""
    used = {*columns.values()}
    if task == "sts":
        return [header for header, facts in held.items() if header not in used and _says_yes_or_no(header, facts)]
    if task != "pair_classification" or not held[columns["label"]].values:
        return []
    return [
        header for header, facts in held.items() if header not in used and is_closeness(header, facts)
        and (facts.has_fractions or len(facts.values) > 2 or not facts.values)
    ]  # fmt: skip


def _says_yes_or_no(header: str, held: Facts) -> bool:
    """Whether a column is called like a label of pairs, or not at all, and holds one of two."""
    if len(held.values) != 2 or fit("pair_classification", ALIKE, held) < 0.7 or is_aside(header):
        return False
    return likeness(ALIKE, header) >= AT_END or ((is_unnamed(header) or header in SETTLED) and held.is_binary)


def telling(columns: Mapping[str, str], table: pd.DataFrame, held: Mapping[str, Facts]) -> list[str]:
    """The columns that a reading {task's column: given column} leaves over, and that may say what is right."""
    used = [*columns.values()]
    labels = [header for to, header in columns.items() if to in JUDGED and header in held]
    return [
        header for header, facts in held.items()
        if header not in used and _may_matter(header, facts) and not is_category(header, facts, used)
        and not (facts.values and any(held[one].values and _sort_alike(table, one, header) for one in labels))
    ]  # fmt: skip


def _may_matter(header: str, held: Facts) -> bool:
    """Whether name or content are those of a label, a score, a query or a wrong answer."""
    if held.is_constant or not held.rows or held.is_running or held.is_padded or held.is_time:
        return False
    if is_id(header) or is_aside(header):
        return False
    if any(likeness(meant, header) >= AT_END for meant in TELLING):
        return True
    return held.is_binary or says_right(held)
