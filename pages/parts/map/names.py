"""What kinds of texts, writings, languages and outcomes are called on the map."""

from pages.parts.language import _


def titles() -> dict[str, str]:
    """What writings, kinds of text, outcomes and languages are called."""
    return writings() | kinds() | outcomes() | languages()


def writings() -> dict[str, str]:
    """What writings are called."""
    return {
        "Han": _("Chinese"),
        "Japanese": _("Japanese"),
        "Hangul": _("Korean"),
        "Latin": _("Latin"),
        "Cyrillic": _("Cyrillic"),
        "Greek": _("Greek"),
        "Arabic": _("Arabic"),
        "Hebrew": _("Hebrew"),
        "Devanagari": _("Devanagari"),
        "Thai": _("Thai"),
        "other": _("other"),
        "none": _("no letters"),
    }


def kinds() -> dict[str, str]:
    """What kinds of text are called."""
    return {
        "queries": _("queries"),
        "corpus": _("documents"),
        "documents": _("documents"),
        "train": _("training texts"),
        "test": _("test texts"),
        "sentence1": _("first sentences"),
        "sentence2": _("second sentences"),
        "human": _("summaries by people"),
        "machine": _("summaries by machines"),
    }


def outcomes() -> dict[str, str]:
    """What becomes of an item is called."""
    return {
        "right": _("right"),
        "wrong": _("wrong"),
        "both": _("both right"),
        "first": _("only the first right"),
        "second": _("only the second right"),
        "neither": _("both wrong"),
    }


def languages() -> dict[str, str]:
    """What languages are called."""
    return {
        "en": _("English"),
        "zh": _("Chinese"),
        "de": _("German"),
        "fr": _("French"),
        "es": _("Spanish"),
        "it": _("Italian"),
        "pt": _("Portuguese"),
        "nl": _("Dutch"),
        "da": _("Danish"),
        "no": _("Norwegian"),
        "sv": _("Swedish"),
        "tr": _("Turkish"),
        "ja": _("Japanese"),
        "ko": _("Korean"),
        "ru": _("Russian"),
        "el": _("Greek"),
        "he": _("Hebrew"),
        "th": _("Thai"),
        "ar": _("Arabic"),
        "hi": _("Hindi"),
    }
