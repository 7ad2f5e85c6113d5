"""What can be said on the command line about how a file is read?"""

import argparse
import json
import math
from typing import Any

from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import PLUS
from engine.datasets.reading.values.raters import MEAN, MEDIAN
from engine.types import BadDataset, ReadingOptions


def add_options(parser: argparse.ArgumentParser) -> None:
    """All that the page of uploads can say too."""
    read = parser.add_argument_group(
        "reading", "how a file is written, and what its columns mean; the rest is found out"
    )
    read.add_argument("--task", help="what the texts are judged for")
    read.add_argument(
        "--column", action="append", default=[], metavar="NAME=HEADER",
        help="such as score=relatedness; two of the same name are joined to one text: query=title, query=body",
    )  # fmt: skip
    read.add_argument("--table", action="append", default=[], metavar="NAME=TABLE", help="such as queries=topics")
    read.add_argument("--split", default="", help="which split is evaluated, such as test")
    read.add_argument("--header", action=argparse.BooleanOptionalAction, help="whether the first row names the columns")
    read.add_argument("--sheet", default="", help="of a workbook")
    read.add_argument("--delimiter", default="", help="between cells; \\t for a tab")
    read.add_argument("--encoding", default="", help="of a text file")
    read.add_argument("--skip-rows", type=int, metavar="ROWS", help="how many stand above the table")
    read.add_argument("--leave-out-ragged", action="store_true", help="rows with more or fewer cells than columns")
    read.add_argument("--alike", action="append", default=[], metavar="LABEL", help="of pairs that mean the same")
    read.add_argument("--unlike", action="append", default=[], metavar="LABEL", help="of pairs that do not")
    read.add_argument(
        "--grade", action="append", default=[], metavar="WORD=NUMBER", help="how much a judgement in words counts"
    )
    read.add_argument(
        "--label-separator", default="", metavar="SIGN", help="of several labels in a cell (\\n: line break), or none"
    )
    read.add_argument("--test-share", type=float, metavar="SHARE", help="of one labelled table, such as 0.3")
    read.add_argument(
        "--fill-down", action=argparse.BooleanOptionalAction, help="whether an empty cell means the value above it"
    )  # fmt: skip
    read.add_argument("--leave-out-unjudged", action="store_true", help="rows that nobody has labelled or scored")
    read.add_argument(
        "--invert", action=argparse.BooleanOptionalAction, help="whether a distance is turned round into a score"
    )
    read.add_argument(
        "--threshold", type=float, metavar="NUMBER", help="from which (of distances up to which) number texts are alike"
    )
    read.add_argument("--keep-grades", action="store_true", help="of the right documents, rather than 1 for each")
    read.add_argument(
        "--raters", choices=(MEDIAN, MEAN), default="", help="what several judgements of one pair are together"
    )
    read.add_argument(
        "--setting", action="append", default=[], metavar="NAME=VALUE", help="of the task, by mteb's names"
    )


def choices(asked: argparse.Namespace) -> Choices:
    """What was said about the columns and their values."""
    return Choices(
        task=asked.task,
        columns=_columns(asked.column),
        tables=_pairs(asked.table, "--table queries=topics"),
        split=asked.split,
        alike=tuple(asked.alike),
        unlike=tuple(asked.unlike),
        grades=_grades(asked.grade),
        separator=asked.label_separator.replace("\\n", "\n").replace("\\t", "\t"),
        test_share=asked.test_share,
        leave_out_unjudged=asked.leave_out_unjudged,
        invert=asked.invert,
        threshold=asked.threshold,
        keep_grades=asked.keep_grades,
        raters=asked.raters,
        fill_down=asked.fill_down,
    )


def _columns(said: list[str]) -> dict[str, str]:
    """{task's column: given column}; `title + body` where two are given one name."""
    parts: dict[str, list[str]] = {}
    for one in said:
        for name, header in _pairs([one], "--column score=relatedness").items():
            parts.setdefault(name, []).append(header)
    return {name: PLUS.join(dict.fromkeys(headers)) for name, headers in parts.items()}


def _grades(said: list[str]) -> dict[str, float]:
    """{word: number}"""
    found = {}
    for one in said:
        word, sign, number = one.rpartition("=")
        try:
            found[word.strip()] = float(number) if sign else math.nan
        except ValueError:
            found[word.strip()] = math.nan
        if not math.isfinite(found[word.strip()]):
            raise BadDataset("{said!r} is no word with its number; it is said so: {right}.",
                             said=one, right="--grade high=2")  # fmt: skip
    return found


def options(asked: argparse.Namespace) -> ReadingOptions:
    """What was said about how the file is written."""
    delimiter = asked.delimiter.replace("\\t", "\t")
    return ReadingOptions(asked.header, delimiter, asked.encoding, asked.skip_rows, asked.sheet, asked.leave_out_ragged)


def settings(asked: argparse.Namespace) -> dict[str, Any]:
    """The settings of the task that were given: numbers, true, false and lists as JSON writes them."""
    return {name: _value(text) for name, text in _pairs(asked.setting, "--setting ignore_identical_ids=true").items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _pairs(said: list[str], right: str) -> dict[str, str]:
    """`name=value` as a dictionary; a value may be empty."""
    for one in said:
        if "=" not in one:
            raise BadDataset("{said!r} has no = in it; it is said so: {right}.", said=one, right=right)
    return {name.strip(): value for name, _, value in (one.partition("=") for one in said)}
