"""How a table or a picture leaves the page, the same way everywhere."""

import io
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.texts import defused
from pages.parts.language import _


def downloads(table: pd.DataFrame, name: str) -> None:
    """A table as CSV and as Parquet, made when it is asked for."""
    with st.container(horizontal=True):
        for title, kind, make in (("CSV", "csv", csv), ("Parquet", "parquet", parquet)):
            st.download_button(
                title,
                partial(make, table),
                f"{name}.{kind}",
                key=f"{name}.{kind}",
                on_click="ignore",
                icon=":material/download:",
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


def camera(name: str) -> dict[str, object]:
    """What Plotly's own camera gives: an SVG of this name."""
    return {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": name}}


def figure_download(figure: go.Figure, name: str) -> None:
    """The figure as HTML, made when it is asked for."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            "HTML",
            partial(page_of, figure, name),
            f"{name}.html",
            "text/html",
            key=f"{name}.html",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help=_(
                "The chart as one file that opens offline; its camera gives a PNG. The camera above the chart itself gives an SVG."
            ),
        )
