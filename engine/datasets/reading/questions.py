"""What of the values can only a person say: which labels mean alike, how they are parted, what to test on?"""

from collections.abc import Mapping, Sequence

import pandas as pd

from engine import plugins
from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading import in_words
from engine.datasets.reading.choices import NOTHING, SHARE, Choices
from engine.datasets.reading.guess import Guess, quoted
from engine.datasets.reading.question import INVERT, LEAVE, NONE, Question, judged, unjudged
from engine.datasets.reading.values import fill_down, raters
from engine.datasets.reading.values.thresholds import MARKS, threshold
from engine.datasets.recognition.closeness import GRADED
from engine.datasets.recognition.directions import is_inverse, is_undirected, scale
from engine.datasets.recognition.readings import layouts
from engine.datasets.recognition.separators import separator
from engine.metrics.sampling import SEED
from engine.texts.column_names import called, names, plain, words
from engine.types import Column, Message, Tables, Task


def questions(tables: Tables, guess: Guess, said: Choices = NOTHING) -> list[Question]:
    """All that the reading leaves to a person, who has `said` some of it."""
    task: Task = plugins.pick(plugins.tasks(), guess.task, "task")
    layout = layouts(task)[guess.layout]
    asked = fill_down.asked(tables, guess)
    tables, _ = fill_down.filled(tables, guess, said)
    asked += [_share(guess)] if layout.asks == "test_share" else []
    for name, (given, columns) in guess.tables.items():
        for column in layout.tables[name]:
            if column.name in columns and (column.required or column.kind == "number"):
                cells = tables[given][columns[column.name]]
                asked += [one for one in _of_column(guess, column, columns, cells, said) if one]
        asked += _raters(guess, tables[given], columns)
    return asked


def unsettled(asked: Sequence[Question], said: Choices) -> list[Question]:
    """The open questions that nothing has been said about."""
    settled = {
        "alike": bool(said.alike), "grades": bool(said.grades or said.alike),
        "separator": bool(said.separator), "test_share": said.test_share is not None,
        "unjudged": said.leave_out_unjudged, "invert": said.invert is not None,
        "threshold": said.threshold is not None, "raters": True,
        "blanks": said.fill_down is not None,
    }  # fmt: skip
    return [one for one in asked if one.open and not settled[one.kind] and not _is_otherwise(one, said)]


def _is_otherwise(one: Question, said: Choices) -> bool:
    """Whether something else that was said settles it: words count, rows are left out, grades are kept."""
    if one.kind == "threshold":
        return said.keep_grades and "--keep-grades" in one.option
    if one.kind == "invert":
        return said.threshold is not None and "scale" not in one.message.values
    if one.kind == "blanks":
        return said.leave_out_unjudged and "--leave-out-unjudged" in one.option
    return one.kind == "unjudged" and bool(one.answers) and {*one.answers} <= said.words


def is_answer(header: str) -> bool:
    """Whether a column holds answers by its name: they are marked with points, not graded for relevance."""
    return bool({"answer", "answers", "response", "reply"} & {*words(header)}) or "答" in header


def _of_column(
    guess: Guess, column: Column, columns: Mapping[str, str], cells: pd.Series, said: Choices
) -> list[Question | None]:
    if has_lists(cells):
        return []
    header, answer = columns[column.name], columns.get("document", "")
    if (guess.task, column.name) == ("pair_classification", "label"):
        labels = judged(cells, graded=True, said=said.words)
        sides = threshold(header, labels, falls=guess.invert)
        if sides is None or not sides.open:  # few whole numbers are labels
            sides = in_words.alike(header, cells) or sides
        return [sides, _unjudged(header, labels)]
    if column.kind == "label":
        return [_separator(header, cells), _unjudged(header, judged(cells))]
    if column.kind != "number":
        return []
    labels = judged(cells, graded=True, said=said.words)
    worded = judged(cells, graded=True)
    words = in_words.graded(header, worded, documents=guess.task in GRADED) if guess.task in {"sts", *GRADED} else None
    none = unjudged(cells) if guess.task in {"sts", *GRADED} else ()
    without = _unjudged(header, judged(cells, graded=True), none)
    return [
        without if none else None,
        _invert(header, guess.invert) if guess.task in {"sts", "summarization", *GRADED} and words is None else None,
        threshold(header, labels, falls=guess.invert, all_right=guess.task == "reranking" or bool(answer),
                   graded=True, most=MARKS if is_answer(answer) else None)
        if guess.task in GRADED else None,
        words,
        None if none else without,
    ]  # fmt: skip


def _raters(guess: Guess, table: pd.DataFrame, columns: Mapping[str, str]) -> list[Question]:
    """What several grades of one pair are together: their median, unless a person says otherwise."""
    pair = next(([columns[to] for to in both] for both in raters.JUDGED.values() if {*both} <= {*columns}), [])
    if guess.task not in GRADED or "score" not in columns or not pair:
        return []
    score = columns["score"]
    if any(has_lists(table[one]) for one in (*pair, score)) or not raters.differ(table, pair, score):
        return []
    message = Message("Some pairs of a query and a document are judged more than once, differently; what counts?")
    return [Question("raters", message, "--raters mean", (raters.MEDIAN, raters.MEAN), (raters.MEDIAN,), open=False)]


def _share(guess: Guess) -> Question:
    given = next(iter(guess.tables.values()))[0]
    return Question(
        "test_share",
        Message(
            "There is one labelled table, {table}; a share of each label can be set apart for the test, drawn with a "
            "fixed seed.",
            {"table": given},
        ),
        f"--test-share {SHARE}",
    )


def drawn(train: int, test: int) -> Message:
    """How many rows of one labelled table stand on either side, and how they were drawn."""
    return Message(
        "{train} {train:row|rows} to learn from and {test} to test on, drawn of each label with the seed {seed}.",
        {"train": train, "test": test, "seed": SEED},
    )


def _invert(header: str, settled: bool | None) -> Question | None:
    """A column whose name says that its numbers fall the more alike two texts are; the reading may settle it."""
    if is_undirected(header) and not is_inverse(header):
        asks = Message("The numbers of {column} mean {scale}: does the greatest of them say what is most alike or "
                       "right? If it says the contrary, they are to be turned round.",
                       {"column": called(header), "scale": scale(header)})  # fmt: skip
        told = () if settled is None else (INVERT if settled else LEAVE,)
        return Question("invert", asks, "--invert or --no-invert", (INVERT, LEAVE), told, open=settled is None)
    if not is_inverse(header) and plain(header) not in names("school_mark"):
        return None
    if not is_inverse(header):
        said = Message("{column} may be marks of which the least is the best, as German schools give them; they can be "
                       "turned round.", {"column": called(header)})  # fmt: skip
        return Question("invert", said, "--invert or --no-invert", (INVERT, LEAVE))
    return Question(
        "invert",
        Message(
            "By its name, the numbers of the column {column} fall the more alike two texts are; they can be turned "
            "round, so that the greatest becomes the least.",
            {"column": called(header)},
        ),
        "--invert or --no-invert",
        (INVERT, LEAVE),
        () if settled is None else (INVERT if settled else LEAVE,),
        open=settled is None,
    )


def _separator(header: str, cells: pd.Series) -> Question | None:
    sign = separator(cells)
    if sign is None:
        return None
    cells = as_text(cells.dropna())
    example = next(cell for cell in cells if sign in cell.strip(f"{sign} "))
    return Question(
        "separator",
        Message(
            "Cells of the column {column} hold several labels, parted by {separator!r}, such as {example!r}: is each a "
            "label of its own?",
            {"column": called(header), "separator": sign, "example": example},
        ),
        f"--label-separator '{written(sign)}' or --label-separator {NONE}",
        (sign, NONE),
        (sign,),
    )


def written(sign: str) -> str:
    """A separator as the command line takes it."""
    return sign.replace("\n", "\\n").replace("\t", "\\t")


def _unjudged(header: str, cells: pd.Series, words: Sequence[str] = ()) -> Question | None:
    """Rows without a judgement: `words` stand there instead, and may count."""
    without = int(cells.isna().sum())
    if not 0 < without < len(cells):
        return None
    values = {"count": without, "rows": len(cells), "column": called(header)}
    there = [one for one in words if one]
    if there:
        message = Message(
            "In {count} of {rows} {rows:row|rows} the column {column} says {words}, which seems to be no judgement: "
            "such rows can be left out, or count as a grade of their own.",
            values | {"words": ", ".join(there)},
        )
        counted = " ".join(f"--grade {quoted(f'{one}=0')}" for one in there)
        return Question("unjudged", message, f"--leave-out-unjudged or {counted}", tuple(words))
    return Question(
        "unjudged",
        Message(
            "{count} of {rows} {rows:row|rows} {count:has|have} no judgement in the column {column} and "
            "can be left out.",
            values,
        ),
        "--leave-out-unjudged",
    )
