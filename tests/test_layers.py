"""The walls of the house: which file may import which, and what no page or engine file may do."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    0: ("types", "plugins", "config", "metrics", "search", "keywords", "languages", "markup",
        "nearest", "snippets", "shortlist", "mutual", "threads", "compiled", "columns", "text_columns", "saved_tables",
        "umap_layout"),
    1: ("tasks", "families", "readers", "projections"),
    2: ("datasets", "mapping", "recognition", "conversion", "fingerprint", "checks", "column_checks",
        "task_checks", "profile", "text_profile",
        "models", "encoding", "batching", "vectors", "neighbours", "geometry", "store", "jobs", "benchmarks",
        "database", "result_table", "job_table", "lanes"),
    3: ("stats", "resampling", "evaluate", "suites", "suite_jobs", "plans", "export", "tables", "points", "pictures",
        "likeness", "selection", "changes",
        "maps", "slices", "explore", "quantising", "variants", "stored", "compression", "hybrid", "costs",
        "stability", "precautions", "vector_health",
        "instructions",
        "report",
        "noise", "marks", "corrections", "what_if", "judging",
        "errors", "reading", "thresholds", "confusions", "clusters", "translations", "ratings",
        "truncation", "traits", "segments", "wording", "shapes", "power", "verdict"),
    4: ("worker", "labour", "__main__"),
}  # fmt: skip
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names}
HEAVY = {"torch", "transformers", "sentence_transformers", "umap", "sklearn", "faiss", "numba", "mteb", "jieba"}
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


def part(path: Path) -> str:
    """`engine/tasks/sts.py` -> `tasks`; `engine/store.py` -> `store`."""
    return path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(ROOT)))
def test_engine_files_import_only_from_their_own_layer_or_below(path: Path):
    if part(path) == "__init__":
        return
    assert part(path) in LAYER_OF, f"{path.name} has no layer: add it to LAYERS"
    for name in imports(path):
        assert not name.startswith(("streamlit", "pages")), f"{path} imports {name}"
        if name.startswith("engine.") and (seen := name.split(".")[1]) in LAYER_OF:
            assert LAYER_OF[seen] <= LAYER_OF[part(path)], f"{path} imports {name}, which lies above it"


@pytest.mark.parametrize("folder", LAYERS[1])
def test_tasks_families_readers_and_projections_never_see_one_another(folder: str):
    for path in (ROOT / "engine" / folder).glob("*.py"):
        others = {f"engine.{name}" for name in LAYERS[1] if name != folder}
        assert not {name for name in imports(path) if ".".join(name.split(".")[:2]) in others}, path


@pytest.mark.parametrize("path", ENGINE + PAGES + [ROOT / "app.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_where_they_are_used(path: Path):
    assert not {name.split(".")[0] for name in imports(path, top_only=True)} & HEAVY


def test_no_script_lies_directly_in_pages_where_streamlit_would_run_it_without_its_frame():
    assert [path.name for path in (ROOT / "pages").glob("*.py")] in ([], ["__init__.py"])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_never_render_text_as_html(path: Path):
    assert "unsafe_allow_html" not in path.read_text(encoding="utf-8")


def test_no_module_is_a_drawer_for_anything():
    assert not [path for path in ENGINE + PAGES if path.stem in {"utils", "helpers", "manager", "common", "misc"}]
