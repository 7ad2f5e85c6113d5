"""Which devices has a node, and what is known of the actor on each?"""

from dataclasses import dataclass, field
from typing import Any

from engine.types import Message


@dataclass(eq=False)
class Member:
    """An actor, where it runs, and what it was last asked. `slot` is the device's number on its node."""

    node: str
    host: str
    port: int
    slot: int
    actor: Any
    heard: float
    calls: dict[Any, str] = field(default_factory=dict)
    """Calls under way: hello, state or do."""
    work: int | None = None
    known: bool = False
    share: float = 0.0
    doing: Message = field(default_factory=lambda: Message("starts"))

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.host or 'an actor'}#{self.slot}"

    def ask(self, what: str, *arguments: Any) -> None:
        """Sends a call, unless the same one is under way."""
        if what not in self.calls.values():
            self.calls[getattr(self.actor, what).remote(*arguments)] = what


def devices(node: dict[str, Any]) -> tuple[int, str]:
    """How many devices a node has, and of which kind: its graphics cards, or all its cores as one."""
    if cards := int(node["Resources"].get("GPU", 0)):
        return cards, "GPU"
    return int(node["Resources"].get("CPU", 0) > 0), "CPU"
