"""The pieces of an upload: receive files, show them, guess what they are, let the guess be changed, check, save."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine import config, plugins
from engine.datasets import checks, mapping
from engine.datasets import library as dataset_library
from engine.readers.choice import read as reading
from engine.readers.folders import uploads
from engine.types import Column, Layout, Message, Problem, Tables, UserError
from pages.parts import address, cached
from pages.parts.datasets import task_settings
from pages.parts.language import _, ngettext, say

PIECE = 1 << 22


def receive() -> Tables | None:
    """The uploaded files as tables, read once; nothing before there are files, or where they cannot be read."""
    files = st.file_uploader(_("Files"), accept_multiple_files=True, key="upload.files")
    if not files:
        return None
    try:
        with st.spinner(_("Reading")):
            return read(tuple(one.file_id for one in files), files)
    except UserError as error:
        complain(error)
        address.stop()


@st.cache_resource(max_entries=2, show_spinner=False)
def read(names: tuple[str, ...], _files: Sequence[UploadedFile]) -> Tables:
    """The files' tables, by way of a folder that nobody else names; `names` tells one upload from another."""
    folder = config.home() / "uploads" / secrets.token_hex(6)
    folder.mkdir(parents=True)
    try:
        paths = uploads.places(folder, [file.name for file in _files])
        for file, path in zip(_files, paths, strict=True):
            with path.open("wb") as target:
                shutil.copyfileobj(file, target, PIECE)
        return reading(paths[0] if len(paths) == 1 else folder).tables
    finally:
        shutil.rmtree(folder)


def suggested(tables: Tables) -> str:
    """A name to begin with: the only file's own, or that of the first table."""
    files = st.session_state["upload.files"]
    return Path(files[0].name).stem if len(files) == 1 else next(iter(tables))


def complain(error: UserError) -> None:
    """What failed, in one sentence, as plain text."""
    st.error(_("This cannot be used as it is."))
    st.text(say(error))


def preview(tables: Tables) -> None:
    """The first rows of every table, as they were read."""
    for name, table in tables.items():
        rows = ngettext("{n} row", "{n} rows", len(table))
        columns = ngettext("{n} column", "{n} columns", table.shape[1])
        st.text(f"{name}: {rows} · {columns}")
        st.dataframe(table.head(5), key=f"upload.preview.{name}", hide_index=True)


def choose(tables: Tables) -> mapping.Guess:
    """The task and the columns: guessed, and open to change."""
    guesses = mapping.guesses(tables)
    tasks = list(dict.fromkeys([guess.task for guess in guesses] + list(plugins.tasks())))
    st.subheader(_("What is it?"))
    if st.session_state.get("upload.task") not in tasks:
        st.session_state["upload.task"] = tasks[0]
    titles = {one: _(cached.task(one).title) for one in tasks}
    name = st.selectbox(_("Task"), tasks, key="upload.task", format_func=titles.get, width=360)
    st.text(_(cached.task(name).question))
    ways = mapping.layouts(cached.task(name))
    likely = {guess.layout: guess for guess in reversed([guess for guess in guesses if guess.task == name])}
    order = [guess.layout for guess in guesses if guess.task == name]
    order += [number for number in range(len(ways)) if number not in order]
    layout = order[0]
    if len(ways) > 1:
        layout = st.selectbox(
            _("Written as"),
            order,
            format_func=lambda number: describe(ways[number]),
            key=f"upload.layout.{name}",
            width=640,
        )
    return edit(likely.get(layout, mapping.Guess(name, layout, {}, 0.0, Message(""))), tables)


def describe(layout: Layout) -> str:
    """A layout by its tables and columns."""
    return " · ".join(
        f"{table} ({', '.join(column.name for column in columns)})" for table, columns in layout.tables.items()
    )


def edit(guess: mapping.Guess, tables: Tables) -> mapping.Guess:
    """Which given table and column stands for which of the task's own."""
    chosen = {}
    for table, columns in mapping.layouts(cached.task(guess.task))[guess.layout].tables.items():
        given, known = guess.tables.get(table, (None, {}))
        key = f"upload.map.{guess.task}.{guess.layout}.{table}"
        with st.container(border=True):
            source = pick_one(_("Table for {table}", table=table), list(tables), given, key)
            if source is None:
                continue
            known = known if source == given else {}
            headers = list(map(str, tables[source].columns))
            picked = {
                column.name: pick_one(
                    label_of(column), headers, known.get(column.name), f"{key}.{source}.{column.name}", cell
                )
                for column, cell in zip(columns, st.columns(len(columns)), strict=True)
            }
            chosen[table] = (source, {name: header for name, header in picked.items() if header is not None})
    return replace(guess, tables=chosen)


def label_of(column: Column) -> str:
    """A column's name, and whether it may be missing."""
    return column.name if column.required else _("{column} (optional)", column=column.name)


def pick_one(label: str, options: list[str], guessed: str | None, key: str, place: DeltaGenerator = st) -> str | None:
    """One of the options, or none of them."""
    index = options.index(guessed) if guessed in options else None
    return place.selectbox(label, options, index=index, key=key, placeholder=_("none"))


def check(tables: Tables, guess: mapping.Guess) -> Tables | None:
    """The task's own tables, if nothing is wrong that would stop a run; all that was found is shown."""
    try:
        own = mapping.apply(tables, guess)
    except UserError as error:
        complain(error)
        return None
    problems = checks.check(guess.task, own)
    show_problems(problems)
    return None if any(problem.level == "error" for problem in problems) else own


def show_problems(problems: Sequence[Problem]) -> None:
    """What the checks found: errors stop, warnings explain what will happen."""
    if not problems:
        st.success(_("Nothing wrong was found."))
        return
    rows = [
        {
            _("level"): _("error") if problem.level == "error" else _("warning"),
            _("table"): problem.table,
            _("what was found"): say(problem.message),
            _("rows"): ", ".join(map(str, problem.rows)),
        }
        for problem in problems
    ]
    if any(problem.level == "error" for problem in problems):
        st.error(_("This cannot be used as it is."))
    st.dataframe(pd.DataFrame(rows), key="upload.problems", hide_index=True, row_height=60)
    st.caption(_("Rows count from 1; the header is not counted."))


def keep(tables: Tables, task: str, suggested: str) -> None:
    """Name it and save it; a name is suggested."""
    st.subheader(_("Save"))
    left, middle, right = st.columns(3)
    if "upload.name" not in st.session_state:
        st.session_state["upload.name"] = suggested
    name = left.text_input(_("Name"), key="upload.name", placeholder=_("such as tickets-2026"))
    licence = middle.text_input(_("Licence"), key="upload.licence")
    source = right.text_input(_("Source"), key="upload.source")
    settings = task_settings.ask(task, {}, "upload.setting")
    again = st.checkbox(_("Replace a dataset of the same name"), key="upload.replace")
    if not st.button(_("Save"), key="upload.save", type="primary", disabled=not name.strip()):
        return
    try:
        saved = dataset_library.save(
            name.strip(),
            task,
            tables,
            title=name.strip(),
            source=source,
            licence=licence,
            settings=settings,
            replace=again,
        )
    except UserError as error:
        complain(error)
        return
    st.session_state["fresh"] = saved.name
    st.session_state["runs.datasets"] = [saved.name]
    st.switch_page("pages/work/runs.py")
