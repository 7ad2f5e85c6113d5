"""What are slices by properties of their items called?"""

from engine.comparison import item_features
from pages.parts.language import _, say


def describe(key: str) -> str:
    """A slice as people read it: the traits in their language, the values as they are."""
    return " & ".join(f"{title(one.split(': ', 1)[0])}: {value(one.split(': ', 1)[1])}" for one in key.split(" & "))


def title(trait: str) -> str:
    """What a trait is called; an extra column of the dataset by its own name."""
    return (
        say(item_features.TITLES[trait]) if trait in item_features.TITLES else trait.removeprefix(item_features.COLUMN)
    )


def value(text: str) -> str:
    """A value of a trait; only yes and no are ours to translate."""
    return {"yes": _("yes"), "no": _("no")}.get(text, text)
