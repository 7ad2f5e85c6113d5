"""Are these records chats of a user with an assistant, as they are kept for fine-tuning, and what was asked first?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.readers.kinds import NoTable
from engine.types import Message, Note

SPEAKERS, SAID = ("role", "from", "speaker"), ("content", "value", "text")
"""Fields of a turn: who speaks, and what."""
ASKS = {
    "user", "human", "prompter", "customer", "client", "visitor",
    "用户", "客户", "顾客", "访客", "买家", "用戶", "客戶",
}  # fmt: skip
ANSWERS = {
    "assistant", "gpt", "chatgpt", "bot", "model", "bing", "bard", "agent", "staff",
    "客服", "坐席", "人工客服", "机器人", "機器人", "助手", "卖家",
}  # fmt: skip
QUESTION, ANSWER = "first_question", "first_answer"
Record = Mapping[str, Any]


def column(records: Sequence[Record]) -> str:
    """The field that lists the turns of a chat in every record; "" without one."""
    for name in records[0] if records else ():
        cells = [record.get(name) for record in records]
        if all(isinstance(cell, list) and cell and all(map(_is_turn, cell)) for cell in cells):
            speakers = {speaker(turn) for cell in cells for turn in cell or ()}
            if speakers & ASKS and speakers & ANSWERS:
                return name
    return ""


def refuse_trees(file: str, records: Sequence[Record]) -> None:
    """Raises NoTable where the records are ChatGPT's own export, whose turns hang in trees."""
    if records and all(isinstance(record.get("mapping"), Mapping) and "title" in record for record in records):
        raise NoTable(
            "{file} is ChatGPT's export of chats, which is not read; write each question and its right answer into a "
            "row of a table, under question and answer.",
            file=file,
        )


def opened(records: Iterable[Record], name: str) -> Iterable[dict[str, Any]]:
    """One record a chat: what the user said first, and the first answer to it."""
    for record in records:
        turns = record.get(name) or ()
        asked = next((place for place, turn in enumerate(turns) if speaker(turn) in ASKS), len(turns))
        answer = next((turn for turn in turns[asked + 1 :] if speaker(turn) in ANSWERS), None)
        if answer is not None:
            rest = {key: cell for key, cell in record.items() if key != name}
            yield {**rest, QUESTION: said(turns[asked]), ANSWER: said(answer)}


def notes(file: str, records: Iterable[Record], name: str) -> tuple[Note, ...]:
    """What was made of the chats, and how many turns of them are left over."""
    turns = [sum(speaker(turn) in ASKS | ANSWERS for turn in record.get(name) or ()) for record in records]
    message = Message(
        "{file} holds {count} {count:chat|chats}; of each, what the user says first and the first answer are taken as "
        "{question} and {answer}, and {others} {others:other turn is|other turns are} left out.",
        {"file": file, "count": len(turns), "question": QUESTION, "answer": ANSWER,
         "others": sum(max(0, one - 2) for one in turns)},
    )  # fmt: skip
    return (Note(message),)


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, Mapping) and bool(speaker(turn)) and any(one in turn for one in SAID)


def speaker(turn: Record) -> str:
    """Who speaks in a turn, in small letters; "" where it does not say."""
    found = next((turn[one] for one in SPEAKERS if isinstance(turn.get(one), str)), "")
    return str(found).lower()


def said(turn: Record) -> str | None:
    """What was said in a turn; of several parts those that are texts."""
    cell = next((turn[one] for one in SAID if one in turn), None)
    if isinstance(cell, list):
        return " ".join(str(part["text"]) for part in cell if isinstance(part, Mapping) and "text" in part) or None
    return cell if isinstance(cell, str) else None
