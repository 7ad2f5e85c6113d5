"""The command line: what the pages do, for scripts and terminals."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from engine import config, plugins
from engine.adaptation.command_line import add_parser as add_adapt
from engine.comparison.chunking.command_line import add_parser as add_chunks
from engine.comparison.indexes_command import add_parser as add_indexes
from engine.datasets import library
from engine.datasets.checks import check
from engine.datasets.reading.command_line import add_options, choices, options, settings
from engine.datasets.reading.opening import Opened, open_file, told
from engine.models import catalogue
from engine.pipelines import command_line
from engine.results import soundness
from engine.results.export import export
from engine.results.store import Results
from engine.runs.command_line import add_parser as add_run
from engine.runs.command_line import entry_of, interval_missing, said
from engine.texts.defused import for_terminal
from engine.types import Dataset, Message, UserError

RUN_COLUMNS = ["id", "model", "dataset", "metric", "score", "low", "high", "items", "precision", "seconds"]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 2 where a person has to mend something, which standard error says in a sentence."""
    asked = _parser().parse_args(arguments)
    commands: dict[str, Callable[[argparse.Namespace], None]] = {
        "run": _run, "import": _import, "list": _list, "export": _export,
        "import-results": _import_results, "doctor": _doctor, "indexes": _indexes, "chunks": _chunks, "adapt": _adapt,
        "pipeline": lambda asked: _print(command_line.keep(asked)),
    }  # fmt: skip
    try:
        if asked.command != "doctor":
            _name_damaged()
        commands[asked.command](asked)
    except UserError as error:
        _print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read standard output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        _print("Stopped; what was encoded so far is kept.", file=sys.stderr)
        return 130
    return 0


def _name_damaged() -> None:
    """Says what is left out of all lists because its file is damaged."""
    from engine.integrity import left_out

    for message in left_out.messages():
        print(message, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    parser.add_argument("--version", action="version", version=f"Parallax {config.version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    add_run(commands)
    take = commands.add_parser("import", help="put a file into the library of datasets")
    take.add_argument("path", type=Path)
    take.add_argument("--name", required=True)
    add_options(take)
    command_line.add_parser(commands)
    show = commands.add_parser("list", help="what there is")
    show.add_argument("what", nargs="?", default="runs", choices=["models", "datasets", "runs", "tasks"])
    give = commands.add_parser("export", help="write results with their items into a folder")
    give.add_argument("run", help="the id of a run, or all")
    give.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    give.add_argument(
        "--format", choices=["parallax", "mteb"], default="parallax", help="mteb: a folder that mteb loads"
    )
    scores = commands.add_parser("import-results", help="take over the scores of a results folder of mteb")
    scores.add_argument("folder", type=Path)
    add_indexes(commands)
    add_chunks(commands)
    add_adapt(commands)
    doctor = commands.add_parser("doctor", help="check everything stored, and mend what can be computed again")
    doctor.add_argument("--check", action="store_true", help="only look, and change nothing")
    doctor.add_argument("--remove", action="store_true", help="also remove what is damaged and cannot be mended")
    return parser


def _run(asked: argparse.Namespace) -> None:
    from engine.runs import preflight
    from engine.runs.evaluate import evaluate

    # Whatever a library prints must not get between a script and its JSON.
    with contextlib.redirect_stdout(sys.stderr):
        entry, dataset = entry_of(asked), _dataset(asked)
        for message in preflight.warnings(entry, dataset, preflight.reading(entry, dataset)):
            _print(f"{entry.name}: {message}", file=sys.stderr)
        run = evaluate(entry, dataset, precision=asked.precision, step=_Told(), force=asked.force)
        result = Results().result(run)
    _print(*said(run, result, as_json=asked.json), sep="\n")
    if not asked.json and (few := interval_missing(result)):
        _print(few, file=sys.stderr)


def _dataset(asked: argparse.Namespace) -> Dataset:
    """The dataset of the library of that name; or what lies in a file, and how that was read on standard error."""
    path = Path(asked.dataset)
    if asked.dataset in library.entries() or not path.exists():
        return library.load(asked.dataset)
    return library.from_file(path.name, _opened(asked, path), settings(asked))


def _opened(asked: argparse.Namespace, path: Path) -> Opened:
    """A file as judged texts; what was taken for what is said on standard error, and what the checks found."""
    opened = open_file(path, choices(asked), options(asked))
    for message in told(opened):
        _print(message, file=sys.stderr)
    for problem in check(opened.task, opened.tables):
        if problem.level == "warning":
            _print(problem.message, file=sys.stderr)
    return opened


def _import(asked: argparse.Namespace) -> None:
    opened = _opened(asked, asked.path)
    given = dict(opened.settings) | settings(asked)
    dataset = library.save(asked.name, opened.task, opened.tables, settings=given)
    name = asked.name if dataset.name == asked.name else f"{asked.name} ({dataset.name})"
    _print(f"{name}: {dataset.task}, {', '.join(f'{len(table)} {name}' for name, table in dataset.tables.items())}")


def _list(asked: argparse.Namespace) -> None:
    if asked.what == "runs":
        results = Results()
        for message in soundness.damaged(results) + soundness.items_damaged(results):
            _print(message, file=sys.stderr)
        runs = results.runs()
        _print("No run yet." if runs.empty else runs[RUN_COLUMNS].to_string(index=False))
    elif asked.what == "models":
        for entry in catalogue.entries().values():
            here = catalogue.available(entry)
            _print(f"{entry.name}\t{entry.family}\t{'' if here is True else here}".rstrip())
    elif asked.what == "datasets":
        for card in library.entries().values():
            _print(f"{card.name}\t{card.task}\t{card.title}".rstrip())
    else:
        for task in plugins.tasks().values():
            _print(f"{task.name}\t{task.main_metric}\t{', '.join(task.tables)}")


def _export(asked: argparse.Namespace) -> None:
    runs = Results().runs()["id"].tolist() if asked.run == "all" else [asked.run]
    if asked.format == "mteb":
        from engine.results import mteb_export

        written, failed = mteb_export.export(runs, asked.to)
        _print(*written, sep="\n")
    else:
        failed = []
        for run in runs:
            try:
                _print(export(run, asked.to))
            except UserError as error:  # a damaged run holds up no other
                failed.append(error)
    for why in failed:
        _print(why, file=sys.stderr)
    if failed:
        raise UserError("Not exported: {n} of {total} runs; each is named above.", n=len(failed), total=len(runs))


def _import_results(asked: argparse.Namespace) -> None:
    from engine.benchmarks import imported, results_folder

    table, unread = imported.take(asked.folder)
    _print(f"{asked.folder}: {len(table)} scores")
    for message in [*unread, *results_folder.strange(table)]:
        _print(message, file=sys.stderr)


def _chunks(asked: argparse.Namespace) -> None:
    from engine.comparison.chunking import command_line

    with contextlib.redirect_stdout(sys.stderr):
        found = command_line.measure(asked, _Told())
    _print(*command_line.said(found, as_json=asked.json), sep="\n")


def _adapt(asked: argparse.Namespace) -> None:
    from engine.adaptation import command_line

    with contextlib.redirect_stdout(sys.stderr):
        plan = command_line.plan_of(asked)
        _print(*command_line.told(plan), sep="\n")
        if asked.plan:
            _print(*command_line.estimated(plan, _Told()), sep="\n")
        found = None if asked.plan else command_line.measure(plan, _Told())
    if found is not None:
        _print(*command_line.said(found, as_json=asked.json), sep="\n")


def _indexes(asked: argparse.Namespace) -> None:
    from engine.comparison import indexes_command

    with contextlib.redirect_stdout(sys.stderr):
        found = indexes_command.measure(asked, _Told())
    _print(*indexes_command.said(asked, *found), sep="\n")


def _print(*texts: object, sep: str = " ", file: TextIO | None = None) -> None:
    """What the user's data says, without the codes that a terminal would obey."""
    print(for_terminal(sep.join(map(str, texts))), file=file)


def _doctor(asked: argparse.Namespace) -> None:
    from engine.integrity import doctor

    left = 0
    for finding in doctor.examine(mend=not asked.check, step=_Told()):
        if asked.remove and not asked.check and finding.remove:
            finding.remove()
            finding = replace(finding, state="removed")
        left += finding.state in ("damaged", "mendable")
        print(f"{finding.state}: {finding.message}")
    if left:
        raise UserError("Still damaged: {n}; each line above says what to do.", n=left)
    print(f"Everything else in {config.home()} is what was written.")


class _Told:
    """Progress on standard error: one line that changes on a terminal, else a line for each new kind of work."""

    def __init__(self) -> None:
        self.template = ""

    def __call__(self, share: float, message: Message) -> None:
        said = for_terminal(str(message))
        if sys.stderr.isatty():
            end = "\n" if share == 1.0 else ""
            print(f"\r\033[K{share:4.0%}  {said}", end=end, file=sys.stderr, flush=True)
        elif message.template != self.template:
            self.template = message.template
            print(f"{share:4.0%}  {said}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
