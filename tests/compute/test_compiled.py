"""Code that was compiled in another process is used again only where none of it has changed since."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLER = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
from engine.compute.compiled import compiled
from parts import one_more

def fill(numbers):
    for place in range(len(numbers)):
        numbers[place] = one_more(place)

found = np.zeros(3, np.int64)
compiled(fill, parts=(one_more,))(found)
print(found.tolist())
"""


def test_what_a_compiled_function_calls_may_lie_in_another_file_and_change(tmp_path: Path):
    (tmp_path / "caller.py").write_text(CALLER.format(root=str(ROOT)))
    said = []
    for more in (1, 5):
        (tmp_path / "parts.py").write_text(f"def one_more(number):\n    return number + {more}\n")
        command = [sys.executable, "-B", "caller.py"]
        said.append(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip())
    assert said == ["[1, 2, 3]", "[5, 6, 7]"]
