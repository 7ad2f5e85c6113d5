"""Are these records preferences, as they are kept for training: what was asked, the chosen answer, the rejected one?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.readers.nested.chats import ANSWERS, ASKS, said, speaker
from engine.texts.column_names import words
from engine.types import Message, Note

Record = Mapping[str, Any]
SIDES = (
    ("chosen", "rejected"), ("preferred_output", "non_preferred_output"), ("positive_messages", "negative_messages"),
    ("messages", "rejected_messages"), ("messages", "rejected_response"),
    ("conversations", "rejected_response"),
)  # fmt: skip
"""Fields of the two answers: TRL, UltraFeedback and LLaMA-Factory, OpenAI, ms-swift (of embeddings, and of answers)."""
ASKED = ("prompt", "messages", "conversations", "input", "question", "query", "instruction")
"""Fields of what was asked; where none is there, the chosen answer's chat begins with it."""
QUERY, CHOSEN, REJECTED = "query", "chosen", "rejected"


def sides(records: Sequence[Record]) -> tuple[str, str]:
    """The fields of the chosen and the rejected answer, where at least one holds turns of a chat; ("", "") without."""
    for pair in SIDES:
        chosen, rejected = ([record.get(name) for record in records] for name in pair)
        is_chat = all(map(_answers, chosen)) and any(not isinstance(cell, str) for cell in chosen)
        if records and is_chat and all(map(_answers, rejected)) and all(_asked(one, pair) for one in records):
            return pair
    return "", ""


def opened(records: Iterable[Record], pair: tuple[str, str]) -> Iterable[dict[str, Any]]:
    """One record a preference: what was asked last, and the texts of both answers."""
    for record in records:
        yield {
            **{name: cell for name, cell in record.items() if not _belongs(name, pair)},
            QUERY: _asked(record, pair), CHOSEN: _one(_answers(record.get(pair[0]))),
            REJECTED: _one(_answers(record.get(pair[1]))),
        }  # fmt: skip


def notes(file: str, pair: tuple[str, str]) -> tuple[Note, ...]:
    """What was made of the two sides."""
    message = Message(
        "{file} holds preferences: what the user says last is the query, the last turn of {chosen} its right answer "
        "and that of {rejected} a wrong one; earlier turns are left out.",
        {"file": file, "chosen": pair[0], "rejected": pair[1]},
    )
    return (Note(message),)


def _belongs(name: str, pair: tuple[str, str]) -> bool:
    """Whether a field is one of the two answers, what was asked, or about one of the answers, as its score."""
    return name in (*pair, *ASKED) or bool({*words(name)} & {CHOSEN, REJECTED})


def _asked(record: Record, pair: tuple[str, str]) -> str:
    """What the user said last before the answers."""
    for name in (*ASKED, pair[0]):
        cell = record.get(name)
        cell = cell.get("messages") if isinstance(cell, Mapping) else cell
        if isinstance(cell, str) and cell.strip() and name != pair[0]:
            return cell
        turns = [turn for turn in cell if _is_turn(turn)] if isinstance(cell, list) else []
        if text := next((said(turn) for turn in reversed(turns) if speaker(turn) in ASKS), None):
            return text
    return ""


def _answers(cell: Any) -> list[str]:
    """The texts of an answer: a text, a turn, the last turn of a chat, or several of these."""
    if isinstance(cell, str):
        return [cell] if cell.strip() else []
    if _is_turn(cell):
        return [text] if (text := said(cell)) else []
    if not isinstance(cell, list) or not cell:
        return []
    if all(map(_is_turn, cell)):
        spoken = [turn for turn in cell if speaker(turn) in ANSWERS] or cell
        return [text] if (text := said(spoken[-1])) else []
    found = [_answers(one) for one in cell]
    return [text for one in found for text in one] if all(found) else []


def _is_turn(cell: Any) -> bool:
    return isinstance(cell, Mapping) and bool(speaker(cell)) and said(cell) is not None


def _one(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts
