"""Which cluster of Ray is meant, may this process take part in it, and does it still answer?"""

import os
import platform
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine import config
from engine.types import Message, UserError

SETTING = "PARALLAX_CLUSTER"
AUTO = "auto"
NAMESPACE = "parallax"
ANSWER_SECONDS = 2.0


def address() -> str:
    """`auto` for the cluster that this machine is in, HOST:PORT of its head, or nothing: PARALLAX_CLUSTER says it.

    Raises:
        UserError: it says something else.
    """
    said = os.environ.get(SETTING, "").strip()
    host, _, port = said.rpartition(":")
    if said and said != AUTO and not (host and port.isdigit()):
        raise UserError("PARALLAX_CLUSTER is {said!r}; it has to be auto, or HOST:PORT of the head.", said=said)
    return said


@contextmanager
def connected(place: str) -> Iterator[Any]:
    """The module `ray`, connected to a cluster until the block ends; calls in vain are answered within seconds.

    Raises:
        UserError: Ray is not installed, nobody answers there, or its Python or Ray is another one than here.
    """
    # Set before Ray is imported: it reads them once. Whoever sets them otherwise means it.
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "5")  # seconds until a wrong token is told
    try:
        import ray
    except ImportError as error:
        raise UserError(
            "A cluster needs Ray: pip install -r requirements-cluster.txt, or leave PARALLAX_CLUSTER empty."
        ) from error
    _connect(ray, place)
    try:
        yield ray
    finally:
        ray.shutdown()


def _connect(ray: Any, place: str) -> None:
    if place != AUTO and not answers(place):
        raise _nobody(place)
    ours = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            address=place, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR", configure_logging=False
        )
    except (ConnectionError, TimeoutError) as error:
        raise _nobody(place) from error
    except RuntimeError as error:
        if "mismatch" not in str(error):
            raise _nobody(place) from error
        raise UserError(
            "This process cannot take part in the cluster at {place}: {told}",
            place=place,
            told=" ".join(str(error).split()),
        ) from error
    except ray.exceptions.AuthenticationError as error:
        raise _nobody(place) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ours)  # Ray puts its own in the place of a worker's


def _nobody(place: str) -> UserError:
    return UserError(
        "No cluster answers at {place}: it is not there, or wants another token than this process has (RAY_AUTH_TOKEN, "
        "RAY_AUTH_TOKEN_PATH or ~/.ray/auth_token, the same on every machine).",
        place=place,
    )


def answers(place: str, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether something listens at HOST:PORT: the kernel of a machine takes the call, however busy the process is."""
    host, _, port = place.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=seconds):
            return True
    except OSError:
        return False


def versions() -> dict[str, str]:
    """What has to be the same everywhere: two versions may give two vectors."""
    import ray

    return {"Python": platform.python_version(), "Ray": ray.__version__, "Parallax": config.version()}


def difference(here: Mapping[str, str], there: Mapping[str, str], node: str) -> Message | None:
    """Why a node cannot take part, naming both versions; None where they are the same."""
    parts = [f"{name} {there.get(name, '?')} ({here[name]})" for name in here if there.get(name) != here[name]]
    if not parts:
        return None
    return Message(
        "{node} takes no part: it has {versions}, in brackets what the head's command has; install the same there.",
        {"node": node, "versions": ", ".join(parts)},
    )
