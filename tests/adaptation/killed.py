"""A training that kills its own process after a step: python -m tests.adaptation.killed MODEL FOLDER STEP."""

import os
import signal
import sys
from pathlib import Path

from tests.adaptation.test_training import run, training


def main(model: str, folder: str, at: str) -> None:
    """Trains, and is gone after that step."""

    def step(share: float, message: object) -> None:
        if f"Step {at} of" in str(message):
            os.kill(os.getpid(), signal.SIGKILL)

    run(training(Path(model), Path(folder)), step)


if __name__ == "__main__":
    main(*sys.argv[1:])
