"""The languages of the interface, and their catalogues of texts."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "zh": "中文"}
FOLDER = Path(__file__).parent


def catalogue(language: str) -> Path:
    """The file that holds a language's texts."""
    return FOLDER / language / "LC_MESSAGES" / "parallax.po"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The texts of a language, read straight from its catalogue: nothing to compile, nothing to forget."""
    path = catalogue(language)
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        texts = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
