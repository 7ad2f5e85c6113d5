"""How is a file read: how it is written, which reading is meant, and what of the values only its owner can say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import plugins
from engine.datasets import mapping
from engine.datasets.preparation.said_together import joined
from engine.datasets.reading.asking import beforehand
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.examples import example
from engine.datasets.reading.guess import PLUS, Guess, left_over, uncounted
from engine.datasets.reading.unusable import elsewhere, unusable
from engine.datasets.recognition.labels import JUDGED
from engine.datasets.recognition.readings import layouts
from engine.types import Column, Message, ReadingOptions, Tables
from pages.parts import address, cached
from pages.parts.datasets.terms import called, described, header
from pages.parts.language import _, say

HEADERS: Mapping[str, bool | None] = {"found": None, "names": True, "data": False}
ANSWERS = "upload.answers"
"""Which reading was chosen where several could be meant: {upload and task: its number, or -1 for none of them}."""
NEW = Guess("", 0, {}, 0.0, Message("No column was recognised."))


def options() -> ReadingOptions:
    """What a person says about how the files are written."""
    titles = {"found": _("found out"), "names": _("names the columns"), "data": _("is a row of data")}
    with st.expander(_("How the files are written")):
        first, delimiter, skipped, sheet, encoding = st.columns([3, 2, 2, 2, 2])
        chosen = first.selectbox(_("The first row"), list(HEADERS), format_func=titles.get, key="upload.header")
        said = delimiter.text_input(_("Between cells"), key="upload.delimiter", placeholder=_("found out"))
        rows = skipped.number_input(
            _("Rows above the table"), min_value=0, value=None, key="upload.skip", placeholder=_("found out")
        )
        named = sheet.text_input(_("Sheet"), key="upload.sheet", placeholder=_("all"))
        written = encoding.text_input(_("Encoding"), key="upload.encoding", placeholder=_("found out"))
        ragged = st.checkbox(
            _("Leave out rows with more or fewer cells than columns (--leave-out-ragged)"), key="upload.ragged"
        )
    return ReadingOptions(HEADERS[chosen], said.replace("\\t", "\t"), written.strip(), rows, named, ragged)


@st.cache_data(max_entries=16, show_spinner=False)
def guesses(upload: str, task: str | None, _tables: Tables) -> list[Guess]:
    """The readings of an upload, the likeliest first."""
    return mapping.guesses(_tables, Choices(task=task))


def choose(upload: str, tables: Tables, place: DeltaGenerator) -> tuple[Guess, Tables]:
    """The task and the columns: guessed, asked for at the place where the guess is not sure, and open to change.

    The tables have the columns that were joined to one text as one.
    """
    with place:
        meant = settled(upload, None, tables)
    st.header(_("What kind of data is it?"))
    tasks = list(
        dict.fromkeys([meant.task] + [one.task for one in guesses(upload, None, tables)] + list(plugins.tasks()))
    )
    tasks = [one for one in tasks if one]
    if st.session_state.get("upload.task") not in tasks:
        st.session_state["upload.task"] = tasks[0]
    titles = {one: _(cached.task(one).title) for one in tasks}
    name = st.selectbox(_("Task"), tasks, key="upload.task", format_func=titles.get, width=360)
    st.text(_(cached.task(name).question))
    if name != meant.task:
        with place:
            meant = settled(upload, name, tables)
    return written_as(name, meant, guesses(upload, name, tables), tables)


def settled(upload: str, task: str | None, tables: Tables) -> Guess:
    """The reading that is meant: the likeliest where that is sure, else the one that a person chose."""
    found = guesses(upload, task, tables)
    is_none = not found or bool(found[0].missing) or not mapping.is_worthy(found[0], tables)
    if told := unusable(tables, task) or (elsewhere(tables) if is_none else None):
        st.warning(_("This cannot be used as it is."))
        st.text(say(told))
    if told or is_none:
        return next((one for one in found if one.missing), replace(NEW, task=task or ""))
    if found[0].confidence >= mapping.SURE:
        return found[0]
    candidates, key = mapping.rivals(found), f"{upload} {task or ''}"
    number = st.session_state.setdefault(ANSWERS, {}).get(key)
    if number is None:
        ask(candidates, key, tables)
        address.stop()
    st.button(_("Ask me again"), key="upload.again", on_click=st.session_state[ANSWERS].pop, args=(key, None))
    return candidates[number] if number >= 0 else undisputed(candidates)


def undisputed(candidates: Sequence[Guess]) -> Guess:
    """The first of readings that were all rejected, with nothing but what the others of its task agree on.

    Where they differ in nothing, or there is no other, every column is open.
    """
    first = candidates[0]
    others = [one for one in candidates[1:] if one.task == first.task]
    kept = {
        name: (given, {
            to: of for to, of in columns.items()
            if others and all(one.tables.get(name, ("", {}))[1].get(to) == of for one in others)
        })
        for name, (given, columns) in first.tables.items()
    }  # fmt: skip
    is_all = all(kept[name][1] == dict(columns) for name, (_, columns) in first.tables.items())
    tables = {name: (given, {} if is_all else columns) for name, (given, columns) in kept.items()}
    return replace(first, tables=tables, invert=None)


def ask(candidates: Sequence[Guess], key: str, tables: Tables) -> None:
    """The readings side by side, each with a row read out as it understands it."""
    st.warning(_("This can be read in more than one way. Which is right?"))
    for start in range(0, len(candidates), 2):
        for number, place in zip(range(start, start + 2), st.columns(2), strict=True):
            if number < len(candidates):
                with place.container(border=True):
                    candidate(candidates[number], number, key, tables)
    st.button(_("None of these: I choose the columns"), key="upload.answer.none", on_click=answer, args=(key, -1))


def candidate(guess: Guess, number: int, key: str, tables: Tables) -> None:
    """One reading: its task, its example, its columns, and the button that takes it."""
    st.caption(_(cached.task(guess.task).title))
    said = example(tables, guess)
    if said is not None:
        st.text(say(said))
    for warning in (*beforehand(guess), *uncounted(left_over(tables, guess))):
        st.text(say(warning))
    if meanings := taken(guess):
        st.text(" · ".join(meanings))
    st.button(
        _("This is right"),
        key=f"upload.answer.{number}",
        on_click=answer,
        args=(key, number, guess.task),
        type="primary",
    )


def taken(guess: Guess) -> list[str]:
    """What is taken for what, as far as its own name does not say it already."""
    lines = []
    for name, (given, columns) in guess.tables.items():
        if len(guess.tables) > 1 and given != called(name, guess.task):
            lines.append(_("table “{table}” as {role}", table=given, role=called(name, guess.task)))
        lines += [
            _("column “{column}” as {role}", column=header(of), role=called(to))
            for to, of in columns.items()
            if header(of).strip().lower() != called(to).lower()
        ]
    return lines


def answer(key: str, number: int, task: str = "") -> None:
    """Remember which reading was chosen, and begin with its task."""
    st.session_state[ANSWERS][key] = number
    if task:
        st.session_state["upload.task"] = task


def written_as(name: str, meant: Guess, found: Sequence[Guess], tables: Tables) -> tuple[Guess, Tables]:
    """The layout in which the data is written, and its columns."""
    ways = layouts(cached.task(name))
    likely = {guess.layout: guess for guess in reversed(found)} | {meant.layout: replace(meant, task=name)}
    order = list(dict.fromkeys([meant.layout, *(guess.layout for guess in found), *range(len(ways))]))
    layout = order[0]
    if len(ways) > 1:
        layout = st.selectbox(
            _("Written as"),
            order,
            format_func=lambda number: described(ways[number], name),
            key=f"upload.layout.{name}",
            width=640,
        )
    return edit(likely.get(layout, replace(NEW, task=name, layout=layout)), tables)


def edit(guess: Guess, tables: Tables) -> tuple[Guess, Tables]:
    """Which given table and column stands for which of the task's own, and the tables with joined columns as one."""
    chosen = {}
    for table, columns in layouts(cached.task(guess.task))[guess.layout].tables.items():
        given, known = guess.tables.get(table, (None, {}))
        key = f"upload.map.{guess.task}.{guess.layout}.{table}"
        with st.container(border=True):
            source = pick_one(_("Table of the {table}", table=called(table, guess.task)), list(tables), given, key)
            if source is None:
                continue
            known = known if source == given else {}
            headers = list(map(str, tables[source].columns))
            picked = {
                column.name: (pick_some if may_be_several(guess.task, column) else pick_one)(
                    label_of(column), headers, known.get(column.name), f"{key}.{source}.{column.name}", cell
                )
                for column, cell in zip(columns, st.columns(len(columns)), strict=True)
            }
            chosen[table] = (source, {name: header for name, header in picked.items() if header is not None})
    wanted = [pair for _, columns in chosen.values() for pair in columns.items()]
    made, told = joined(tables, wanted)
    for message in told:
        st.text(say(message))
    is_same = all(
        chosen.get(table, ("", {}))[1].get(to) == of
        for table, (_given, columns) in guess.tables.items() for to, of in columns.items() if to in JUDGED
    )  # fmt: skip
    return replace(guess, tables=chosen, invert=guess.invert if is_same else None), made


def may_be_several(task: str, column: Column) -> bool:
    """Whether several columns may be chosen for it: texts to be joined, labels as the levels of a clustering."""
    return column.kind == "text" or (task, column.kind) == ("clustering", "label")


def label_of(column: Column) -> str:
    """A column's name, and whether it may be missing."""
    return called(column.name) if column.required else _("{column} (optional)", column=called(column.name))


def pick_one(label: str, options: list[str], guessed: str | None, key: str, place: DeltaGenerator = st) -> str | None:
    """One of the options, or none of them."""
    index = options.index(guessed) if guessed in options else None
    return place.selectbox(label, options, index=index, format_func=header, key=key, placeholder=_("none"))


def pick_some(label: str, options: list[str], guessed: str | None, key: str, place: DeltaGenerator) -> str | None:
    """One of the options, or several whose texts are joined in the order in which they were chosen; or none."""
    chosen = place.multiselect(
        label,
        options,
        [guessed] if guessed in options else [],
        format_func=header,
        key=key,
        placeholder=_("none"),
        help=_("Choose several columns to join their texts to one, in this order, such as title and body."),
    )
    return PLUS.join(chosen) or None
