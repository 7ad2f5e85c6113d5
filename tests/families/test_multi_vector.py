"""Late interaction models: the library's vectors of every layout, pooled and rounded, through the vector store."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sentence_transformers import MultiVectorEncoder

from engine.encoding.encode import encode
from engine.families import multi_vector
from engine.models import catalogue, variants
from engine.types import BadModel, ModelEntry, Texts, TokenVectors
from tests.checkpoints import LATE, TEXTS, bert, colbert, stanford

pytestmark = pytest.mark.usefixtures("home")
LIBRARY = {"query": "encode_query", "document": "encode_document", None: "encode"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {name: make(tmp_path_factory.mktemp("late")) for name, make in LATE.items()}


def close(found: TokenVectors, wanted) -> None:
    assert found.counts.tolist() == [len(one) for one in wanted]
    np.testing.assert_allclose(found.floats(), np.concatenate([one.numpy() for one in wanted]), atol=1e-5)


@pytest.mark.parametrize("role", LIBRARY)
@pytest.mark.parametrize("layout", LATE)
def test_vectors_are_the_librarys_in_every_layout_it_reads(folders, layout, role):
    entry = catalogue.inspect(str(folders[layout]))
    assert (entry.family, entry.dimension, entry.similarity) == ("multi_vector", 16, "maxsim")
    ours, library = catalogue.load(entry), MultiVectorEncoder(str(folders[layout]), device="cpu")
    assert isinstance(ours, multi_vector.TokenisingLateInteractionEncoder) and ours.similarity == "maxsim"
    found = encode(ours, Texts(TEXTS, role)).vectors
    close(found, getattr(library, LIBRARY[role])(TEXTS, batch_size=2))
    close(ours.encode(TEXTS, role), getattr(library, LIBRARY[role])(TEXTS, batch_size=2))


@pytest.mark.parametrize("layout", LATE)
def test_a_card_says_the_prompts_and_the_limit_that_its_runs_have(folders, layout):
    entry = catalogue.inspect(str(folders[layout]))
    ours = catalogue.load(entry)
    assert entry.prompts == {role: ours.model.prompts[role] for role in ("query", "document")}
    assert entry.max_length == {"pylate": 18}.get(layout, 20)
    long = ours.tokenise(["the cat " * 40], "document")[0]
    assert len(long) == entry.max_length


def test_what_changes_vectors_changes_the_key(tmp_path):
    folder = stanford(tmp_path)
    entry = catalogue.inspect(str(folder))
    keys = {multi_vector.load(entry, "cpu", "float32").key, multi_vector.load(entry, "cpu", "bfloat16").key}
    for changes in ({"max_length": 9}, {"pool_factor": 2.0}, {"vectors": "int8"}, {"vectors": "float16"}):
        made = variants.variant(entry, variants.Changes(**changes))
        keys.add(multi_vector.load(made, "cpu", "float32").key)
    settings = json.loads((folder / "artifact.metadata").read_text())
    (folder / "artifact.metadata").write_text(json.dumps(settings | {"mask_punctuation": False}))
    keys.add(multi_vector.load(entry, "cpu", "float32").key)
    assert len(keys) == 7


def test_documents_are_pooled_by_a_factor_as_the_library_pools_them_and_queries_are_not(folders):
    from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling

    entry = catalogue.inspect(str(folders["library"]))
    made = variants.variant(entry, variants.Changes(pool_factor=2.0))
    assert made.name.endswith("· tokens pooled by 2")
    ours, library = catalogue.load(made), MultiVectorEncoder(str(folders["library"]), device="cpu")
    found = encode(ours, Texts(TEXTS, "document")).vectors
    wanted = library.encode_document(TEXTS, token_pooling=HierarchicalTokenPooling(2.0))
    close(found, wanted)
    assert len(found.values) < 0.7 * len(encode(catalogue.load(entry), Texts(TEXTS, "document")).vectors.values)
    close(encode(ours, Texts(TEXTS, "query")).vectors, library.encode_query(TEXTS))


@pytest.mark.parametrize(("precision", "kind", "error"), [("float16", "float16", 1e-3), ("int8", "int8", 0.01)])
def test_vectors_lie_on_disk_in_the_precision_that_is_asked_and_nearly_the_same(folders, precision, kind, error):
    entry = catalogue.inspect(str(folders["library"]))
    full = encode(catalogue.load(entry), Texts(TEXTS, "document")).vectors
    ours = catalogue.load(variants.variant(entry, variants.Changes(vectors=precision)))
    found = encode(ours, Texts(TEXTS, "document")).vectors
    assert found.values.dtype == kind and found.nbytes == full.nbytes * found.values.itemsize // 4
    np.testing.assert_allclose(found.floats(), full.floats(), atol=error)
    assert np.abs(found.floats() - full.floats()).max() > 0
    again = encode(ours, Texts(TEXTS, "document"))
    assert again.cached == again.distinct and again.vectors.values.tobytes() == found.values.tobytes()


def test_what_makes_no_sense_for_many_vectors_is_refused(folders):
    entry = catalogue.inspect(str(folders["library"]))
    for changes in (variants.Changes(dimension=8), variants.Changes(vectors="binary"), variants.Changes(pooling="cls")):
        with pytest.raises(BadModel, match="cannot be changed in that way"):
            variants.variant(entry, changes)
    with pytest.raises(BadModel, match=r"above 1; 0\.5 is none"):
        variants.variant(entry, variants.Changes(pool_factor=0.5))


def test_a_plain_encoder_is_not_loaded_with_a_last_layer_that_nobody_trained(tmp_path):
    plain = ModelEntry("plain", "multi_vector", str(bert(tmp_path)))
    with pytest.raises(BadModel, match="holds no late interaction model; the library would draw its last layer"):
        catalogue.load(plain)


def test_int8_is_refused_where_lengths_of_vectors_matter(tmp_path):
    folder = colbert(tmp_path)
    listed = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps([one for one in listed if "Normalize" not in one["type"]]))
    entry = catalogue.inspect(str(folder))
    with pytest.raises(BadModel, match="keep the direction only; choose float16"):
        catalogue.load(variants.variant(entry, variants.Changes(vectors="int8")))


def test_a_variant_that_reads_less_cuts_documents_and_a_longer_one_is_refused(folders):
    entry = catalogue.inspect(str(folders["pylate"]))
    short = catalogue.load(variants.variant(entry, variants.Changes(max_length=7)))
    library = MultiVectorEncoder(str(folders["pylate"]), device="cpu")
    library[0].document_length = 7
    close(encode(short, Texts(TEXTS, "document")).vectors, library.encode_document(TEXTS))
    close(encode(short, Texts(TEXTS, "query")).vectors, library.encode_query(TEXTS))
    with pytest.raises(BadModel, match="reads 24 tokens at most, not 99"):
        catalogue.load(variants.variant(entry, variants.Changes(max_length=99)))


def test_another_prompt_than_the_checkpoints_is_used(folders):
    entry = replace(catalogue.inspect(str(folders["library"])), prompts={"query": "how "})
    library = MultiVectorEncoder(str(folders["library"]), device="cpu")
    close(encode(catalogue.load(entry), Texts(TEXTS, "query")).vectors, library.encode_query(TEXTS, prompt="how "))


def test_the_mean_is_compared_where_the_checkpoint_says_so(tmp_path):
    folder = colbert(tmp_path)
    MultiVectorEncoder(str(folder), device="cpu", similarity_fn_name="meanmaxsim").save_pretrained(str(folder))
    entry = catalogue.inspect(str(folder))
    assert entry.similarity == catalogue.load(entry).similarity == "meanmaxsim"
