"""How a table or a picture leaves the page, the same way everywhere."""

import io
from collections.abc import Callable
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.texts import defused
from pages.parts.language import _


def downloads(table: pd.DataFrame, name: str, figure: go.Figure | None = None) -> None:
    """One quiet menu per block: its table, and the picture above it."""
    with menu(name):
        if figure is not None:
            figure_button(figure, name)
        table_buttons(table, name)


def menu(name: str) -> DeltaGenerator:
    """Where the files of a block are offered: under it, at the right."""
    place = st.container(horizontal=True, horizontal_alignment="right")
    return place.popover(_("Download"), type="tertiary", icon=":material/download:", key=f"{name}.menu")


def table_buttons(table: pd.DataFrame, name: str) -> None:
    """A table as CSV and as Parquet, made when it is asked for."""
    for title, kind, make in ((_("Table as CSV"), "csv", csv), (_("Table as Parquet"), "parquet", parquet)):
        file_button(title, partial(make, table), f"{name}.{kind}")


def file_button(title: str, make: Callable[[], bytes], name: str, *, help: str | None = None) -> None:
    """One file of a menu, made when it is asked for."""
    st.download_button(
        title, make, name, key=name, on_click="ignore", type="tertiary", icon=":material/download:", help=help
    )


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV, with a byte-order mark so that spreadsheets read Chinese."""
    return defused.csv(table, index=table.index.name is not None).encode("utf-8-sig")


def parquet(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    target = io.BytesIO()
    table.to_parquet(target)
    return target.getvalue()


def page_of(figure: go.Figure, name: str) -> bytes:
    """A figure as one HTML file that opens offline and can be read off; its camera gives a PNG."""
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "png", "filename": name, "scale": 3}}
    figure = (
        go.Figure(figure).update_xaxes(automargin=True).update_yaxes(automargin=True)
    )  # on a page Streamlit does it
    return figure.to_html(include_plotlyjs=True, config=config).encode()


def figure_download(figure: go.Figure, name: str) -> None:
    """The menu of a picture without a table."""
    with menu(name):
        figure_button(figure, name)


def figure_button(figure: go.Figure, name: str) -> None:
    """The figure as HTML, made when it is asked for."""
    explained = _("The chart as one file that opens offline; the camera in it gives a PNG.")
    file_button(_("Chart as HTML"), partial(page_of, figure, name), f"{name}.html", help=explained)
