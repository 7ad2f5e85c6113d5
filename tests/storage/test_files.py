"""What is written lies on the disk whole or not at all, and whoever changes a file is alone with it."""

import errno
import os
import threading
from pathlib import Path

import pytest

from engine.storage import documents, kept_files
from engine.storage.failures import Damaged, DiskRefuses
from engine.storage.files import locked, whole


def test_an_exception_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), whole(path) as fresh:
        fresh.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "The disk is full"), (errno.EROFS, "may only be read"), (errno.EIO, "cannot")]
)
def test_what_the_disk_says_is_told_in_a_sentence_with_the_file(tmp_path: Path, number: int, said: str):
    with pytest.raises(DiskRefuses, match=said) as told, whole(tmp_path / "a.txt"):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path / "a.txt") in str(told.value)


def test_two_writers_of_one_file_never_share_a_name_and_the_last_one_stays(tmp_path: Path):
    path = tmp_path / "a.txt"
    with whole(path) as first, whole(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first" and list(tmp_path.iterdir()) == [path]


def test_whoever_changes_a_file_under_its_lock_loses_no_other_change(tmp_path: Path):
    path = tmp_path / "count.txt"
    path.write_text("0")

    def count() -> None:
        for _turn in range(50):
            with locked(path), whole(path) as fresh:
                fresh.write_text(str(int(path.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert path.read_text() == "200"


def test_every_bit_of_a_document_is_held_and_one_of_an_earlier_version_is_read(tmp_path: Path):
    path, values = tmp_path / "a.json", {"name": "名", "rows": [1, 2.5, None], "nan": 1e-300, "inner": {"b": 1, "a": 2}}
    documents.write(path, values)
    content = path.read_bytes()
    assert documents.read(path) == values
    for place in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            try:
                read = documents.read(path)
            except Damaged:
                continue
            assert read == values or ("check" not in read and set(read) > set(values))  # its last name was hit
    path.write_text('{"name": "old"}')
    assert documents.read(path) == {"name": "old"}


def test_a_kept_file_that_is_damaged_counts_as_none_and_the_next_one_takes_its_place(tmp_path: Path):
    place = tmp_path / "run.parquet"
    place.write_text("of an earlier version")
    assert kept_files.find(place) == place
    for text in ("one", "two", "two"):
        with kept_files.keep(place) as fresh:
            fresh.write_text(text)
        (kept,) = tmp_path.iterdir()
        assert kept_files.find(place) == kept and kept.read_text() == text
    kept.write_text("twp")
    assert kept_files.find(place) is None
    kept_files.forget(place)
    assert list(tmp_path.iterdir()) == []
