"""What is measured in a fresh process owes nothing to what this one has done."""

import numpy as np
import pytest

from engine.compute import fresh_process, peak_memory
from engine.types import Cancelled, Message, UserError

LARGE = 400_000_000


def memory(share: float, step) -> int:
    step(share, Message("Measuring {n}", {"n": 1}))
    return peak_memory.most()


def refuses(name: str, step) -> None:
    raise UserError("There is no {name}.", name=name)


def test_what_this_process_holds_is_not_counted_and_steps_are_told_here():
    held = np.ones(LARGE // 8)
    told = []
    found = fresh_process.run(memory, 0.5, lambda share, message: told.append((share, str(message))))
    assert found < peak_memory.most() - LARGE / 2 and held.nbytes == LARGE
    assert told == [(0.5, "Measuring 1")]


def test_errors_and_a_cancellation_come_through():
    with pytest.raises(UserError, match="There is no such thing"):
        fresh_process.run(refuses, "such thing", lambda share, message: None)

    def cancelled(share, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        fresh_process.run(memory, 0.5, cancelled)
