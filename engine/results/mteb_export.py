"""How do our runs become a results folder that mteb loads?"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from engine import config, plugins
from engine.benchmarks import registry
from engine.benchmarks.gathering import MERGED
from engine.benchmarks.mteb_tasks import PREFIX, address
from engine.datasets import library
from engine.models import catalogue
from engine.results.store import Results
from engine.types import ModelEntry, Result, UserError

_MADE_BY = "parallax"
_CODES = {"zh": "cmn-Hans", "en": "eng-Latn", "de": "deu-Latn", "fr": "fra-Latn", "es": "spa-Latn", "ja": "jpn-Jpan",
          "ko": "kor-Hang", "ru": "rus-Cyrl", "pt": "por-Latn", "it": "ita-Latn", "ar": "ara-Arab", "hi": "hin-Deva",
          }  # fmt: skip
_UNKNOWN = "und-Zyyy"


def export(runs: Iterable[str], folder: Path) -> tuple[list[Path], list[UserError]]:
    """The files that it wrote, and why others are not among them: a damaged run holds up no other.

    Writes runs as `ResultCache(folder).load_results()` reads them: results/{model}/{revision}/{task}.json.

    Scores are in full precision. Runs on several subsets or splits of one task come into one file; own datasets keep
    their name, their fingerprint as dataset_revision, and our main metric as main_score. A model without a revision
    gets a digest of its catalogue entry and files, a precision other than float32 stands behind it: no two ever meet.
    """
    store, written, failed = Results(), dict[Path, None](), list[UserError]()
    for run in runs:
        try:
            result = store.result(run)
        except UserError as error:
            failed.append(error)
            continue
        meta = _meta(result, catalogue.entries().get(result.model))
        model = folder / "results" / _path_name(meta["name"]) / meta["revision"]
        target = model / f"{_task(result)[0]}.json"
        model.mkdir(parents=True, exist_ok=True)
        _write(model / "model_meta.json", meta)
        known = json.loads(target.read_text(encoding="utf-8")) if target in written else None
        _write(target, _merged(known, _file(result, registry.version())))
        written[target] = None
    return list(written), failed


def archive(runs: Iterable[str]) -> bytes:
    """The same folder as a Zip file; in `not_exported.txt` why runs are not in it, if any are not."""
    target = io.BytesIO()
    with TemporaryDirectory(dir=config.home()) as folder:
        failed = export(runs, Path(folder))[1]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(Path(folder).rglob("*.json")):
                packed.write(path, path.relative_to(folder))
            if failed:
                packed.writestr("not_exported.txt", "".join(f"{error}\n" for error in failed))
    return target.getvalue()


def _task(result: Result) -> tuple[str, str, str, tuple[str, ...], str]:
    """mteb's task, subset, split, languages and the data's revision."""
    if result.dataset.startswith(PREFIX):
        place = address(result.dataset)
        languages = place.entry.subsets[place.subset]
        return place.entry.name, place.subset, place.split, languages, place.entry.revision
    entry = library.entries().get(result.dataset)
    codes = [_CODES.get(code, code if "-" in code else _UNKNOWN) for code in (entry.languages if entry else ())]
    return _path_name(result.dataset), "default", "test", tuple(codes or [_UNKNOWN]), result.fingerprint


def _file(result: Result, version: str) -> dict[str, Any]:
    task, subset, split, languages, revision = _task(result)
    main, metrics = plugins.tasks()[result.task].main_metric, dict(result.metrics)
    if result.settings.get("task", {}).get("merge_subqueries"):
        main, metrics = MERGED + main, {MERGED + name: value for name, value in metrics.items()}
    if result.dataset.startswith(PREFIX):
        wanted = address(result.dataset).entry.main_metric
        main = wanted if wanted in metrics else main
    made_by = f"{version}+{_MADE_BY}"
    entry = metrics | {
        "main_score": metrics[main],
        "hf_subset": subset,
        "languages": list(languages),
        "mteb_version": made_by,
    }
    return {
        "dataset_revision": revision,
        "task_name": task,
        "mteb_version": made_by,
        "scores": {split: [entry]},
        "evaluation_time": result.timings.get("total"),
        "kg_co2_emissions": None,
        "date": None,
    }


def _merged(known: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    if known is None:
        return new
    for split, entries in new["scores"].items():
        known["scores"].setdefault(split, []).extend(entries)
    known["evaluation_time"] = (known["evaluation_time"] or 0.0) + (new["evaluation_time"] or 0.0)
    return known


def _revision(result: Result) -> str:
    said = str(result.settings.get("revision") or "")
    model = f"{result.settings.get('entry', '')}{result.settings.get('files', '')}" or result.encoder_key
    revision = said or hashlib.blake2b(model.encode(), digest_size=8).hexdigest()
    precision = result.settings.get("precision", "float32")
    return _path_name(revision if precision in ("float32", "") else f"{revision}-{precision}")


def _path_name(name: str) -> str:
    return re.sub(r"[^\w.+-]", "_", name.replace("/", "__"))


def _meta(result: Result, entry: ModelEntry | None) -> dict[str, Any]:
    """All keys of mteb's ModelMeta; a name without an organisation gets ours, as mteb wants one."""
    name = result.model if "/" in result.model else f"{_MADE_BY}/{result.model}"
    unknown = dict.fromkeys(
        ("loader", "release_date", "languages", "n_active_parameters_override", "n_embedding_parameters",
         "memory_usage_mb", "license", "open_weights", "public_training_code", "public_training_data", "reference",
         "use_instructions", "training_datasets", "adapted_from", "superseded_by", "citation", "contacts",
         "experiment_kwargs", "output_dtypes", "extra_requirements_groups")
    )  # fmt: skip
    return unknown | {
        "name": name,
        "revision": _revision(result),
        "loader_kwargs": {},
        "n_parameters": entry.parameters if entry else None,
        "max_tokens": entry.reads if entry else None,
        "embed_dim": entry.width if entry else None,
        "framework": [],
        "similarity_fn_name": result.settings.get("similarity", "cosine"),
        "modalities": ["text"],
        "model_type": ["dense"],
    }


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """JSON as mteb writes it, NaN included."""
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2, default=_plain), encoding="utf-8")


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else str(value)
