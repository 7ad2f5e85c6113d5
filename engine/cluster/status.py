"""Which nodes and devices has a cluster, and what does each of them do?"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from engine.cluster import connection
from engine.cluster.members import devices
from engine.types import Message

ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, its devices, and what those do that work for Parallax."""

    host: str
    alive: bool
    devices: int
    kind: str
    memory: int
    """In bytes."""
    doing: tuple[Message, ...] = ()


def look(place: str) -> list[Node]:
    """The nodes of a cluster, those that have died last; raises UserError."""
    with connection.connected(place) as ray:
        doing = _doing(ray)
        nodes = [_node(node, doing) for node in ray.nodes()]
    return sorted(nodes, key=lambda node: (not node.alive, node.host))


def _node(node: dict[str, Any], doing: dict[str, list[Message]]) -> Node:
    number, kind = devices(node)
    return Node(
        node["NodeManagerAddress"],
        bool(node["Alive"]),
        number,
        kind,
        int(node["Resources"].get("memory", 0)),
        tuple(doing.get(node["NodeID"], ())),
    )


def _doing(ray: Any) -> dict[str, list[Message]]:
    """By node, what its actors say of themselves; those that do not answer are left out."""
    calls = list[Any]()
    for name in ray.util.list_named_actors():
        with suppress(ValueError):  # it has ended meanwhile
            calls.append(ray.get_actor(name).report.remote())
    found: dict[str, list[Message]] = {}
    ready = ray.wait(calls, num_returns=len(calls), timeout=ANSWER_SECONDS)[0] if calls else []
    for call in ready:
        with suppress(ray.exceptions.RayError):
            node, message = ray.get(call)
            found.setdefault(node, []).append(message)
    return found


def lines(nodes: Sequence[Node]) -> list[str]:
    """The nodes as lines of a terminal."""
    found = []
    for node in nodes:
        if not node.alive:
            found.append(f"{node.host}\tgone")
            continue
        state = "; ".join(map(str, node.doing)) or "free"
        found.append(f"{node.host}\t{node.devices} x {node.kind}\t{node.memory / 2**30:.1f} GiB\t{state}")
    return found
