"""How does a terminal hear of work, and of what came of it?"""

import sys
from typing import TextIO

from engine.texts.defused import for_terminal
from engine.types import Message


def say(*texts: object, sep: str = " ", file: TextIO | None = None) -> None:
    """What the user's data says, without the codes that a terminal would obey."""
    print(for_terminal(sep.join(map(str, texts))), file=file)


class Progress:
    """Progress on standard error: one line that changes on a terminal, else a line for each new kind of work."""

    def __init__(self) -> None:
        self.template = ""

    def __call__(self, share: float, message: Message) -> None:
        said = for_terminal(str(message))
        if sys.stderr.isatty():
            end = "\n" if share == 1.0 else ""
            print(f"\r\033[K{share:4.0%}  {said}", end=end, file=sys.stderr, flush=True)
        elif message.template != self.template:
            self.template = message.template
            print(f"{share:4.0%}  {said}", file=sys.stderr)
