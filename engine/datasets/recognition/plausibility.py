"""Would a task make sense of the whole table: who is asked, what answers, and what would be left over?"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from engine.datasets.recognition.directions import is_inverse, is_place
from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import (
    AT_END,
    WITH_FILLER,
    claims,
    is_aside,
    is_by_person,
    is_id,
    is_reply,
    is_unnamed,
    likeness,
    requests,
    serves,
    tells_machine,
)
from engine.datasets.recognition.judgements import is_scale
from engine.datasets.recognition.strength import ALONE
from engine.texts import label_words
from engine.texts.column_names import column, plain

QUERY, DOCUMENT = column("query", "text", "query"), column("document", "text", "document")
LABEL, GRADE = column("label", "label", "label"), column("score", "number", "grade")
SIMILARITY = column("score", "number", "similarity")
LANGUAGES = (column("source", "text", "source_language"), column("target", "text", "target_language"))
SERVED = 0.3
"""How much of a claim is left where a column of the same meaning is used, as an answer beside its context."""
ABSTRACTS = {"abstract", "摘要"}
"""What a paper's title stands before."""
LIKELY = 0.5
"""As much as a name says at least that may mean a label."""
PROMPT, VARIED = 0.6, 0.8
"""Shares of different cells: of a text that others share at most, and of those at least."""
GRADED = 0.9
"""What is left of queries that are as few as labels, where what stands beside their documents is called a grade."""
NAMED = 0.85
"""As sure as a name makes a column whose content fits."""
Sides = Mapping[str, tuple[str, Facts, float]]
"""{task's column: (given column, what it holds, how surely it is that one)}"""


def plausibility(task: str, name: str, sides: Sides) -> float:
    """How much sense the reading of one table makes, in 0..1: whether these can be its two texts, or who is asked."""
    judge = SENSES.get((task, name))
    return judge(sides) if judge else 1.0


def preference(task: str, name: str, sides: Sides) -> float:
    """How much rather such a table is made for this task than for others, in 0..1, where no task is named."""
    judge = PREFERENCES.get((task, name))
    return judge(sides) if judge else 1.0


def left_over(header: str, held: Facts, sides: Mapping[str, tuple[str, Facts]]) -> float:
    """What a reading {task's column: (given column, what it holds)} is worth that leaves this column over, in 0..1."""
    longest, used = max((one.words for _, one in sides.values()), default=0.0), sorted(of for of, _ in sides.values())
    if held.is_constant or not held.rows or is_id(header):
        return 1.0
    scores = [of for to, (of, _) in sides.items() if to in ("score", "relevance")]
    if any(map(tells_machine, scores)) and held.numbers > 0.5 and not held.is_running and _rates(header):
        return 0.55  # a person's score beside a machine's
    if held.numbers > 0.5 and tells_machine(header) and any(not tells_machine(of) for of in scores):
        return 0.97
    is_judging = bool(held.values) or (held.numbers > 0.5 and not held.is_running)
    if is_by_person(header) and is_judging and not any(map(is_by_person, used)):
        return 0.55  # what a person said of it is the judgement
    if held.numbers > 0.5 and any(map(is_by_person, used)) and not is_by_person(header):
        return 0.97  # what a machine scored
    if grades(header, held) and any(map(is_place, used)):
        return 0.55  # what somebody said of documents judges them, not where they stood
    if is_place(header) and any(likeness(GRADE, one) >= WITH_FILLER for one in used):
        return 0.97
    if is_inverse(header) and not held.is_running and (held.numbers > 0.5 or held.values):
        return 0.97 if any(map(is_inverse, used)) else 0.55  # it judges the texts, the other way round
    if requests(header) and any(map(is_reply, used)) and any(map(requests, used)):
        return 0.97  # title and text of a ticket ask the same
    if said := claims(header):
        is_sorting = is_category(header, held, used) and not _is_prompt(sides, "query", "document")
        is_served = any(serves(one, header) for one in used) or is_sorting or _is_prompting(held, sides)
        said *= SERVED if is_served else 1.0
        return 1.0 - 0.45 * said if not held.is_running else 1.0
    if is_aside(header) or held.is_running or held.is_padded:
        return 1.0
    if held.has_lists or held.has_objects:
        return 0.85
    is_text = held.numbers < 0.1 and held.distinct > 0.5 and held.words >= 2.5 and not (held.is_code or held.is_link)
    if is_text:
        longer = 0.9 if held.words > 1.5 * longest else 1.0
        return longer * (0.75 if is_unnamed(header) else 0.88)
    is_grade = held.numbers > 0.9 or (held.distinct <= 0.5 and bool(held.values))
    return 0.85 if is_grade and is_unnamed(header) else 1.0


def _rates(header: str) -> bool:
    """Whether its name says that a column rates, and not that a machine did."""
    likely = max(likeness(meant, header) for meant in (SIMILARITY, GRADE, LABEL))
    return not tells_machine(header) and (is_by_person(header) or likely >= AT_END)


def grades(header: str, held: Facts) -> bool:
    """Whether a column holds a few grades, and is called so."""
    if len(held.values) < 2 or is_place(header) or likeness(GRADE, header) < WITH_FILLER:
        return False
    return is_scale(held) or held.numbers <= 0.5


def _is_prompt(sides: Mapping[str, tuple[str, Facts]], one: str, other: str) -> bool:
    """Whether many different texts share one of another column, as the answers to a prompt do."""
    return {one, other} <= {*sides} and sides[one][1].distinct < PROMPT < VARIED < sides[other][1].distinct


def _is_prompting(held: Facts, sides: Mapping[str, tuple[str, Facts]]) -> bool:
    """Whether a column left over is such a prompt of labelled texts."""
    return {"text", "label"} <= {*sides} and _is_prompt({**sides, "query": ("", held)}, "query", "text")


def is_category(header: str, held: Facts, used: Sequence[str]) -> bool:
    """Whether a column sorts questions with their answers, as FAQ lists do, and does not judge them."""
    if likeness(LABEL, header) < WITH_FILLER or held.numbers > 0.5:
        return False
    judging = label_words.words("alike") | label_words.words("unlike")
    if any(plain(one) in judging for one in held.values):
        return False
    return all(any(likeness(side, one) >= NAMED for one in used) for side in (QUERY, DOCUMENT))


def _sentences(sides: Sides) -> float:
    """Two texts of one kind: about as long, neither of them a question that many answers share."""
    (one, first, _), (two, second, _) = sides["sentence1"], sides["sentence2"]
    worth = 1.0
    if max(first.words, second.words) > 3 * max(1.0, min(first.words, second.words)):
        worth *= 0.75
    if min(first.distinct, second.distinct) < 0.6 < max(first.distinct, second.distinct):
        worth *= 0.8
    if likeness(QUERY, one) >= ALONE and likeness(DOCUMENT, two) >= 0.5:
        worth *= 0.75
    return worth


def _compared(sides: Sides) -> float:
    """Two texts that numbers compare: distances and fractions are no grades of documents, whatever the texts are."""
    header, held, _ = sides["score"]
    return 1.0 if is_inverse(header) or held.has_fractions else _sentences(sides)


def _sts(sides: Sides) -> float:
    held = sides["score"][1]
    if sides["score"][2] > NAMED:
        return 1.0
    return 0.75 if held.is_binary else 0.85 if len(held.values) in (2, 3) else 1.0


def _pair_classification(sides: Sides) -> float:
    held = sides["label"][1]
    named = 1.0 if sides["label"][2] > ALONE else 0.85
    return named * (1.0 if held.is_binary else 0.95 if held.numbers < 0.5 else 0.85)


def _bitext(sides: Sides) -> float:
    (one, first, _), (two, second, _) = sides["sentence1"], sides["sentence2"]
    languages = min(max(likeness(side, header) for side in LANGUAGES) for header in (one, two))
    if min(first.distinct, second.distinct) < 0.6:
        return 0.7 * _sentences(sides)
    if first.script != second.script and first.script and second.script:
        return 1.0 if not (likeness(QUERY, one) >= 0.9) else 0.8
    return _sentences(sides) * (1.0 if languages >= 0.5 or (one, two) == ("sentence1", "sentence2") else 0.7)


def _asked(sides: Sides) -> float:
    """Something says which text asks and which answers: a name, or that many answers share a question."""
    named = max(sides[side][2] for side in ("query", "document", "positive") if side in sides)
    if sides["query"][2] > ALONE or ("positive" in sides and sides["positive"][2] > ALONE):
        return 1.0
    if {"positive", "negative"} <= {*sides} and all(is_unnamed(header) for header, _, _ in sides.values()):
        return 0.95  # three texts in a row and nothing else: most likely a triplet
    return 0.85 if named > ALONE else 0.6


def _named_apart(sides: Sides) -> float:
    """Ids tell as many texts apart as there are: a running number of rows is no query's id."""
    worth = 1.0
    if "query_id" in sides and abs(sides["query_id"][1].distinct - sides["query"][1].distinct) > 0.05:
        worth *= 0.6
    if "document_id" in sides and sides["document_id"][1].distinct < sides["document"][1].distinct - 0.05:
        worth *= 0.8
    return worth


def _judged_pairs(sides: Sides) -> float:
    held = sides["query"][1]
    is_named = "query_id" in sides or sides["query"][2] > NAMED
    few = GRADED if "score" in sides and sides["score"][2] > ALONE else 0.5
    labels = 1.0 if is_named or held.distinct >= 0.3 or not held.values else few  # so few texts are labels
    return _asked(sides) * _named_apart(sides) * labels


def _retrieval(sides: Sides) -> float:
    if "score" not in sides or sides["score"][1].is_constant:
        return 1.0
    return 0.75 if sides["query"][1].distinct < 0.9 else 0.9


def _reranking(sides: Sides) -> float:
    held = sides["score"][1]
    return (1.0 if sides["query"][1].distinct < 0.9 else 0.75) * (0.8 if held.has_fractions or not held.values else 1.0)


def _labelled(sides: Sides) -> float:
    (header, held, _) = sides["label"]
    if likeness(GRADE, header) >= NAMED and likeness(LABEL, header) < LIKELY:
        return 0.85  # relevance is recognised in a text alone by nobody
    return 0.8 if held.is_binary and header.lower() in ("label", "score") else 1.0


def _summaries(sides: Sides) -> float:
    """Few people have summaries, and those who do call them so."""
    return 1.0 if max(sides[side][2] for side in ("machine_summary", "human_summaries")) > ALONE else 0.6


def _titled(sides: Sides) -> float:
    """A title is shorter than its text; where only their content speaks for both, much so."""
    (header, title, sure), (body, text, known) = sides["title"], sides["text"]
    if is_aside(header):
        return 0.3
    if title.missing > 0.1 and sure <= ALONE:
        return 0.4  # keywords, rather
    if sure > ALONE:
        return 1.0 if known > ALONE or plain(body) in ABSTRACTS else 0.6
    return 1.0 if title.words * 1.5 < text.words else 0.6


Judges: TypeAlias = Mapping[tuple[str, str], Callable[[Sides], float]]
SENSES: Judges = {
    ("sts", "pairs"): _compared,
    ("pair_classification", "pairs"): _sentences,
    ("bitext_mining", "pairs"): _bitext,
    ("retrieval", "pairs"): _judged_pairs,
    ("retrieval", "samples"): _asked,
    ("reranking", "pairs"): _judged_pairs,
    ("reranking", "samples"): _asked,
    ("clustering", "sets"): lambda sides: 1.0 if all(held.has_lists for _, held, _ in sides.values()) else 0.3,
    ("summarization", "texts"): lambda sides: 1.0 if sides["relevance"][1].has_lists else 0.1,
    ("retrieval", "corpus"): lambda sides: _titled(sides) if "title" in sides else 1.0,
    ("reranking", "corpus"): lambda sides: _titled(sides) if "title" in sides else 1.0,
    ("classification", "titled"): _titled,
    ("classification", "train"): lambda sides: _titled(sides) if "title" in sides else 1.0,
    ("classification", "test"): lambda sides: _titled(sides) if "title" in sides else 1.0,
    ("clustering", "titled"): _titled,
}
PREFERENCES: Judges = {
    ("sts", "pairs"): _sts,
    ("pair_classification", "pairs"): _pair_classification,
    ("retrieval", "pairs"): _retrieval,
    ("retrieval", "samples"): lambda sides: 0.8 if "negative" in sides else 1.0,
    ("reranking", "pairs"): _reranking,
    ("classification", "labelled"): _labelled,
    ("clustering", "documents"): _labelled,
    ("summarization", "summaries"): _summaries,
}
