"""Controls that always hold a choice, and texts of the user in boxes that know Markdown."""

import ast
import re
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from engine.types import UserError
from pages.parts import cached
from pages.parts.markdown import escape

ROOT = Path(__file__).resolve().parents[2]


def cards() -> None:
    """A page with a row of buttons."""
    import streamlit as st

    from pages.parts import address

    st.text(address.one_of("depth", "Cards", {"10": "ten", "20": "twenty"}))


def test_a_row_of_buttons_keeps_its_choice_where_the_browser_knows_of_none_yet():
    drawn = AppTest.from_function(cards).run()
    behind = WidgetStates()
    behind.widgets.add(id=drawn.segmented_control[0].proto.id).string_array_value.SetInParent()
    for chosen, shown in ((None, "10"), ("20", "20"), ("of an older version", "10")):
        page = AppTest.from_function(cards)
        if chosen:
            page.session_state["depth"] = chosen
        page._run(widget_state=behind)
        assert [text.value for text in page.text] == [shown] and not page.exception


def test_no_page_draws_a_row_of_buttons_that_may_be_without_a_choice():
    own = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "pages").rglob("*.py")
        if ".segmented_control(" in path.read_text("utf-8")
    ]
    assert sorted(own) == ["pages/parts/address.py", "pages/parts/language.py"]


@pytest.mark.parametrize(
    "address", ["https://probe.invalid", "HTTP://probe.invalid", "www.probe.invalid", "a@probe.invalid"]
)
def test_an_address_in_a_text_is_parted_and_reads_as_before(address: str):
    shown = escape(f"see {address} *now*").replace("\\", "")
    assert address not in shown and shown.replace("\u2060", "") == f"see {address} *now*"


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda path: path.name)
def test_no_table_shows_an_empty_cell_as_none(path: Path):
    drawn = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    tables = [node for node in drawn if isinstance(node.func, ast.Attribute) and node.func.attr == "dataframe"]
    assert all("placeholder" in [one.arg for one in node.keywords] for node in tables), (
        f"{path}: placeholder is missing"
    )


@pytest.mark.parametrize("look", [cached.card_of, cached.dataset, cached.card, cached.judged])
def test_whoever_looks_at_a_dataset_that_was_deleted_meanwhile_is_told_so(look, home):
    with pytest.raises(UserError, match="The dataset gone was deleted"):
        look("gone")


def test_no_page_takes_a_dataset_or_model_for_granted_that_another_visitor_may_delete():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py")]
    assert not [source for source in sources if re.search(r"\bcached\.(datasets|models)\(\)\[[a-z_]+\]", source)]
