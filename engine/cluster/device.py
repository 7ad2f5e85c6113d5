"""What runs on a device of a cluster: one piece of work at a time, and answers about it meanwhile."""

import os
import platform
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cluster import connection
from engine.types import Message, Step, UserError

Work = Callable[[Step], Any]
"""A piece of work, sent as the name of a function and its arguments: no code and no vectors travel."""


@dataclass(frozen=True)
class Outcome:
    """What came of a piece of work, or why nothing did."""

    value: Any = None
    error: UserError | None = None
    details: str = ""


class Device:
    """One device. What it has loaded stays; `state` is answered beside the work, by a thread of its own."""

    def __init__(self, home: str) -> None:
        self._home = Path(home) if home else None
        if home:
            os.environ["PARALLAX_HOME"] = home
        self._share, self._message = 0.0, Message("waits")

    def hello(self) -> tuple[dict[str, str], str]:
        """Its versions, and the node that it is on."""
        import ray

        return connection.versions(), ray.get_runtime_context().get_node_id()

    def state(self) -> tuple[float, Message]:
        """How much of its work is done, 0..1, and what it does."""
        return self._share, self._message

    def report(self) -> tuple[str, Message]:
        """The node that it is on, and what it does: for who looks at the cluster."""
        return self.hello()[1], self._message

    def do(self, work: Work) -> Outcome:
        """Does a piece of work; whatever goes wrong is told, and the device is there for the next one."""
        self._note(0.0, Message("begins"))
        try:
            if self._home and not self._home.is_dir():
                raise UserError(
                    "{home} is not to be seen on {node}: let PARALLAX_HOME lie on storage that every node sees.",
                    home=self._home,
                    node=platform.node(),
                )
            return Outcome(work(self._note))
        except UserError as error:
            return Outcome(error=error)
        except Exception as error:  # noqa: BLE001 whatever it is, another device may do it
            said = UserError("Unexpected {kind}: {text}", kind=type(error).__name__, text=str(error).strip())
            return Outcome(error=said, details=traceback.format_exc())
        finally:
            self._note(0.0, Message("waits"))

    def _note(self, share: float, message: Message) -> None:
        self._share, self._message = share, message
