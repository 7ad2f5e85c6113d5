"""Which machines work on the jobs, where there are several, and what each of them does."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.cluster import connection, status
from engine.cluster.status import Node
from engine.types import UserError
from pages.parts.apart import apart
from pages.parts.jobs_panel import while_working
from pages.parts.language import _, say
from pages.parts.markdown import escape

AGE_SECONDS = 10.0


def show() -> None:
    """The nodes of the cluster that PARALLAX_CLUSTER names; nothing where it names none."""
    try:
        place = connection.address()
    except UserError as error:
        st.warning(escape(say(error)))
        return
    if not place:
        return
    st.header(_("Cluster"))

    def draw() -> None:
        """Nodes come and go while the page stands."""
        try:
            found = nodes(place)
        except UserError as error:
            st.warning(escape(say(error)))
            return
        st.dataframe(
            table_of(found), key="runs.cluster", hide_index=True, placeholder="–",
            column_config={"memory": st.column_config.NumberColumn(_("memory in GiB"), format="%.1f")},
        )  # fmt: skip

    while_working(draw, AGE_SECONDS)()


@st.cache_data(ttl=AGE_SECONDS, max_entries=4, show_spinner=False)
@apart
def nodes(place: str) -> list[Node]:
    """What the cluster says of itself, for a few seconds."""
    return status.look(place)


def table_of(nodes: Sequence[Node]) -> pd.DataFrame:
    """One row a node: where, its devices, its memory, and what it does."""
    return pd.DataFrame(
        {
            _("node"): [node.host for node in nodes],
            _("devices"): [f"{node.devices} × {node.kind}" if node.alive else None for node in nodes],
            "memory": [node.memory / 2**30 if node.alive else math.nan for node in nodes],
            _("does"): [doing(node) for node in nodes],
        }
    )


def doing(node: Node) -> str:
    """What a node does, in words."""
    if not node.alive:
        return _("gone")
    return " · ".join(map(say, node.doing)) or _("free")
