"""Is what is kept of every adaptation what was written, and are the weights of its model those that were made?"""

from engine import config
from engine.families import checkpoints
from engine.integrity.findings import Finding, Findings
from engine.storage import documents
from engine.storage.failures import Damaged
from engine.types import Message


def examine() -> Findings:
    """Every record, and every model that was sealed; only a training could make either again, so none is mended."""
    for folder in sorted((config.home() / "adaptations").glob("[!.]*/")):
        whole = True
        for path in sorted(folder.glob("[!.]*.json")):
            try:
                documents.read(path)
            except Damaged as error:
                whole = False
                yield Finding("damaged", Message(error.template, error.values), path.unlink)
        model = folder / "model"
        if whole and not checkpoints.sound(model):
            yield Finding("damaged", Message(
                "The model in {folder} is damaged: its files are not those that were made there. Train it again, or "
                "put them back from a copy.", {"folder": str(model)}))  # fmt: skip
