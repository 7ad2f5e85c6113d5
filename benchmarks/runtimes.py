"""Would another runtime be faster on a processor? OpenVINO with everything else that the engine does around a model.

pip install openvino==2026.4.1
python -m benchmarks.runtimes texts.parquet [--model all-MiniLM-L6-v2] [--texts 1500] [--rounds 5] [--precision float32]

Both sides tokenise, cut batches by tokens, hash and store alike, and have a stream on every core; OpenVINO gets padded
batches of the converted model, which ends in the pooled vector. The rounds are interleaved and medians compared.
"""

import argparse
import os
import tempfile
import threading
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.encoding import largest, read, timed
from engine import config
from engine.encoding import store
from engine.encoding.encode import encode
from engine.families import sentence_transformer
from engine.families.sentence_transformer import TokenisingEncoder
from engine.models import catalogue
from engine.types import Encoder, Texts


class Whole(torch.nn.Module):
    """Ids and mask in, vectors out."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.inner = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (texts, d)."""
        kinds = torch.zeros_like(input_ids)
        features = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": kinds}
        found: torch.Tensor = self.inner(features)["sentence_embedding"]
        return found


class OpenVino(TokenisingEncoder):
    """The same model and batches, computed by OpenVINO."""

    def __init__(self, encoder: TokenisingEncoder, precision: str) -> None:
        import openvino

        self.__dict__.update(encoder.__dict__)
        self.key = "openvino"
        example = {"input_ids": torch.ones((2, 8), dtype=torch.long)}
        example["attention_mask"] = torch.ones_like(example["input_ids"])
        converted = openvino.convert_model(Whole(encoder.model.eval()), example_input=example)
        hints = {"INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[precision]}
        cores = config.machine().cores
        hints |= {"NUM_STREAMS": str(cores), "INFERENCE_NUM_THREADS": str(cores)}
        self.compiled = openvino.compile_model(converted, "CPU", hints)
        self.own = threading.local()

    def _run(self, batch: list[np.ndarray]) -> Any:
        if not hasattr(self.own, "request"):
            self.own.request = self.compiled.create_infer_request()
        padded = {name: value.numpy() for name, value in self._padded(batch).items() if name != "token_type_ids"}
        return torch.from_numpy(self.own.request.infer(padded)[0].copy())


def anew(encoder: Encoder, texts: list[str]) -> np.ndarray:
    """All texts encoded and stored."""
    store.clear(encoder.key)
    return np.asarray(encode(encoder, Texts(texts)).vectors)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--texts", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    wanted = parser.parse_args()
    texts = read(wanted.file, wanted.texts)
    entry = catalogue.find(wanted.model)
    plain, other = (sentence_transformer.load(entry, "cpu", one) for one in (wanted.precision, "float32"))
    assert isinstance(plain, TokenisingEncoder) and isinstance(other, TokenisingEncoder)
    ways = {"Parallax": plain, "OpenVINO": OpenVino(other, wanted.precision)}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    found = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        for encoder in ways.values():
            anew(encoder, texts[:300])
        for _round in range(wanted.rounds):
            for name, encoder in ways.items():
                wall, cpu, found[name] = timed(partial(anew, encoder, texts))
                seconds[name].append((wall, cpu))
    print(f"{len(texts)} texts, {wanted.precision}, {config.machine().name}, {config.machine().cores} cores")
    for name, times in seconds.items():
        wall, cpu = np.median(np.array(times), axis=0)
        ratio = median(b[0] / a[0] for a, b in zip(seconds["Parallax"], times, strict=True))
        print(f"{name:10} {wall:7.2f} s {cpu:7.2f} CPU s   Parallax is {ratio:.2f} x as fast")
    print(f"largest 1 - cosine between them: {largest(found['Parallax'], found['OpenVINO']):.1e}")


if __name__ == "__main__":
    main()
