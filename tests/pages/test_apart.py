"""What takes long is computed beside the server, which comes to no harm by it."""

import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

from engine.types import UserError
from pages.parts.apart import apart, beside
from pages.parts.apart.process import Beside


@apart
def doubled(number: int) -> tuple[int, int]:
    """Twice as much, and who says so."""
    return 2 * number, os.getpid()


@apart
def refused(name: str) -> None:
    """An error that a person can mend."""
    raise UserError("{name} is not here", name=name)


@apart
def died_once(mark: Path) -> str:
    """Kills its process the first time that it is asked."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "answered"


@apart
def held(gate: Path, mark: Path) -> int:
    """Waits at a gate until somebody opens it; how often it has come there."""
    with mark.open("a") as line:
        line.write("x")
    gate.read_bytes()
    return len(mark.read_text())


def test_without_a_server_all_is_computed_here():
    assert doubled(2) == (4, os.getpid())


def test_what_streamlit_calls_the_main_module_is_not_run_once_more(home: Path, tmp_path: Path, monkeypatch):
    page, mark = tmp_path / "app.py", tmp_path / "run"
    page.write_text(f"open({str(mark)!r}, 'w')")
    main = ModuleType("__main__")
    main.__file__ = str(page)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with beside():
        assert doubled(2)[0] == 4
    assert not mark.exists()


def test_with_one_another_process_answers_its_errors_come_back_and_a_killed_one_is_begun_anew(
    home: Path, tmp_path: Path
):
    with beside():
        value, process = doubled(2)
        assert value == 4 and process != os.getpid()
        assert doubled(3) == (6, process)
        with pytest.raises(UserError, match="x is not here"):
            refused("x")
        assert died_once(tmp_path / "mark") == "answered"
        after = doubled(4)[1]
        assert after not in (process, os.getpid())
    with pytest.raises(ProcessLookupError):
        os.kill(after, 0)


class Pressed(BaseException):
    """As Streamlit says it to a page whose visitor has turned to another one."""


def test_what_takes_long_keeps_no_other_question_waiting_and_goes_on_when_somebody_turns_away(
    home: Path, tmp_path: Path
):
    gate, mark, process = tmp_path / "gate", tmp_path / "mark", Beside()
    long = (held.__module__, "held", (gate, mark))
    os.mkfifo(gate)

    def press() -> None:
        raise Pressed

    with pytest.raises(Pressed):
        process.call(*long, press)
    assert process.call(doubled.__module__, "doubled", (2,), lambda: None)[0] == 4
    gate.write_bytes(b"")
    assert process.call(*long, lambda: None) == 1
    process.end()
