"""A disk that takes no more is told as that, whichever library was writing."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models

from engine.storage.failures import DiskRefuses, telling

MOST = 2_000
WORDS = {f"word{number}": number for number in range(1_000)}


@contextmanager
def small_files() -> Iterator[None]:
    """No file may be larger than a few thousand bytes; no fixture, for the tests' own log may be a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def a_table(path: Path) -> None:
    save_file({"table": np.zeros(MOST, np.float32)}, path)


def a_tokenizer(path: Path) -> None:
    Tokenizer(models.WordLevel(WORDS, unk_token="word0")).save(str(path))


def bytes_of_ones(path: Path) -> None:
    path.write_bytes(b"1" * 2 * MOST)


@pytest.mark.parametrize("write", [a_table, a_tokenizer, bytes_of_ones])
def test_every_library_that_cannot_write_is_told_as_the_disk(write: Callable[[Path], None], tmp_path: Path):
    with pytest.raises(DiskRefuses, match="File too large"), small_files(), telling(tmp_path / "model"):
        write(tmp_path / "written")


def test_what_is_no_fault_of_the_disk_goes_on_as_it_is(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), telling(tmp_path):
        _ = 1 / 0
