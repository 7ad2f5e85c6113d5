"""The walls of the house: which room may import which, and what no page or engine file may do."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("families", "projections", "readers", "recipes", "sources", "splitters", "tasks")
"""Found by themselves through `plugins`: nobody but `plugins` loads them, and they never see one another."""
ROOMS = (
    ("entries", "notation", "rankings", "vectors"),
    ("messages",),
    ("judged",),
    ("readings",),
    ("types",),
    ("training",),
    ("config",),
    ("plugins",),
    ("compute", "storage", "texts", "weights"),
    ("endpoints", "search", "jobs", "terminal"),
    ("metrics",),
    ("families", "projections", "readers", "splitters", "tasks"),
    ("models", "datasets"),
    ("encoding", "benchmarks"),
    ("recipes", "sources", "results"),
    ("statistics",),
    ("pipelines",),
    ("runs",),
    ("cluster", "inspection", "maps", "suites"),
    ("comparison",),
    ("adaptation",),
    ("integrity",),
    ("__main__", "worker"),
)
"""From the ground up: a room imports from the rows below its own only."""
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}
HEAVY = {"torch", "transformers", "sentence_transformers", "umap", "sklearn", "faiss", "numba", "mteb", "jieba", "ray"}
MOST_FILES = 15
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """The dotted names that a file imports, anywhere or at its top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else list(ast.walk(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(path: Path) -> str:
    """`engine/tasks/sts.py` -> `tasks`; `engine/config.py` -> `config`."""
    return path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_only_from_rooms_below_them(path: Path):
    if room(path) == "__init__":
        return
    assert room(path) in FLOOR, f"{path.name} has no floor: add it to ROOMS"
    for name in imports(path):
        assert not name.startswith(("streamlit", "pages")), f"{path} imports {name}"
        if not name.startswith("engine.") or (seen := name.split(".")[1]) == room(path) or seen not in FLOOR:
            continue
        assert FLOOR[seen] < FLOOR[room(path)], f"{path} imports {name}, which does not lie below it"
        assert seen != "sources", f"{path} imports {name}; sources are found through plugins"


def test_files_of_a_room_import_one_another_in_no_circle():
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ENGINE + PAGES}
    arrows = {name: imports(path) & set(names) - {name} for name, path in names.items()}
    while ground := {name for name, below in arrows.items() if not below & set(arrows)}:
        arrows = {name: below for name, below in arrows.items() if name not in ground}
    assert not arrows, "these import one another in a circle"


@pytest.mark.parametrize("kind", KINDS)
def test_the_kinds_never_see_one_another(kind: str):
    for path in (ROOT / "engine" / kind).glob("*.py"):
        others = {f"engine.{name}" for name in KINDS if name != kind}
        assert not {name for name in imports(path) if ".".join(name.split(".")[:2]) in others}, path


@pytest.mark.parametrize("path", ENGINE + PAGES + [ROOT / "app.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_where_they_are_used(path: Path):
    assert not {name.split(".")[0] for name in imports(path, top_only=True)} & HEAVY


def test_no_folder_holds_more_files_than_one_can_overlook():
    folders = {path.parent for path in ENGINE + PAGES}
    full = {folder: len([one for one in folder.glob("*.py") if one.name != "__init__.py"]) for folder in folders}
    assert {str(folder.relative_to(ROOT)): files for folder, files in full.items() if files > MOST_FILES} == {}


def test_the_tests_stand_under_the_rooms_that_they_are_about():
    rooms = {path.name for path in (ROOT / "engine").iterdir() if path.is_dir()} | {"pages", "layouts"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__", "screenshots"}
    assert folders <= rooms


def test_no_script_lies_directly_in_pages_where_streamlit_would_run_it_without_its_frame():
    assert [path.name for path in (ROOT / "pages").glob("*.py")] in ([], ["__init__.py"])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_never_render_text_as_html(path: Path):
    assert "unsafe_allow_html" not in path.read_text(encoding="utf-8")


def test_no_module_is_a_drawer_for_anything():
    assert not [path for path in ENGINE + PAGES if path.stem in {"utils", "helpers", "manager", "common", "misc"}]
