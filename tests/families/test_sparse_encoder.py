"""Learned sparse models: the library's weights as CSR rows, through search, variants and the vector store."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sentence_transformers import SparseEncoder

from engine.encoding.encode import encode
from engine.families import sparse_encoder, static
from engine.models import catalogue, variants
from engine.search.top_k import top_k
from engine.types import BadModel, Texts
from tests.checkpoints import KINDS, TEXTS, splade

pytestmark = pytest.mark.usefixtures("home")
LIBRARY = {None: "encode", "query": "encode_query", "document": "encode_document"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return splade(tmp_path_factory.mktemp("splade"))


@pytest.mark.parametrize("role", LIBRARY)
def test_vectors_are_the_librarys_as_csr_rows(folder, role):
    entry = catalogue.inspect(str(folder))
    assert (entry.family, entry.prompts) == ("sparse_encoder", {"query": "query : "})
    ours, library = catalogue.load(entry), SparseEncoder(str(folder), device="cpu")
    found = encode(ours, Texts(TEXTS, role)).vectors
    assert sparse.issparse(found) and found.dtype == np.float32 and found.nnz < found.shape[0] * found.shape[1]
    wanted = getattr(library, LIBRARY[role])(TEXTS, batch_size=3).to_dense().numpy()
    np.testing.assert_allclose(found.toarray(), wanted, atol=1e-5)
    assert ours.similarity == "dot"


def test_a_missing_prompt_would_be_seen(folder):
    ours = catalogue.load(catalogue.inspect(str(folder)))
    silent = sparse_encoder.load(replace(catalogue.inspect(str(folder)), prompts={"query": ""}), "cpu", "float32")
    asked, bare = (one.encode(["a cat"], "query").toarray() for one in (ours, silent))
    assert np.abs(asked - bare).max() > 1e-3


def test_documents_are_found_by_their_weights(folder):
    ours = catalogue.load(catalogue.inspect(str(folder)))
    documents = encode(ours, Texts(TEXTS, "document")).vectors
    rows, scores = top_k(ours.encode(["a dog"], "query"), documents, 3, similarity=ours.similarity)
    exact = (ours.encode(["a dog"], "query") @ documents.T).toarray()[0]
    np.testing.assert_allclose(scores[0], np.sort(exact)[::-1][:3], rtol=1e-5)
    assert exact[rows[0, 0]] == exact.max()


def test_sparse_rows_are_neither_shortened_nor_rounded_but_may_read_less(folder):
    entry = catalogue.inspect(str(folder))
    for changes in (variants.Changes(dimension=8), variants.Changes(vectors="int8")):
        with pytest.raises(BadModel, match="cannot be changed in that way"):
            variants.variant(entry, changes)
    short = catalogue.load(variants.variant(entry, variants.Changes(max_length=6)))
    library = SparseEncoder(str(folder), device="cpu")
    library.max_seq_length = 6
    wanted = library.encode(TEXTS).to_dense().numpy()
    np.testing.assert_allclose(short.encode(TEXTS).toarray(), wanted, atol=1e-5)


def test_texts_that_do_not_fit_the_device_together_go_in_smaller_parts_and_that_is_said(folder, monkeypatch):
    ours, said, sizes = catalogue.load(catalogue.inspect(str(folder))), [], []
    whole, texts = ours.model.encode, [f"{text} {number}" for number, text in enumerate(TEXTS)]
    wanted = ours.encode(texts).toarray()

    def narrow(inputs, **settings):
        sizes.append(len(inputs))
        if len(inputs) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return whole(inputs, **settings)

    monkeypatch.setattr(ours.model, "encode", narrow)
    found = encode(ours, Texts(texts), lambda share, message: said.append(str(message)))
    np.testing.assert_allclose(found.vectors.toarray(), wanted, atol=1e-5)
    assert sizes[:3] == [9, 4, 2] and max(sizes[2:]) <= 3
    assert "The device ran out of memory: on with 4 texts at a time" in said


def test_only_a_table_is_loaded_as_one(tmp_path):
    table = catalogue.inspect(str(KINDS["static"](tmp_path / "table")))
    assert catalogue.load(table).key == catalogue.load(table, "bfloat16").key
    with pytest.raises(BadModel, match="no table of token vectors but a Transformer"):
        static.load(catalogue.inspect(str(KINDS["bert mean"](tmp_path / "bert"))), "cpu", "float32")
