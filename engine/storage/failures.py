"""What can happen to what is kept on a disk, and in which sentence is it told?"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.types import UserError

FULL = {errno.ENOSPC, errno.EDQUOT}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class Damaged(UserError):
    """Something stored that is not what was written there."""


class DiskRefuses(UserError):
    """Something that cannot be written: the disk is full, may only be read, or has failed."""


def refusal(error: OSError, path: Path) -> DiskRefuses:
    """What the disk that should hold the path says, as a sentence."""
    if error.errno in FULL:
        return full(path)
    if error.errno in READ_ONLY:
        return read_only(path)
    return DiskRefuses("{path} cannot be written: {reason}.", path=path, reason=error.strerror or str(error))


def full(path: Path) -> DiskRefuses:
    """No room for the path."""
    return DiskRefuses(
        "The disk is full: {path} cannot be written. What was stored before is safe; make room and try again.",
        path=path,
    )


def read_only(path: Path) -> DiskRefuses:
    """No right to write the path."""
    return DiskRefuses(
        "{path} cannot be written: its folder may only be read. Let PARALLAX_HOME name a folder that can be written.",
        path=path,
    )


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Says what goes wrong while something is written at the path in a sentence; raises DiskRefuses."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error
    except Exception as error:
        # safetensors and tokenizers raise exceptions of their own, with the system's number in the text
        number = re.search(r"\(os error (\d+)\)", str(error))
        if number is None:
            raise
        raise refusal(OSError(int(number[1]), os.strerror(int(number[1]))), path) from error
