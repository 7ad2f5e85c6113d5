"""Is a device that does not answer gone, or only busy? Its node's port says it, where Ray does not know yet."""

import socket
import time
from types import SimpleNamespace

import pytest

from engine.cluster.crew import Crew
from engine.cluster.members import Member
from tests.conftest import free_port


class Mute:
    """An actor that takes every call and answers none, and a Ray that knows of nothing."""

    def __getattr__(self, name):
        return SimpleNamespace(remote=lambda *given: object())


RAY = SimpleNamespace(
    get_runtime_context=lambda: SimpleNamespace(gcs_address="127.0.0.1:9"),
    wait=lambda calls, num_returns, timeout: ([], calls),
    kill=lambda actor: None,
    exceptions=SimpleNamespace(RayError=RuntimeError),
)


@pytest.mark.parametrize(("listens", "seconds", "left"), [(False, 3, 0), (True, 3, 1), (True, 200, 0), (False, 0, 1)])
def test_who_is_silent_while_the_node_takes_no_calls_is_gone_and_its_work_is_given_back(listens, seconds, left):
    with socket.socket() as node:
        node.bind(("127.0.0.1", 0))
        if listens:
            node.listen()
        port = node.getsockname()[1] if listens else free_port()
        crew = Crew(RAY)
        heard = time.monotonic() - seconds
        crew.members = [Member("n", "127.0.0.1", port, 0, Mute(), heard, work=4, known=True)]
        lost = [member.work for member, outcome in crew._heard() if outcome is None]
    assert len(crew.members) == left and lost == [4] * (1 - left)
