"""How surely is one given column the one that a task means: by its name and by what it holds?"""

from collections.abc import Mapping, Sequence

from engine.datasets.recognition.directions import is_graded_down, is_measure
from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import (
    AT_END,
    PERHAPS,
    SQUEEZED,
    is_aside,
    is_id,
    is_reply,
    is_similar,
    is_unnamed,
    likeness,
    requests,
    tells_satisfaction,
    tells_who_or_when,
)
from engine.texts import column_names, label_words
from engine.texts.column_names import names, plain
from engine.types import Column

BY_CONTENT = 0.35
"""How much a column counts that nothing but its content speaks for, and others could take its place."""
ALONE = 0.55
"""How much if no other column could."""
RENAMED = 0.4
"""What is left of a column found by its content if its name means something else."""
SPOILT = 0.9
"""Numbers are to stand here by the column's own name, but words do: to be mended, not passed over."""
MEASURED = 0.8
"""How well numbers fit a score whose name says that they measure distances."""
UNLIKELY = 0.8
"""What is left of a column found by its content that tells who wrote a row, or when."""
ASIDE = 0.7
"""What is left of a score that is called so only in part, and by the rest of its name something else."""
GRADED = {("pair_classification", "label")}
"""Numbers that are 0 or 1, or words that can be told to be."""
ASKING = 0.85
"""How much a ticket's text or title counts as what is asked, where its resolution stands beside it."""
IN_WORDS = {("retrieval", "score"), ("reranking", "score"), ("sts", "score")}
"""Numbers that grade documents or compare texts, or words that do."""
PLACED = {("retrieval", "score"), ("reranking", "score")}
"""Numbers that grade documents, perhaps from the best down."""
GRADES = 6
"""Words that grade, at most."""
TOLD = 3.0
"""Words from which a text is one whatever its name says of who wrote it."""
WRITTEN = 1.2
"""Words from which what stands under a name of ids is a text, and no id."""
RIGHT = {"document", "positive", "sentence1", "sentence2"}
NEGATIVE = column_names.column("negative", "texts", "negative")
QUERY, TITLE = column_names.column("query", "text", "query"), column_names.column("title", "text", "title")
BODY = column_names.column("document", "text", "document")
ANSWER_IDS = ("answer_id", "answerid", "aid", "ans_id", "reply_id", "回答id", "答案id")
SAME = 0.15
"""The share of different texts of a column without a name, at most, that says the same of all."""
ONE_EACH = {"document", "positive", "negative", "sentence1", "sentence2"}
"""Texts of which each row has one of its own."""
TITLED = 0.5
"""How well a title fits, at least, that is called so and is the same wherever there is one."""
VARIED = {("reranking", "score"), ("sts", "score")}
"""Numbers that tell nothing if they are all the same."""


def strengths(task: str, wanted: Sequence[Column], given: Mapping[str, Facts]) -> dict[tuple[str, str], float]:
    """{(wanted column, given column): 0..1}, where anything speaks for it."""
    able_for = {header: [one for one in wanted if not _is_written_out(one, header, held, wanted)]
                for header, held in given.items()}  # fmt: skip
    fits = {
        (column.name, header): max(fit(task, column, held), MEASURED * _measures(task, column, header, held))
        if column in able_for[header] else 0.0
        for column in wanted for header, held in given.items()
    }  # fmt: skip
    found, same = {}, _telling_nothing(given)
    for column in wanted:
        fitting = [header for header in given if fits[column.name, header] >= 0.5]
        able = [header for header in fitting if not _means_more(column, header, able_for[header], fits)]
        rivals = sum(_family(other) == _family(column) and other.required for other in wanted)
        for header, held in given.items():
            if (column.name in RIGHT and _is_wrong(header)) or (column.name in ONE_EACH and header in same):
                continue
            if column.name == "query" and held.is_formula and header in same:
                continue
            own = _strength(task, column, header, held, fits[column.name, header], able_for[header])
            is_wanted = column.required or (column.name == "title" and is_unnamed(header))
            by_content = is_wanted and header in able and (column.kind != "texts" or is_unnamed(header))
            by_content &= not (column.kind == "text" and held.words < TOLD and tells_who_or_when(header))
            if by_content and (column.kind == "id" or not is_id(header)):
                alone = (ALONE if len(able) <= rivals else BY_CONTENT) * fits[column.name, header]
                own = max(own, alone * (UNLIKELY if _is_unlikely(column, header, held) else 1.0))
            if own:
                found[column.name, header] = own
    if not {"query", "document"} <= {column.name for column in wanted}:
        return found
    return _as_asked(_as_similar(_as_numbered(found, given), given), given)


def _telling_nothing(given: Mapping[str, Facts]) -> set[str]:
    """The columns without names that say nearly the same in every row, as a licence does, beside two texts or more."""
    texts = [header for header, held in given.items() if _text(held) >= 0.3]
    same = {one for one in texts if is_unnamed(one) and (given[one].is_formula or given[one].distinct <= SAME)}
    return same if len(texts) - len(same) >= 2 else set()


def _as_numbered(found: dict[tuple[str, str], float], given: Mapping[str, Facts]) -> dict[tuple[str, str], float]:
    """Where both a question's id and an answer's stand beside a title and a text, the title asks, the text answers."""
    texts = [header for header, held in given.items() if _text(held)]
    titles, bodies = ([header for header in texts if likeness(meant, header) >= SQUEEZED] for meant in (TITLE, BODY))
    ids = {plain(header) for header in given if is_id(header)}
    if len(titles) != 1 or not bodies or titles == bodies or not ids & {*names("query_id")}:
        return found
    if not ids & {*ANSWER_IDS} or any(likeness(QUERY, header) >= SQUEEZED for header in texts):
        return found
    asked = {("query", titles[0]): ASKING * _text(given[titles[0]])}
    return found | {pair: max(sure, found.get(pair, 0.0)) for pair, sure in asked.items()}


def _as_similar(found: dict[tuple[str, str], float], given: Mapping[str, Facts]) -> dict[tuple[str, str], float]:
    """Other ways to ask beside a question are what it is compared with, though their name says that they ask."""
    if not any(likeness(QUERY, header) >= SQUEEZED and not is_similar(header) for header in given):
        return found
    more = {("document", header): ALONE for header, held in given.items() if is_similar(header) and _text(held)}
    return more | found


def _is_written_out(column: Column, header: str, held: Facts, wanted: Sequence[Column]) -> bool:
    """Whether texts stand under a name of ids, such as `topic`, that another column of the table has for its texts."""
    if column.kind != "id" or is_id(header) or held.words <= WRITTEN or _text(held) < 0.5:
        return False
    return any(one.kind == "text" and likeness(one, header) >= PERHAPS - 0.1 for one in wanted)


def _is_wrong(header: str) -> bool:
    """Whether its name says that a column holds what does not answer: it is no document, whatever it holds."""
    return likeness(NEGATIVE, header) >= SQUEEZED


def _measures(task: str, column: Column, header: str, held: Facts) -> bool:
    """Whether it compares two texts by how far they lie apart, as edit distances that are all different do."""
    return (task, column.name) == ("sts", "score") and held.numbers > 0.9 and is_measure(header)


def _is_unlikely(column: Column, header: str, held: Facts) -> bool:
    """Whether it tells who wrote a row, when, or how content they were: hardly ever what is to be recognised."""
    if column.kind == "label" and (tells_satisfaction(header) or plain(header) in names("count")):
        return True
    return column.kind in ("label", "number") and (held.is_time or tells_who_or_when(header))


def _as_asked(found: dict[tuple[str, str], float], given: Mapping[str, Facts]) -> dict[tuple[str, str], float]:
    """Where a column answers, such as a ticket's resolution, title and text of the ticket ask and are no documents."""
    replies = {header for header in given if is_reply(header) and ("document", header) in found}
    asking = {header: ASKING * requests(header) * _text(given[header]) for header in given if requests(header)}
    if not replies or not any(asking.values()):
        return found
    backwards = {*(("query", header) for header in replies), *(("document", header) for header in asking)}
    kept = {pair: sure for pair, sure in found.items() if pair not in backwards}
    more = {("query", header): max(sure, kept.get(("query", header), 0)) for header, sure in asking.items() if sure}
    return kept | more


def _family(column: Column) -> str:
    """Columns of texts and of lists of texts contend for the same ones."""
    return column.kind.removesuffix("s")


def _strength(task: str, column: Column, header: str, held: Facts, fitting: float, wanted: Sequence[Column]) -> float:
    """How surely the header's column is the task's by its name, given how well its content fits."""
    named = likeness(column, header)
    if (task, column.name) in PLACED and fitting and is_graded_down(header):
        beside = any(one.name == "corpus_id" for one in wanted)
        named = max(named, AT_END * beside)  # places of documents, the first of them the best
    if not named or (not column.required and named < 0.5):
        return 0.0
    if column.kind == "number" and named == 1.0 and held.rows and not held.is_running and held.numbers <= 0.5:
        return SPOILT if (task, column.name) not in GRADED or fitting else 0.0
    if column.kind == "number" and named <= AT_END and is_aside(header):
        named *= ASIDE  # the scores of a model beside those of people
    if held.has_lists and column.name == "corpus_id" and named > 0.8:
        return 0.9 * named  # all candidates of a query in one cell
    if not fitting or (held.is_constant and not column.required and named < SQUEEZED):
        return 0.0
    if column.name == "title" and not column.required and held.is_constant and named >= SQUEEZED:
        fitting = max(fitting, TITLED)  # it tells few documents apart, or none, and is read with all of them
    other = max((likeness(one, header) for one in wanted if one.name != column.name), default=0.0)
    return named * (0.5 + 0.5 * fitting) * (0.5 if other > named else 1.0)


def _means_more(column: Column, header: str, wanted: Sequence[Column], fits: Mapping[tuple[str, str], float]) -> bool:
    """Whether the header's name is rather that of another column of the same table, whose place it could take."""
    own = likeness(column, header)
    others = [one for one in wanted if one.name != column.name and (one.required or fits[one.name, header])]
    return any(likeness(one, header) > max(own, 0.5) for one in others if fits[one.name, header] or one.kind != "text")


def fit(task: str, column: Column, held: Facts) -> float:
    """How well what a column holds fits the task's, in 0..1; 0 rules it out."""
    match column.kind:
        case "text":
            return _text(held)
        case "id":
            return _id(held)
        case "number":
            varied = column.required and (task, column.name) in VARIED
            if (task, column.name) in IN_WORDS and held.numbers <= 0.5:
                return _words(held, documents=task != "sts")
            return _grade(held) if (task, column.name) in GRADED else _number(held, varied)
        case "label":
            return _label(held)
        case "texts":
            return 1.0 if held.has_lists else 0.6 * _text(held)


def _text(held: Facts) -> float:
    """The longer and the more varied, the rather a text; numbers, ids and constants are none."""
    if held.has_lists or held.is_code or held.is_running or held.is_padded or held.numbers > 0.5 or not held.rows:
        return 0.0
    if held.is_time or held.is_link or held.is_binary:
        return 0.0
    if held.is_constant or held.has_objects:
        return 0.05
    varied = 1.0 if held.distinct > 0.5 else 0.75 if held.distinct > 0.15 else 0.45
    long = 1.0 if held.words >= 2.5 else 0.85 if held.words > 1.2 else 0.6
    return varied * long


def _id(held: Facts) -> float:
    if held.has_lists or held.has_objects or not 0 < held.length < 60 or held.has_fractions:
        return 0.0
    if held.is_running or held.is_padded:
        return 1.0
    return 0.3 if held.blanks else 0.9


def _number(held: Facts, varied: bool) -> float:
    """Whole numbers that only rise count the rows and nothing else; so do numerals with leading zeros."""
    if held.numbers <= 0.5 or held.is_padded or held.is_running or held.is_time:
        return 0.0
    if held.is_constant:
        return 0.0 if varied else 0.4
    if held.has_fractions or held.values:
        return 1.0
    return 0.4 if held.distinct > 0.9 else 0.8


def _grade(held: Facts) -> float:
    """Whether two texts are alike: 0 and 1, or few words or grades of which a person can say it."""
    if held.is_binary:
        return 1.0 if not held.is_constant else 0.3
    is_few = 1 < len(held.values) <= 5 and held.words <= 3
    if not is_few or held.has_fractions:
        return 0.0
    told = label_words.words("alike") | label_words.words("unlike")
    return 0.7 if held.numbers > 0.5 or any(plain(one) in told for one in held.values) else 0.3


def _words(held: Facts, *, documents: bool) -> float:
    """Whether words grade: surely where their order is known, or which of two says that it is right."""
    if not 1 < len(held.values) <= GRADES or held.words > 4:
        return 0.0
    if label_words.ranks(held.values):
        return 0.9
    told = label_words.words("alike") | label_words.words("unlike")
    if not documents:
        return 0.0
    return 1.0 if len(held.values) == 2 and all(plain(one) in told for one in held.values) else 0.3


def _label(held: Facts) -> float:
    if held.has_lists:
        return 0.1 if held.distinct > 0.9 and held.rows > 2 else 0.9 if held.words <= 5 else 0.4
    if not held.rows or held.has_objects or held.is_running or held.has_fractions:
        return 0.0
    if held.is_time:
        return 0.5  # asked about where nothing else could be it
    if held.distinct > 0.9 and held.rows > 2:
        return 0.1
    short = 1.0 if held.words <= 5 else 0.4
    return short * (1.0 if held.distinct <= 0.5 else 0.6) * (0.3 if held.is_constant else 1.0)
