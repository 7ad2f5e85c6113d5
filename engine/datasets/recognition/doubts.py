"""What of a reading can only a person settle, however likely it is?"""

from collections.abc import Callable, Sequence

from engine.datasets.reading.choices import Choices
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.closeness import GRADE, passed_over
from engine.datasets.recognition.directions import is_inverse, is_undirected
from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import AT_END, PERHAPS, is_aside, is_id, is_similar, is_unnamed, likeness
from engine.datasets.recognition.judgements import says_right
from engine.datasets.recognition.labels import (
    ALIKE,
    another_label,
    another_score,
    by_machine,
    how_content,
    pairs_judged_twice,
    who_or_when,
)
from engine.datasets.recognition.plausibility import LANGUAGES
from engine.datasets.recognition.readings import Candidate, Given
from engine.datasets.recognition.strength import ALONE
from engine.readers.nested.chats import ANSWER, QUESTION
from engine.readers.nested.grades import calls_right, is_retrieved
from engine.texts import column_names
from engine.texts.column_names import column, plain
from engine.texts.languages import commonest

TITLE = column("title", "text", "title")


def in_doubt(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether it leaves over, or takes, what may be meant otherwise, and nothing has been said about that."""
    return any(doubt(one, given, said) for doubt in DOUBTS)


def _halves(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether it leaves over a table like one that it uses, which is by its name neither a split nor another part."""
    if said.tables:
        return False
    used = {offer.given for offer in one.offers.values()}
    own = {part for name in used for part in given.parts.get(name, ())}
    if own:
        return True
    return any(
        not (names.split(name) and names.rest(name) and not names.rest(other)) and
        {*given.held[name]} == {*given.held[other]} and not names.are_splits(name, other)
        and not names.differ(name, other)
        for name in given.held if name not in used
        for other in used
    )  # fmt: skip


def _turned(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether numbers of a table that it uses fall, by their name, the more alike two texts are, such as a distance."""
    if said.invert is not None or said.alike:
        return False
    if said.threshold is not None:
        return _undirected(one)
    asked = {offer.columns["label"][0] for offer in one.offers.values() if "label" in offer.columns}
    asked = asked if one.task == said.task == "pair_classification" else set()  # its own question follows
    if _undirected(one):
        return True
    held = [pair for offer in one.offers.values() for pair in given.held[offer.given].items() if pair[0] not in asked]
    return any(is_inverse(header) and facts.numbers > 0.5 and not facts.is_running for header, facts in held)


def _undirected(one: Candidate) -> bool:
    """Whether a header says what its numbers mean, and not in words that tell whether they rise or fall."""
    return one.task not in ("classification", "clustering") and any(
        is_undirected(offer.columns[to][0])
        for offer in one.offers.values() for to in ("score", "label", "relevance") if to in offer.columns
    )  # fmt: skip


def _texts_over(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether a column without a name is left over that holds texts: it may belong to those that are used."""
    return not said.tables and any(is_unnamed(header) for header, _ in _over(one, given, _is_text))


def _third_language(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether one of three languages side by side is left over."""
    if one.task != "bitext_mining" or _is_said(one, said, "sentence1", "sentence2"):
        return False
    return any(not is_aside(header) and not is_id(header) for header, _ in _over(one, given, _is_text))


def _closeness_over(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether every pair would count as right, and numbers are left over that say how close the texts are."""
    return any(
        passed_over(one.task, name, {to: of for to, (of, _) in offer.columns.items()}, given.held[offer.given])
        and said.column(name, "score") is None
        for name, offer in one.offers.items()
    )


def _grades_over(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether every document would count as an answer, and a column that grades them is left over."""
    if one.task != "retrieval" or {*one.offers} - {"pairs", "samples"} or said.column("pairs", "score") is not None:
        return False
    ((name, offer),) = one.offers.items()
    if given.unjudged(one.task, name, offer):
        return True
    return (
        name == "pairs"
        and "score" not in offer.columns
        and any(
            max(likeness(GRADE, header), likeness(ALIKE, header)) >= AT_END
            and not held.is_constant
            and (held.numbers > 0.5 or says_right(held))
            for header, held in _over(one, given, lambda held: bool(held.values))
        )
    )


def _judged_by_content(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether nothing but what it holds says that a column grades the documents."""
    return any(
        "score" in offer.columns and offer.columns["score"][1] <= ALONE and said.column(name, "score") is None
        and offer.columns["score"][0] in given.judging(one.task, name, offer)
        for name, offer in one.offers.items()
    )  # fmt: skip


def _found_by_search(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether every document counts as right, though its column's name says that a search or a model gave it."""
    return one.task in ("retrieval", "reranking") and any(
        is_retrieved(offer.columns[side][0]) and not calls_right(offer.columns[side][0])
        and said.column(name, side) is None
        for name, offer in one.offers.items() if "score" not in offer.columns
        for side in ("document", "positive") if side in offer.columns
    )  # fmt: skip


def _found_or_right(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether contexts count as right that a system may have found, and what is right stands beside them."""
    return one.task in ("retrieval", "reranking") and any(
        plain(offer.columns["positive"][0]) in column_names.names("found_by_system")
        and said.column(name, "positive") is None
        and {*map(plain, given.held[offer.given])} & {*column_names.names("expected")}
        and not {*map(plain, given.held[offer.given])} & {*column_names.names("test_set")}
        for name, offer in one.offers.items() if "positive" in offer.columns
    )  # fmt: skip


def _titles(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether a labelled text has a title: some join the two, some leave one of them out."""
    if any("label" in offer.columns and "title" in offer.columns for offer in one.offers.values()):
        return not _is_said(one, said, "title", "text")
    if not any({"label", "text"} <= {*offer.columns} for offer in one.offers.values()) or _is_said(one, said, "text"):
        return False
    return any(likeness(TITLE, header) >= AT_END for header, _ in _over(one, given, _is_text))


def _one_language(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether what would be translations of one another is in one language, and no name says that they are."""
    if one.task != "bitext_mining" or one.missing or _is_said(one, said, "sentence1", "sentence2"):
        return False
    (offer,) = one.offers.values()
    headers = [offer.columns[side][0] for side in ("sentence1", "sentence2")]
    if all(max(likeness(side, header) for side in LANGUAGES) >= PERHAPS - 0.1 for header in headers):
        return False
    held = [given.held[offer.given][header] for header in headers]
    if held[0].script != held[1].script:
        return False
    spoken = [commonest(given.tables[offer.given][header].dropna().astype("str")) for header in headers]
    return spoken[0] == spoken[1] or "" in spoken


def _ways_to_ask(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether other ways to ask a question would be the documents that it finds: rather they are to find it."""
    return one.task in ("retrieval", "bitext_mining") and any(
        is_similar(offer.columns[side][0]) and said.column(name, side) is None
        for name, offer in one.offers.items()
        for side in ("document", "positive", "sentence2") if side in offer.columns
    )  # fmt: skip


def _of_chats(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether it takes the first turns of chats for questions and what answers them."""
    return any(
        header in (QUESTION, ANSWER) and said.column(name, to) is None
        for name, offer in one.offers.items() for to, (header, _) in offer.columns.items()
    )  # fmt: skip


def _scored_translations(one: Candidate, given: Given, said: Choices) -> bool:
    """Whether two texts that a score compares are in two scripts: mined translations come with one too."""
    if one.task != "sts" or one.missing or said.task is not None:
        return False
    (offer,) = one.offers.values()
    scripts = {given.held[offer.given][offer.columns[side][0]].script for side in ("sentence1", "sentence2")}
    return len(scripts) == 2 and 0 not in scripts


def _over(one: Candidate, given: Given, judge: Callable[[Facts], bool]) -> list[tuple[str, Facts]]:
    """The columns of its tables that it leaves over and that are of this kind."""
    return [
        (header, held) for offer in one.offers.values() for header, held in given.held[offer.given].items()
        if header not in {used for used, _ in offer.columns.values()} and judge(held)
    ]  # fmt: skip


def _is_text(held: Facts) -> bool:
    return held.distinct > 0.5 and held.words > 1.2 and held.numbers < 0.1 and not held.is_link


def _is_said(one: Candidate, said: Choices, *columns: str) -> bool:
    return all(said.column(name, column) is not None for name in one.offers for column in columns)


DOUBTS: Sequence[Callable[[Candidate, Given, Choices], bool]] = (
    _halves, _turned, _texts_over, _third_language, another_label, another_score, who_or_when, by_machine, how_content,
    pairs_judged_twice,
    _closeness_over,
    _grades_over, _judged_by_content, _found_by_search, _found_or_right, _titles,
    _one_language, _scored_translations, _ways_to_ask, _of_chats,
)  # fmt: skip
