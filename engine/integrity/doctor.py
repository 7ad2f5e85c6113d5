"""Is everything in this home what was written there? What can be computed again is mended, the rest is named."""

import os
from pathlib import Path

from engine import config
from engine.benchmarks import imported
from engine.integrity import adaptations, caches, datasets, left_out, orphans, results, slices, vectors
from engine.integrity.databases import examine as databases
from engine.integrity.findings import Finding, Findings, mended
from engine.results import slices as kept_slices
from engine.storage.failures import DiskRefuses, read_only
from engine.types import Message, Step, UserError


def examine(mend: bool = True, step: Step | None = None) -> Findings:
    """Everything that is not as it should be, as it is found; mended where that can be done without a person.

    mend: False only looks. step: told how far a model is that is run again.

    Raises:
        DiskRefuses: something could not be mended because nothing can be written; all has been looked at before.
    """
    refused: DiskRefuses | None = None
    if mend and not os.access(config.home(), os.W_OK):
        mend, refused = False, read_only(config.home())
    yield from databases(mend)
    for one in (
        lambda: vectors.examine(mend),
        lambda: datasets.examine(mend),
        lambda: results.examine(mend, step),
        lambda: slices.examine(mend),
        adaptations.examine,
        lambda: caches.examine(mend),
        lambda: _orphans(mend),
    ):
        try:
            yield from one()
        except DiskRefuses as error:
            refused = refused or error
        except UserError as error:  # a database that cannot be used hides the rest of its own part only
            yield Finding("damaged", Message(error.template, error.values))
    for named in left_out.BY_HAND:
        for message in named():
            path = Path(str(message.values["path"]))
            yield Finding("damaged", message, path.unlink if named in (kept_slices.damaged, imported.damaged) else None)
    if refused:
        raise refused


def _orphans(mend: bool) -> Findings:
    gone = set(orphans.clear()) if mend else set()
    for path in sorted(gone):
        yield mended(mend, Message("{path} belonged to nothing any more: it is removed.", {"path": str(path)}))
    for path in orphans.orphans():
        yield Finding("left", Message(
            "{path} belongs to nothing that is known here; it is removed once it has lain for a day.",
            {"path": str(path)}))  # fmt: skip
