"""The pieces of an upload: receive files, show them, guess what they are, let the guess be changed, check, save."""

import itertools
import secrets
import shutil
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine import config
from engine.datasets import checks
from engine.datasets import library as dataset_library
from engine.datasets.places import in_file
from engine.datasets.preparation.steps import prepared
from engine.datasets.reading.application import Made, Unsettled, apply
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.examples import example
from engine.datasets.reading.guess import Guess, joinable, left_over, uncounted, unheeded
from engine.datasets.reading.opening import over, unsure
from engine.datasets.task_checks import own_documents
from engine.readers.choice import read as read_file
from engine.readers.folders import uploads
from engine.readers.nested.records import COLUMN
from engine.types import Message, Note, Problem, Reading, ReadingOptions, Tables, UserError
from pages.parts import address, cached, lists
from pages.parts.datasets import reading, task_settings, uploader
from pages.parts.language import _, listed, named, ngettext, say, together

PIECE = 1 << 22


def receive() -> tuple[str, Reading, ReadingOptions] | None:
    """What tells this upload from others, its tables, and what was said of them; nothing before there are files."""
    files = uploader.ask(_("Files"), accept_multiple_files=True, key="upload.files")
    if not files:
        return None
    said = reading.options()
    ids = tuple(one.file_id for one in files)
    try:
        with st.spinner(_("Reading")):
            found = read(ids, said, files)
    except UserError as error:
        complain(error)
        if "--" in error.template:
            st.caption(_("Options are set above, under “How the files are written”."))
        address.stop()
    notes(found)
    return f"{' '.join(ids)} {said}", found, said


@st.cache_resource(max_entries=2, show_spinner=False)
def read(names: tuple[str, ...], said: ReadingOptions, _files: Sequence[UploadedFile]) -> Reading:
    """The files' tables, by way of a folder that nobody else names; `names` tells one upload from another."""
    own = config.home() / "uploads" / secrets.token_hex(6)
    folder = own / "upload"  # what the reader says of the whole bears its name
    folder.mkdir(parents=True)
    try:
        paths = uploads.places(folder, [file.name for file in _files])
        for file, path in zip(_files, paths, strict=True):
            with path.open("wb") as target:
                shutil.copyfileobj(file, target, PIECE)
        found = read_file(paths[0] if len(paths) == 1 else folder, said)
        tables, together = prepared(found.tables, found.notes)
        as_given = {} if found.notes else found.tables  # what the reader changed may have moved the rows
        return Reading(tables, (*found.notes, *(Note(message) for message in together)), as_given)
    finally:
        shutil.rmtree(own)


def notes(found: Reading) -> None:
    """What the reader did with the files."""
    for note in found.notes:
        st.text(say(note.message))


def suggested(tables: Tables) -> str:
    """A name to begin with: the only file's own, or that of the first table."""
    files = st.session_state["upload.files"]
    return dataset_library.stem(files[0].name) if len(files) == 1 else next(iter(tables))


def complain(error: UserError | Message) -> None:
    """What failed, in one sentence, as plain text."""
    st.error(_("This cannot be used as it is."))
    st.text(say(error))


def preview(tables: Tables, guessed: Sequence[Guess]) -> None:
    """How large every table is, and the first rows of one, as they were read; columns of use are in view first."""
    likely = next(iter(guessed), reading.NEW)
    for name, table in tables.items():
        rows = ngettext("{n} row", "{n} rows", len(table))
        columns = ngettext("{n} column", "{n} columns", table.shape[1])
        st.text(named(name, f"{rows} · {columns}"))
    name = next(iter(tables))
    if len(tables) > 1:
        name = st.selectbox(_("Show the first rows of"), list(tables), key="upload.shown", width=360)
    used = [of for given, columns in likely.tables.values() if given == name for of in columns.values()]
    shown = tables[name].head(3)
    st.dataframe(
        shown, key=f"upload.preview.{name}", hide_index=True, placeholder="–", column_config=lists.fitting(shown),
        column_order=[*dict.fromkeys([*used, *map(str, shown.columns)])],
    )  # fmt: skip


def is_written_so(found: Reading, options: ReadingOptions, guess: Guess) -> bool:
    """Whether it is settled how the files are written; asked otherwise."""
    asked = unsure(found.notes, options, found.tables, guess)
    if any(note.option == COLUMN for note in asked) and st.checkbox(
        _("Read it without the columns that hold objects"), key="upload.without"
    ):
        asked = [note for note in asked if note.option != COLUMN]
    for note in asked:
        if note.option == COLUMN:
            st.warning(_("What could not be read may be what matters."))
            st.text(say(note.message))
            continue
        st.warning(_("The reader was not sure. Say it above, under “How the files are written”."))
        st.text(say(note.message))
    return not asked


def check(found: Reading, tables: Tables, guess: Guess, said: Choices) -> Made | None:
    """The task's own tables, if nothing is wrong that would stop a run; all that was found is shown."""
    try:
        made = apply(tables, guess, said)
    except Unsettled as error:
        complain(error.values["question"])
        return None
    except UserError as error:
        complain(error)
        return None
    show_reading(tables, guess, made)
    problems = in_file(checks.check(guess.task, made.tables), made.tables, found.given, made.settings)
    show_problems(problems)
    return None if any(problem.level == "error" for problem in problems) else made


def show_reading(tables: Tables, guess: Guess, made: Made) -> None:
    """What was done with the values, and what no use is made of."""
    left = left_over(tables, guess)
    overlooked = [*uncounted(left), *unheeded(left)]
    if overlooked:
        st.warning(_("Columns that may matter are left over."))
    for message in (*overlooked, *made.notes, *over(left, guess.task), *joinable(guess, left)):
        st.text(say(message))


def show_problems(problems: Sequence[Problem]) -> None:
    """What the checks found: errors stop, warnings explain what will happen."""
    if not problems:
        st.success(_("Nothing wrong was found."))
        return
    if any(problem.level == "error" for problem in problems):
        st.error(_("This cannot be used as it is."))
    levels = {"error": _("error"), "warning": _("warning")}
    for problem in problems:
        places = _("(row numbers: {rows})", rows=listed(problem.rows)) if problem.rows else ""
        if problem.texts:
            places = _("(there: {texts})", texts=listed(f"“{text}”" for text in problem.texts))
        st.text(f"{levels[problem.level]} · {together(say(problem.message), places)}")
    if any(problem.rows for problem in problems):
        st.caption(_("Rows count from 1; the header is not counted."))


def tell(tables: Tables, guess: Guess) -> None:
    """As what the files are read, with a row read out."""
    read_out = example(tables, guess)
    st.text(named(_(cached.task(guess.task).title), "" if read_out is None else say(read_out)))
    st.caption(_("This is how it is read; the task and the columns can be changed below."))


def keep(made: Made, task: str, suggested: str, place: DeltaGenerator) -> None:
    """Name it and save it, above all that may be looked at or changed first; a name is suggested."""
    if "upload.name" not in st.session_state:
        st.session_state["upload.name"] = untaken(suggested)
    with place:
        row, fault = st.container(horizontal=True, vertical_alignment="bottom"), st.empty()
    name = row.text_input(_("Name"), key="upload.name", placeholder=_("such as tickets-2026"), width=360)
    pressed = row.container(width="content")
    st.header(_("What else is known of it"))
    left, right = st.columns(2)
    licence = left.text_input(_("Licence"), key="upload.licence")
    source = right.text_input(_("Source"), key="upload.source")
    settings = {**made.settings, **task_settings.ask(task, passed_over(made.tables), "upload.setting")}
    again = row.checkbox(_("Replace a dataset of the same name"), key="upload.replace",
                         on_change=rename, args=(suggested,))  # fmt: skip
    wrong = wrong_name(name, again)
    fault.text(wrong or kept_as(name.strip()))
    if not pressed.button(_("Save"), key="upload.save", type="primary", disabled=bool(wrong)):
        return
    try:
        saved = dataset_library.save(
            name.strip(),
            task,
            made.tables,
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


def rename(suggested: str) -> None:
    """Who wants to replace means the name that was taken, not the one with a number that was proposed instead."""
    names = [suggested, untaken(suggested)]
    before, after = names[::-1] if st.session_state["upload.replace"] else names
    if st.session_state["upload.name"] == before:
        st.session_state["upload.name"] = after


def kept_as(name: str) -> str:
    """Under which id, and under which title where that is another."""
    plain = dataset_library.slug(name)
    if name.isascii():
        return _("It is kept as {name}.", name=plain)
    return _("It is shown as {title}; folders and addresses name it {name}.", title=name, name=plain)


def untaken(name: str) -> str:
    """This name, or the first number behind it under which nothing is kept yet."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(one for one in names if dataset_library.slug(one) not in cached.datasets())


def wrong_name(name: str, again: bool) -> str:
    """Why nothing can be kept under this name; empty where it can."""
    if not name.strip():
        return _("Give it a name.")
    plain = dataset_library.slug(name)
    known = cached.datasets().get(plain)
    if known is not None and known.builtin:
        return _("{name!r} is a sample, which stays as it is: choose another name.", name=plain)
    if known is None or again:
        return ""
    return _("There is a dataset {name!r} already; choose another name, or replace it.", name=plain)


def passed_over(tables: Tables) -> dict[str, bool]:
    """The setting to begin with where queries stand in the corpus under their own ids: offered, and said to be mteb's."""
    if not {"queries", "corpus"} <= {*tables} or not own_documents(tables).any():
        return {}
    chosen = st.checkbox(_("Pass over each query's own document (ignore_identical_ids)"), key="upload.own")
    return {"ignore_identical_ids": chosen}
