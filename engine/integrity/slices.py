"""Does every slice carry a checksum, and is what it is a slice of known here?"""

from engine.datasets import library
from engine.integrity.findings import Finding, Findings
from engine.results import slices
from engine.results.store import Results
from engine.types import Message


def examine(mend: bool) -> Findings:
    """The slices that can be read; the others are named where damaged files are."""
    known = {name: {entry.fingerprint} for name, entry in library.entries().items()}
    for name, fingerprint in Results().runs()[["dataset", "fingerprint"]].itertuples(index=False):
        known.setdefault(name, set()).add(fingerprint)
    for one in slices.everyone():
        values = {"name": one.name, "dataset": one.dataset}
        if one.dataset not in known:
            yield Finding("left", Message("The slice {name} is of the dataset {dataset}, which is not here.", values))
        elif one.fingerprint not in known[one.dataset]:
            yield Finding("left", Message(
                "The slice {name} is of a state of the dataset {dataset} on which no model was run: no page shows it.",
                values))  # fmt: skip
        if not slices.sealed(one):
            yield Finding("left", Message(
                "The slice {name} of {dataset} was kept by an earlier version and has no checksum: it gets one.",
                values))  # fmt: skip
            if mend:
                slices.seal(one)
