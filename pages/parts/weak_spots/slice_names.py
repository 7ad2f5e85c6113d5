"""What are slices by properties of their items called?"""

from engine.comparison import item_features
from engine.comparison.segments import written
from pages.parts.language import _, named, say
from pages.parts.map import names


def describe(key: str) -> str:
    """A slice as people read it: the traits in their language, the values as they are."""
    traits = (one.split(": ", 1) for one in key.split(" & "))
    return " & ".join(named(title(trait), value(text, trait)) for trait, text in traits)


def title(trait: str) -> str:
    """What a trait is called; an extra column of the dataset by its own name."""
    return (
        say(item_features.TITLES[trait]) if trait in item_features.TITLES else trait.removeprefix(item_features.COLUMN)
    )


def value(text: str, trait: str = "") -> str:
    """A value of a trait; yes, no, scripts and the ends of a quarter of the numbers are ours to write."""
    if trait == "script":
        return names.writings().get(text, text)
    return {"yes": _("yes"), "no": _("no")}.get(text) or say(written(text))
