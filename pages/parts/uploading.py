"""The pieces of an upload: receive files, show them, guess what they are, let the guess be changed, check, save."""

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine import checks, config, datasets, mapping, plugins
from engine.types import Problem, Tables, UserError
from pages.parts import library
from pages.parts.language import _, say

PIECE = 1 << 22
NONE = "—"


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
        st.stop()


@st.cache_resource(max_entries=2, show_spinner=False)
def read(names: tuple[str, ...], _files: Sequence[UploadedFile]) -> Tables:
    """The files' tables, by way of a folder that nobody else names; `names` tells one upload from another."""
    folder = config.home() / "uploads" / secrets.token_hex(6)
    folder.mkdir(parents=True)
    try:
        for file in _files:
            with (folder / Path(file.name).name).open("wb") as target:
                shutil.copyfileobj(file, target, PIECE)
        paths = sorted(folder.iterdir())
        return datasets.read(paths[0] if len(paths) == 1 else folder)
    finally:
        shutil.rmtree(folder)


def complain(error: UserError) -> None:
    """What failed, in one sentence, as plain text."""
    st.error(_("This cannot be used as it is."))
    st.text(say(error))


def preview(tables: Tables) -> None:
    """The first rows of every table, as they were read."""
    for name, table in tables.items():
        st.text(
            _("{table}: {rows} rows, {columns} columns", table=name, rows=f"{len(table):,}", columns=table.shape[1])
        )
        st.dataframe(table.head(5), key=f"upload.preview.{name}", hide_index=True)


def choose(tables: Tables) -> mapping.Guess:
    """The task and the columns: guessed, and open to change."""
    guesses = mapping.guesses(tables)
    tasks = list(dict.fromkeys([guess.task for guess in guesses] + list(plugins.tasks())))
    st.subheader(_("What is it?"))
    if st.session_state.get("upload.task") not in tasks:
        st.session_state["upload.task"] = tasks[0]
    name = st.selectbox(
        _("Task"), tasks, key="upload.task", format_func=lambda one: _(library.task(one).title), width=360
    )
    st.text(_(library.task(name).question))
    layouts = [guess for guess in guesses if guess.task == name] or mapping.blank(name, tables)
    place = 0
    if len(layouts) > 1:
        place = st.selectbox(
            _("Layout"),
            range(len(layouts)),
            format_func=lambda at: describe(layouts[at]),
            key=f"upload.layout.{name}",
            width=560,
        )
    return edit(layouts[place], tables)


def describe(guess: mapping.Guess) -> str:
    """A layout by its tables and columns."""
    return " · ".join(f"{table} ({', '.join(columns)})" for table, (_given, columns) in guess.tables.items())


def edit(guess: mapping.Guess, tables: Tables) -> mapping.Guess:
    """Which given table and column stands for which of the task's own."""
    chosen = {}
    for table, columns in mapping.layout(guess).items():
        given, known = guess.tables.get(table, (None, {}))
        key = f"upload.map.{guess.task}.{guess.layout}.{table}"
        with st.container(border=True):
            options = [NONE, *tables]
            source = st.selectbox(
                _("Table for {table}", table=table),
                options,
                index=options.index(given) if given in options else 0,
                key=key,
            )
            if source == NONE:
                continue
            picked = {}
            headers = [NONE, *map(str, tables[source].columns)]
            for place, (column, field) in enumerate((one, field) for one in columns for field in [one.name]):
                guessed = known.get(field) if source == given else None
                target = st.columns(len(columns)) if place == 0 else target
                label = field if column.required else f"{field} ({_('optional')})"
                header = target[place].selectbox(
                    label,
                    headers,
                    index=headers.index(guessed) if guessed in headers else 0,
                    key=f"{key}.{source}.{field}",
                )
                if header != NONE:
                    picked[field] = header
            chosen[table] = (source, picked)
    return mapping.Guess(guess.task, guess.layout, chosen)


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
    st.dataframe(pd.DataFrame(rows), key="upload.problems", hide_index=True, row_height=60)
    st.caption(_("Rows count from 1; the header is not counted."))


def keep(tables: Tables, task: str) -> None:
    """Name it and save it."""
    st.subheader(_("Save"))
    left, middle, right = st.columns(3)
    name = left.text_input(_("Name"), key="upload.name", placeholder=_("such as tickets-2026"))
    licence = middle.text_input(_("Licence"), key="upload.licence")
    source = right.text_input(_("Source"), key="upload.source")
    settings = settings_of(task)
    replace = st.checkbox(_("Replace a dataset of the same name"), key="upload.replace")
    if not st.button(_("Save"), key="upload.save", type="primary", disabled=not name.strip()):
        return
    try:
        saved = datasets.save(
            name.strip(),
            task,
            tables,
            title=name.strip(),
            source=source,
            licence=licence,
            settings=settings,
            replace=replace,
        )
    except UserError as error:
        complain(error)
        return
    st.session_state["fresh"] = saved.name
    st.switch_page("pages/work/runs.py")


def settings_of(task: str) -> dict[str, object]:
    """The task's settings, where it has any: whole numbers and names as they are, empty for none."""
    chosen: dict[str, object] = {}
    defaults = library.task(task).settings
    if not defaults:
        return chosen
    with st.expander(_("Settings of the task")):
        for name, default in defaults.items():
            text = st.text_input(
                name, value="" if default is None else str(default), key=f"upload.setting.{task}.{name}"
            )
            if text != ("" if default is None else str(default)):
                chosen[name] = mapping.setting(name, text, default)
    return chosen
