"""The command line: what the pages do, for scripts and terminals."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine import config, plugins
from engine.adaptation.command_line import add_parser as add_adapt
from engine.cluster.command_line import add_parser as add_cluster
from engine.comparison.chunking.command_line import add_parser as add_chunks
from engine.comparison.indexes_command import add_parser as add_indexes
from engine.datasets import library
from engine.datasets.checks import check
from engine.datasets.places import in_file
from engine.datasets.reading.command_line import add_options, choices, options, settings
from engine.datasets.reading.opening import Opened, open_file, told
from engine.models import catalogue
from engine.pipelines import command_line
from engine.results import soundness
from engine.results.export import export
from engine.results.store import Results
from engine.runs.command_line import add_parser as add_run
from engine.runs.command_line import entry_of, interval_missing, said
from engine.terminal import Progress, say
from engine.types import Dataset, UserError

RUN_COLUMNS = ["id", "model", "dataset", "metric", "score", "low", "high", "items", "precision", "seconds"]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 2 where a person has to mend something, which standard error says in a sentence."""
    asked = _parser().parse_args(arguments)
    commands: dict[str, Callable[[argparse.Namespace], None]] = {
        "run": _run, "import": _import, "list": _list, "export": _export,
        "import-results": _import_results, "doctor": _doctor, "indexes": _indexes, "chunks": _chunks, "adapt": _adapt,
        "encode": _cluster, "search": _cluster, "cluster": _cluster,
        "pipeline": lambda asked: say(*command_line.keep(asked), sep="\n"),
    }  # fmt: skip
    try:
        if asked.command != "doctor":
            _name_damaged()
        commands[asked.command](asked)
    except UserError as error:
        say(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read standard output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        say("Stopped; what was encoded so far is kept.", file=sys.stderr)
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
    take.add_argument("--replace", action="store_true", help="take the place of the dataset of that name")
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
    add_cluster(commands)
    doctor = commands.add_parser("doctor", help="check everything stored, and mend what can be computed again")
    doctor.add_argument("--check", action="store_true", help="only look, and change nothing")
    doctor.add_argument("--remove", action="store_true", help="also remove what is damaged and cannot be mended")
    return parser


def _run(asked: argparse.Namespace) -> None:
    from engine.runs import preflight
    from engine.runs.evaluate import with_parts

    # Whatever a library prints must not get between a script and its JSON.
    with contextlib.redirect_stdout(sys.stderr):
        entry, dataset = entry_of(asked), _dataset(asked)
        for message in preflight.warnings(entry, dataset, preflight.reading(entry, dataset)):
            say(f"{entry.name}: {message}", file=sys.stderr)
        run = with_parts(entry, dataset, precision=asked.precision, step=Progress(), force=asked.force)
        result = Results().result(run)
    say(*said(run, result, as_json=asked.json), sep="\n")
    if not asked.json and (few := interval_missing(result)):
        say(few, file=sys.stderr)


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
        say(message, file=sys.stderr)
    for problem in in_file(check(opened.task, opened.tables), opened.tables, {}, opened.settings):
        if problem.level == "warning":
            say(problem.message, file=sys.stderr)
    return opened


def _import(asked: argparse.Namespace) -> None:
    opened = _opened(asked, asked.path)
    given = dict(opened.settings) | settings(asked)
    dataset = library.save(asked.name, opened.task, opened.tables, settings=given, replace=asked.replace)
    name = asked.name if dataset.name == asked.name else f"{asked.name} ({dataset.name})"
    say(f"{name}: {dataset.task}, {', '.join(f'{len(table)} {name}' for name, table in dataset.tables.items())}")


def _list(asked: argparse.Namespace) -> None:
    if asked.what == "runs":
        results = Results()
        for message in soundness.damaged(results) + soundness.items_damaged(results):
            say(message, file=sys.stderr)
        runs = results.runs()
        say("No run yet." if runs.empty else runs[RUN_COLUMNS].to_string(index=False))
    elif asked.what == "models":
        for entry in catalogue.entries().values():
            here = catalogue.available(entry)
            say(f"{entry.name}\t{entry.family}\t{'' if here is True else here}".rstrip())
    elif asked.what == "datasets":
        for card in library.entries().values():
            say(f"{card.name}\t{card.task}\t{' '.join(card.title.split())}".rstrip())
    else:
        for task in plugins.tasks().values():
            say(f"{task.name}\t{task.main_metric}\t{', '.join(task.tables)}")


def _export(asked: argparse.Namespace) -> None:
    runs = Results().runs()["id"].tolist() if asked.run == "all" else [asked.run]
    if asked.format == "mteb":
        from engine.results import mteb_export

        written, failed = mteb_export.export(runs, asked.to)
        say(*written, sep="\n")
    else:
        failed = []
        for run in runs:
            try:
                say(export(run, asked.to))
            except UserError as error:  # a damaged run holds up no other
                failed.append(error)
    for why in failed:
        say(why, file=sys.stderr)
    if failed:
        raise UserError("Not exported: {n} of {total} runs; each is named above.", n=len(failed), total=len(runs))


def _import_results(asked: argparse.Namespace) -> None:
    from engine.benchmarks import imported, results_folder

    table, unread = imported.take(asked.folder)
    say(f"{asked.folder}: {len(table)} scores")
    for message in [*unread, *results_folder.strange(table)]:
        say(message, file=sys.stderr)


def _chunks(asked: argparse.Namespace) -> None:
    from engine.comparison.chunking import command_line

    with contextlib.redirect_stdout(sys.stderr):
        found = command_line.measure(asked, Progress())
    say(*command_line.said(found, as_json=asked.json), sep="\n")


def _adapt(asked: argparse.Namespace) -> None:
    from engine.adaptation import command_line

    with contextlib.redirect_stdout(sys.stderr):
        plan = command_line.plan_of(asked)
        planned = list(command_line.told(plan))
    # what was asked for goes to standard output: the plan, or else the verdict
    say(*planned, sep="\n", file=sys.stdout if asked.plan else sys.stderr)
    with contextlib.redirect_stdout(sys.stderr):
        found: list[object] = (
            [*command_line.estimated(plan, Progress())]
            if asked.plan
            else [*command_line.said(command_line.measure(plan, Progress()), as_json=asked.json)]
        )
    say(*found, sep="\n")


def _cluster(asked: argparse.Namespace) -> None:
    from engine.cluster import command_line

    with contextlib.redirect_stdout(sys.stderr):
        found = command_line.done(asked, Progress())
    say(*found, sep="\n")


def _indexes(asked: argparse.Namespace) -> None:
    from engine.comparison import indexes_command

    with contextlib.redirect_stdout(sys.stderr):
        found = indexes_command.measure(asked, Progress())
    say(*indexes_command.said(asked, *found), sep="\n")


def _doctor(asked: argparse.Namespace) -> None:
    from engine.integrity import doctor

    left = told = 0
    for finding in doctor.examine(mend=not asked.check, step=Progress()):
        if asked.remove and not asked.check and finding.remove:
            finding.remove()
            finding = replace(finding, state="removed")
        left += finding.state in ("damaged", "mendable")
        told += 1
        print(f"{finding.state}: {finding.message}")
    if left:
        raise UserError("Still damaged: {n}; each line above says what to do.", n=left)
    print(f"Everything {'else ' if told else ''}in {config.home()} is what was written.")


if __name__ == "__main__":
    sys.exit(main())
