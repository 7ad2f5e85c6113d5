"""What is a column meant for, going by what it is called?"""

import re
from functools import lru_cache

from engine.datasets.recognition.directions import bare
from engine.texts.column_names import column, names, plain, without_notes, words
from engine.types import Column

EXACT, ALIAS, SQUEEZED, WITH_FILLER, AT_END, PERHAPS, AT_START = 1.0, 0.95, 0.85, 0.8, 0.7, 0.55, 0.5
"""How much a header says that is a column's own name, one of its others, such a name but for signs and a plural s, one
beside words that say nothing, one at the end of others (`relatedness_score`), one that may mean it, one at the
beginning of others."""
NUMBERED_LABEL = 0.75
BEHIND = re.compile(r"([^()（）\[\]【】]+?)\s*[(（\[【]([^()（）\[\]【】]+)[)）\]】]\s*")
"""A name with what tells it apart from another one in brackets behind it."""
SHORT = 2
"""Letters of a name that are too few to be looked for inside another."""
NUMBERED = re.compile(r"column \d+|unnamed: \d+|\d+|col_?\d+|field_?\d+|f\d+|_c\d+|[a-z]")
"""What readers, pandas, Spark and spreadsheets call columns without names."""


SERVED = tuple(
    column(meaning, "text", meaning)
    for meaning in ("document", "positive", "query", "first_text", "second_text", "label")
)
"""What a table needs one column for."""
SIMILAR, LAST_NUMBER = column("similar", "texts", "similar_question"), re.compile(r"[_\W]*\d{1,2}$")
REPLY, REQUEST = column("reply", "text", "reply"), column("request", "text", "request")


@lru_cache(maxsize=65536)
def likeness(meant: Column, header: str) -> float:
    """How much the header says, in 0..1, that its column is the task's; 0 where it says nothing of the kind."""
    header = bare(header)
    if "." in header and not is_id(header):  # a field inside an object: answers.correct are correct answers
        return max(_likeness(meant, header), _likeness(meant, "_".join(header.split(".")[::-1])))
    if found := BEHIND.fullmatch(without_notes(header)):  # answer (wrong) is a wrong answer
        return max(_likeness(meant, header), _likeness(meant, f"{found[2]} {found[1]}"))
    return _likeness(meant, header)


def _likeness(meant: Column, header: str) -> float:
    said = plain(header)
    if said == meant.name:
        return EXACT
    if said in meant.aliases:
        return ALIAS - 0.0005 * meant.aliases.index(said)  # the likeliest names stand first
    if _squeezed(said) in {_squeezed(name) for name in (meant.name, *meant.aliases)}:
        return SQUEEZED
    if is_id(header) and meant.kind != "id":
        return NUMBERED_LABEL if meant.kind == "label" and _is_label_id(meant, header) else 0.0
    if said in meant.perhaps:  # by its whole name, whatever words stand in it
        return PERHAPS - 0.005 * meant.perhaps.index(said)
    sure = max((_inside(words(header), words(name)) for name in (meant.name, *meant.aliases)), default=0.0)
    if _squeezed(said) in {_squeezed(name) for name in meant.perhaps}:
        return max(sure, PERHAPS - 0.005 * 9)
    return sure


def _is_label_id(meant: Column, header: str) -> bool:
    """Whether an id is that of a label, as in `Class Index` or `label_id`."""
    rest = "_".join(words(header)[:-1])
    return rest in (meant.name, *meant.aliases)


def _squeezed(said: str) -> str:
    return re.sub(r"[\W_]+", "", said).removesuffix("s")


def _inside(said: tuple[str, ...], name: tuple[str, ...]) -> float:
    """How much a name says that stands inside a header, beside other words."""
    if not name or (len(name) == 1 and len(name[0]) <= SHORT and name[0].isascii()):
        return 0.0
    rest = _without(said, name)
    if rest is None:
        return _inside_one_word(said, name)
    before, after = rest
    others = {*before, *after}
    if others & set(names("polarity")) - set(name) or (set(others) & set(names("id_words")) - set(name)):
        return 0.0
    if others <= set(names("filler")):
        return WITH_FILLER
    return AT_START if after else AT_END


def _without(said: tuple[str, ...], name: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words before and after the name; None where it is not there."""
    one = tuple(word.removesuffix("s") for word in said)
    sought = tuple(word.removesuffix("s") for word in name)
    for start in range(len(one) - len(sought), -1, -1):
        if one[start : start + len(sought)] == sought:
            return said[:start], said[start + len(sought) :]
    return None


def _inside_one_word(said: tuple[str, ...], name: tuple[str, ...]) -> float:
    """Scripts that write no blanks: 用户问题 ends with 问题."""
    sought, whole = "".join(name), "".join(said)
    if sought.isascii() or sought not in whole or len(sought) < SHORT:
        return 0.0
    return AT_END if whole.endswith(sought) else AT_START


@lru_cache(maxsize=65536)
def is_id(header: str) -> bool:
    """Whether its name says that a column holds ids: it ends with such a word, or is nothing else."""
    said = words(header)
    listed = names("id_words")
    if not said:
        return False
    return said[-1] in listed or any(said[-1].endswith(word) for word in listed if not word.isascii())


@lru_cache(maxsize=65536)
def claims(header: str) -> float:
    """How much its name says, in 0..1, that a column is there to be used."""
    header = bare(header)
    said = plain(header)
    if is_id(header) or said in names("asides") or set(words(header)) & set(names("asides")):
        return 0.0
    if said in names("claims"):
        return 1.0
    if said in names("claims", surely=False):
        return 0.6
    found = [_inside(words(header), words(name)) for name in names("claims")]
    return 0.7 if max(found) >= AT_END else 0.0


@lru_cache(maxsize=65536)
def serves(used: str, left: str) -> bool:
    """Whether a column that is used means, by its name, what another means that is left over."""
    return any(min(likeness(meant, used), likeness(meant, left)) >= AT_END for meant in SERVED)


@lru_cache(maxsize=65536)
def is_reply(header: str) -> bool:
    """Whether its name says that a column answers, such as a ticket's resolution."""
    return likeness(REPLY, header) >= SQUEEZED


@lru_cache(maxsize=65536)
def requests(header: str) -> float:
    """How much its name says, in 0..1, that a column is what is asked beside a reply, such as a ticket's text."""
    return likeness(REQUEST, header) if likeness(REQUEST, header) >= SQUEEZED else 0.0


@lru_cache(maxsize=65536)
def is_similar(header: str) -> bool:
    """Whether its name says that a column holds other ways to ask a question: `相似问`, `similar_question_2`."""
    return max(likeness(SIMILAR, header), likeness(SIMILAR, LAST_NUMBER.sub("", plain(header)))) >= SQUEEZED


@lru_cache(maxsize=65536)
def is_aside(header: str) -> bool:
    """Whether its name says that what a column holds is about the rest, such as an author or an explanation."""
    is_listed = plain(header) in names("asides") or bool(set(words(header)) & set(names("asides")))
    return is_listed or tells_who_or_when(header)


@lru_cache(maxsize=65536)
def tells_who_or_when(header: str) -> bool:
    """Whether its name says that a column holds who wrote or judged a row, or when: `annotator`, `创建时间`."""
    said = plain(header)
    listed = {*names("people"), *names("times")}
    last = words(header)[-1:]
    return said in listed or bool({*last} & listed) or any(said.endswith(one) for one in listed if not one.isascii())


@lru_cache(maxsize=65536)
def is_by_person(header: str) -> bool:
    """Whether its name says that a person judged: `human_label`, 人工判断."""
    listed = names("by_person")
    return bool({*words(header)} & {*listed}) or any(
        plain(header).startswith(one) for one in listed if not one.isascii()
    )


@lru_cache(maxsize=65536)
def tells_satisfaction(header: str) -> bool:
    """Whether its name says that a column holds how content somebody was: `How satisfied are you?`, 满意度."""
    listed = names("satisfaction")
    return bool({*words(header)} & {*listed}) or any(one in plain(header) for one in listed if not one.isascii())


@lru_cache(maxsize=65536)
def tells_machine(header: str) -> bool:
    """Whether its name says that a machine gave what a column holds, and no person: `cosine`, 模型相似度."""
    listed = names("by_machine")
    is_listed = bool({plain(header), *words(header)} & {*listed})
    return not is_by_person(header) and (is_listed or any(one in plain(header) for one in listed if not one.isascii()))


def is_unnamed(header: str) -> bool:
    """Whether a column has no name but a number."""
    return NUMBERED.fullmatch(str(header).strip().lower()) is not None
