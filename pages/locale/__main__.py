"""Collect every text that a person reads into the catalogues: `make messages`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from engine import plugins
from pages.locale import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = dict.fromkeys(
    (
        "_",
        "Message",
        "UserError",
        "BadFile",
        "NoTable",
        "BadDataset",
        "Unclear",
        "Unsettled",
        "BadModel",
        "Damaged",
        "DiskRefuses",
    ),
    (1,),
)
KEYWORDS["ngettext"] = (1, 2)


def records() -> Iterator[tuple[str, str]]:
    """(text, where) of what the records of the engine and the catalogues of models say to people."""
    for task in plugins.tasks().values():
        for text in (task.title, task.question, task.together, task.per_item, *task.definitions.values()):
            yield text, f"engine/tasks/{task.name}.py"
    for kind in (plugins.families(), plugins.readers(), plugins.projections(), plugins.splitters()):
        for record in kind.values():
            yield record.title, record.name
    for recipe in plugins.recipes().values():
        settings = [one.title for one in recipe.settings.values()]
        for text in (recipe.title, recipe.question, recipe.costs, recipe.fails, recipe.then, *settings):
            if text:
                yield text, f"engine/recipes/{recipe.name}.py"
    models = tomllib.loads((ROOT / "data" / "models.toml").read_text(encoding="utf-8"))
    for entry in models.get("models", models.get("model", [])):
        if entry.get("recipe"):
            yield entry["recipe"], "data/models.toml"


def template() -> Catalog:
    """Every text of the pages and the engine."""
    texts = Catalog(project="Parallax", header_comment="# The texts of Parallax.", fuzzy=False)
    sources = [(folder, ROOT / folder) for folder in ("engine", "pages")]
    for name, folder in sources:
        for file, line, text, comments, _context in extract_from_dir(
            folder, keywords=KEYWORDS, comment_tags=("i18n:",)
        ):
            texts.add(text, locations=[(f"{name}/{file}", line)], auto_comments=comments)
    for file, line, text, comments, _context in extract_from_dir(
        ROOT, method_map=[("app.py", "python")], keywords=KEYWORDS, directory_filter=lambda _folder: False
    ):
        texts.add(text, locations=[(file, line)], auto_comments=comments)
    for text, where in records():
        texts.add(text, locations=[(where, 1)])
    return texts


def update(language: str) -> None:
    """Bring one catalogue up to date: new texts come in untranslated, gone ones leave."""
    path = catalogue(language)
    fresh = template()
    known = Catalog(locale=language, project="Parallax", header_comment="# The texts of Parallax.", fuzzy=False)
    if path.exists():
        with path.open("rb") as source:
            known = read_po(source, locale=language)
    known.update(fresh, no_fuzzy_matching=True)
    known.obsolete.clear()
    if language == "en":
        for message in known:
            if message.id:
                message.string = message.id
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, known, width=120, sort_output=True, no_location=True, ignore_obsolete=True, omit_header=False)


if __name__ == "__main__":
    for name in LANGUAGES:
        update(name)
