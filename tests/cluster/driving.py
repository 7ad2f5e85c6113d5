"""What works in a cluster beside a test, and what a test waits for."""

import threading
import time

from engine.cluster import spread
from engine.types import UserError

SOON = 90.0


def wait_for(seen, what, told=()):
    deadline = time.monotonic() + SOON
    while not seen():
        assert time.monotonic() < deadline, f"in vain for {what}: {told() if callable(told) else told[-5:]}"
        time.sleep(0.05)


class Driver(threading.Thread):
    """Works pieces off in the cluster, beside the test."""

    def __init__(self, works):
        super().__init__(daemon=True)
        self.works, self.told, self.found, self.error = works, [], {}, None
        self.start()

    def run(self):
        try:
            for piece, value in spread.results(self.works, lambda share, said: self.told.append(str(said))):
                self.found[piece] = value
        except UserError as error:
            self.error = error
            self.told.append(str(error))

    def end(self, seconds=SOON):
        self.join(seconds)
        assert not self.is_alive(), self.told[-3:]
        return self
