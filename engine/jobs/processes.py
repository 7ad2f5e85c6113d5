"""Which process was it? A number alone does not say: once it has ended, another one may get it."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process by its number and by when it was born, which no two processes of one number share."""

    number: int
    born: str

    @classmethod
    def of(cls, number: int) -> "Process":
        """The process that has this number now, one's own child for instance."""
        return cls(number, _born(number))

    def send(self, number: int) -> bool:
        """Signals the process, unless it has ended; never another one that has got its number since."""
        with suppress(ProcessLookupError):
            if hasattr(os, "pidfd_open"):
                handle = os.pidfd_open(self.number)
                try:
                    if self._is_it():  # what the handle stands for, too, for it was there before we looked
                        signal.pidfd_send_signal(handle, number)
                        return True
                finally:
                    os.close(handle)
            elif self._is_it():
                os.kill(self.number, number)
                return True
        return False

    def _is_it(self) -> bool:
        return self.born != "" and _born(self.number) == self.born


@cache
def boot() -> str:
    """Which start of this machine it is: clocks that only run forward begin again with each; empty if nobody knows."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _born(number: int) -> str:
    """When a process was born, to the tick; empty if there is none."""
    with suppress(OSError):
        stat = Path(f"/proc/{number}/stat").read_bytes()
        return f"{boot()}/{stat.rpartition(b')')[2].split()[19].decode()}"
    if Path("/proc/self/stat").exists():
        return ""
    asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(number)], capture_output=True, text=True, check=False)
    return asked.stdout.strip()
