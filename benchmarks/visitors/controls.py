"""What would a browser send for the controls that a page shows, and how are they changed?"""

import json
import random
from collections.abc import Callable

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

EVENTS = "$$STREAMLIT_INTERNAL_KEY_{component}__events"
LEFT_ALONE = ("lang", "dataset")
"""Controls that no press changes: who reads which language on which dataset is given."""


def control(element: Element) -> tuple[str, object] | None:
    """Kind and message of an element that keeps a state in the browser."""
    kind = element.WhichOneof("type")
    return (kind, getattr(element, kind)) if kind in _FIRST else None


def key_of(name: str) -> str:
    """The key that the page gave a widget, out of its id."""
    return name.rsplit("-", 1)[-1]


def first_state(kind: str, shown: object) -> WidgetState:
    """The state that a browser gives a control when it mounts it."""
    state = WidgetState(id=shown.id)
    _FIRST[kind](state, shown)
    return state


def _selectbox(state: WidgetState, shown: object) -> None:
    if shown.set_value:
        state.string_value = shown.raw_value
    elif shown.HasField("default") and shown.options:
        state.string_value = shown.options[shown.default]


def _radio(state: WidgetState, shown: object) -> None:
    _selectbox(state, shown)


def _group(state: WidgetState, shown: object) -> None:
    chosen = shown.raw_values if shown.set_value else [shown.options[at].content for at in shown.default]
    state.string_array_value.data.extend(chosen)


def _several(state: WidgetState, shown: object) -> None:
    state.string_array_value.data.extend(
        shown.raw_values if shown.set_value else [shown.options[at] for at in shown.default]
    )


def _slider(state: WidgetState, shown: object) -> None:
    state.double_array_value.data.extend(shown.value if shown.set_value else shown.default)


def _number(state: WidgetState, shown: object) -> None:
    if shown.set_value and shown.HasField("value"):
        state.double_value = shown.value
    elif not shown.set_value and shown.HasField("default"):
        state.double_value = shown.default


def _text(state: WidgetState, shown: object) -> None:
    if shown.set_value and shown.HasField("value"):
        state.string_value = shown.value
    elif not shown.set_value and shown.HasField("default"):
        state.string_value = shown.default


def _check(state: WidgetState, shown: object) -> None:
    state.bool_value = shown.value if shown.set_value else shown.default


_FIRST: dict[str, Callable[[WidgetState, object], None]] = {
    "selectbox": _selectbox, "radio": _radio, "button_group": _group, "multiselect": _several, "slider": _slider,
    "number_input": _number, "text_input": _text, "text_area": _text, "checkbox": _check,
}  # fmt: skip


def trigger(component: str, event: str, value: object) -> WidgetState:
    """What a component of our own sends when something has happened in it."""
    state = WidgetState(id=EVENTS.format(component=component))
    state.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return state


def changes(kind: str, shown: object, draw: random.Random) -> WidgetState | None:
    """Another choice in a control that offers one; None where it does not."""
    if shown.disabled or key_of(shown.id) in LEFT_ALONE:
        return None
    state = WidgetState(id=shown.id)
    if kind == "selectbox" and len(shown.options) > 1:
        state.string_value = draw.choice(shown.options)
    elif kind == "button_group" and len(shown.options) > 1:
        state.string_array_value.data.append(draw.choice(shown.options).content)
    elif kind == "slider" and not shown.options and len(shown.default) == 1:
        steps = max(int((shown.max - shown.min) / shown.step), 1)
        state.double_array_value.data.append(shown.min + shown.step * draw.randint(0, steps))
    else:
        return None
    return state
