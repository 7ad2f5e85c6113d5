"""Do models give the vectors that their own libraries give, and are they told apart?"""

import json
import shutil
from dataclasses import replace
from functools import cache

import bm25s
import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from torch.nn import Identity

from engine import plugins
from engine.encoding.encode import encode
from engine.families import bm25, checkpoints, configuration, opening, sentence_transformer, tfidf
from engine.models import catalogue
from engine.types import Asked, BadModel, Encoder, ModelEntry, Texts
from tests import rerankers
from tests.checkpoints import KINDS, TEXTS, bert, colbert, gpt2, splade

pytestmark = pytest.mark.usefixtures("home")
LIBRARY = {None: "encode", "query": "encode_query", "document": "encode_document"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Every kind of checkpoint, written when it is first asked for."""
    root, known = tmp_path_factory.mktemp("checkpoints"), {}

    def get(kind):
        if kind not in known:
            known[kind] = KINDS[kind](root / kind.replace(" ", "_"))
        return known[kind]

    return get


@pytest.fixture(scope="module")
def both(folders):
    """A checkpoint as we and as the library load it."""

    @cache
    def get(kind):
        library = SentenceTransformer(str(folders(kind)), device="cpu")
        if kind == "xlm-roberta":
            library.max_seq_length = 24  # by itself it reads past its table and fails
        return load(entry(folders(kind))), library

    return get


def entry(folder, **more):
    return ModelEntry("tiny", "sentence_transformer", str(folder), **more)


def load(one, precision="float32"):
    return sentence_transformer.load(one, "cpu", precision)


@pytest.mark.parametrize("role", LIBRARY)
@pytest.mark.parametrize("kind", KINDS)
def test_vectors_are_the_librarys_for_any_pooling_padding_head_and_prompt(both, kind, role):
    ours, library = both(kind)
    wanted = getattr(library, LIBRARY[role])(TEXTS, batch_size=4)
    np.testing.assert_allclose(encode(ours, Texts(TEXTS, role)).vectors, wanted, atol=1e-5)
    np.testing.assert_allclose(ours.encode(TEXTS, role), wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "mistake"),
    [
        ("bert cls", "pooling"),
        ("bert mean", "pooling"),
        ("modernbert", "pooling"),
        ("gemma", "pooling"),
        ("mpnet", "pooling"),
        ("xlm-roberta", "pooling"),
        ("bert cls", "prompt"),
        ("qwen3", "prompt"),
        ("gemma", "prompt"),
        ("bert with a head", "head"),
    ],
)
def test_a_wrong_pooling_prompt_or_a_lost_head_would_be_seen(both, folders, kind, mistake):
    wrong = load(entry(folders(kind), prompts={"query": ""} if mistake == "prompt" else {}))
    if mistake == "pooling":
        wrong.model[1].pooling_mode = "max"
    if mistake == "head":
        wrong.model[2] = Identity()
    wanted = both(kind)[1].encode_query(TEXTS)
    try:
        np.testing.assert_allclose(wrong.forward(wrong.tokenise(TEXTS, "query")), wanted, atol=1e-5)
    except (AssertionError, ValueError):
        return
    pytest.fail(f"a wrong {mistake} gives the library's vectors")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "static"])
def test_the_company_in_a_batch_changes_nothing(both, kind):
    ours, _ = both(kind)
    tokens = ours.tokenise(TEXTS, "query")
    together = ours.forward(tokens)
    for place, one in enumerate(tokens):
        np.testing.assert_allclose(ours.forward([one])[0], together[place], atol=1e-5)
        assert len(one) <= 24


@pytest.mark.parametrize("kind", ["qwen3", "mpnet", "bert mean"])
def test_padded_batches_are_the_librarys_token_for_token(both, kind):
    ours, library = both(kind)
    wanted = library.preprocess(TEXTS, prompt=ours.prompt("query"))
    made = ours._padded(ours.tokenise(TEXTS, "query"))
    assert set(made) == set(wanted) - {"modality", "prompt_length"}
    for name, values in made.items():
        np.testing.assert_array_equal(values, wanted[name])
    ours._left = not ours._left  # the wrong side would be seen
    other = ours._padded(ours.tokenise(TEXTS, "query"))
    ours._left = not ours._left
    assert not np.array_equal(other["input_ids"], wanted["input_ids"])


def test_berts_are_packed_and_others_padded(both):
    assert [kind for kind in KINDS if getattr(both(kind)[0], "_packs", False)] == [
        "bert mean", "bert cls", "bert with a head", "ernie", "xlm-roberta"]  # fmt: skip


def test_the_entrys_prompt_comes_before_the_models_own(folders):
    own = load(entry(folders("bert cls")))
    assert [own.prompt(role) for role in LIBRARY] == ["", "查询：", ""]
    told = load(entry(folders("bert cls"), prompts={"query": "a ", "document": "the "}))
    assert [told.prompt(role) for role in LIBRARY] == ["", "a ", "the "]
    library = SentenceTransformer(str(folders("bert cls")), device="cpu")
    np.testing.assert_allclose(told.encode(["cat"], "document"), library.encode(["the cat"]), atol=1e-6)
    assert load(entry(folders("bert cls"), prompts={"query": ""})).prompt("query") == ""
    assert told.key == own.key  # the prompt is in the text's key


def test_a_default_prompt_is_put_before_texts_without_a_role(tmp_path):
    folder = bert(tmp_path, prompts={"query": "query : "})
    path = folder / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"default_prompt_name": "query"}))
    ours = load(entry(folder))
    assert ours.prompt(None) == "query : "
    wanted = SentenceTransformer(str(folder), device="cpu").encode(["cat"])
    np.testing.assert_allclose(encode(ours, Texts(["cat"])).vectors, wanted, atol=1e-6)


def test_a_position_table_is_never_read_past_its_end(folders):
    assert load(entry(folders("xlm-roberta"))).model.max_seq_length == 24  # 26 rows, two before the first token
    with pytest.raises(BadModel, match="tiny reads 24 tokens at most, not 500"):
        load(entry(folders("bert mean"), asked=Asked(max_length=500)))
    assert load(entry(folders("bert mean"), asked=Asked(max_length=8))).model.max_seq_length == 8


def test_what_an_entry_says_of_its_length_holds_and_a_larger_figure_changes_nothing(folders):
    for said, read in ((8, 8), (512, 24), (None, 24)):
        one = entry(folders("bert mean"), max_length=said)
        assert load(one).model.max_seq_length == read == configuration.limit(one, folders("bert mean"))
    assert max(map(len, load(entry(folders("bert mean"), max_length=8)).tokenise(TEXTS, None))) == 8


@pytest.mark.parametrize("kind", [*(kind for kind in KINDS if kind != "static"), "gpt2"])
def test_how_far_a_model_reads_is_told_from_its_files_as_it_then_reads(folders, tmp_path, kind):
    folder = gpt2(tmp_path) if kind == "gpt2" else folders(kind)
    for one in (entry(folder), entry(folder, max_length=9), entry(folder, asked=Asked(max_length=7))):
        assert load(one).model.max_seq_length == configuration.limit(one, folder)


def test_positions_of_a_table_are_counted_from_the_first_token_whatever_stands_beside_it(tmp_path):
    folder = gpt2(tmp_path)
    ours, library = load(entry(folder)), SentenceTransformer(str(folder), device="cpu")
    alone = library.encode(TEXTS, batch_size=1)  # beside others the library counts the padding too
    np.testing.assert_allclose(ours.forward(ours.tokenise(TEXTS, None))[[0, 2, 4]], alone[[0, 2, 4]], atol=1e-5)
    beside = library.encode(TEXTS, batch_size=len(TEXTS))
    assert np.abs(beside - alone).max() > 1e-3


@pytest.mark.parametrize("kind", ["bert mean", "bert with a head", "static", "qwen3"])
def test_a_model_that_was_saved_with_a_shorter_dimension_gives_what_the_library_gives(folders, tmp_path, kind):
    SentenceTransformer(str(folders(kind)), truncate_dim=7, device="cpu").save_pretrained(str(tmp_path))
    wanted = SentenceTransformer(str(tmp_path), device="cpu").encode(TEXTS)
    found = encode(load(entry(tmp_path)), Texts(TEXTS)).vectors
    assert found.shape == (len(TEXTS), 7) == (len(TEXTS), configuration.describe(entry(tmp_path), tmp_path).dimension)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_half_precision_checkpoints_run_in_float32_where_that_is_asked(tmp_path, folders):
    half = shutil.copytree(folders("bert mean"), tmp_path / "half")
    model = SentenceTransformer(str(half), device="cpu", model_kwargs={"dtype": "float16"})
    model.save_pretrained(str(half))
    vectors = encode(load(entry(half)), Texts(TEXTS)).vectors
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, load(entry(folders("bert mean"))).encode(TEXTS), atol=5e-3)


@pytest.mark.parametrize("kind", ["bert cls", "qwen3"])
def test_bfloat16_stays_close_and_is_kept_apart(folders, kind):
    plain, short = load(entry(folders(kind))), load(entry(folders(kind)), "bfloat16")
    vectors = encode(short, Texts(TEXTS)).vectors
    assert vectors.dtype == np.float32
    assert ((vectors * plain.encode(TEXTS)).sum(axis=1) > 0.999).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)  # what comes behind it is float32
    assert short.key != plain.key


def test_a_precision_that_is_none_is_answered_with_those_that_are(folders):
    with pytest.raises(BadModel, match="float32, bfloat16, float16"):
        load(entry(folders("bert cls")), "int8")


def test_the_key_follows_the_bytes_and_whatever_else_changes_vectors(tmp_path, folders):
    one = load(entry(folders("bert mean")))
    same = shutil.copytree(folders("bert mean"), tmp_path / "same")
    (same / "README.md").write_text("other words")
    assert load(replace(entry(same), name="other", title="x")).key == one.key
    other = shutil.copytree(folders("bert mean"), tmp_path / "other")
    (other / "tokenizer_config.json").write_text((other / "tokenizer_config.json").read_text() + "\n")
    changed = [entry(other), entry(folders("bert mean"), asked=Asked(max_length=8))]
    changed += [entry(folders("bert mean"), asked=Asked(pooling="max")), entry(folders("bert cls"))]
    keys = {one.key} | {load(each).key for each in changed}
    assert len(keys) == 5


def test_another_pooling_is_the_librarys_with_that_pooling_and_needs_a_pooling(folders):
    library = SentenceTransformer(str(folders("bert mean")), device="cpu")
    library[1].pooling_mode = "cls"
    other = load(entry(folders("bert mean"), asked=Asked(pooling="cls")))
    np.testing.assert_allclose(encode(other, Texts(TEXTS)).vectors, library.encode(TEXTS), atol=1e-5)
    with pytest.raises(BadModel, match="no pooling that could be changed"):
        load(entry(folders("static"), asked=Asked(pooling="cls")))


def test_a_folder_without_modules_takes_the_pooling_that_the_entry_names(tmp_path, folders):
    bare = shutil.copytree(folders("bert cls"), tmp_path / "bare")
    (bare / "modules.json").unlink()
    wanted = load(entry(folders("bert cls"))).encode(["a cat"])
    told = load(entry(bare, pooling="cls")).encode(["a cat"])
    np.testing.assert_allclose(told / np.linalg.norm(told), wanted, atol=1e-6)
    assert load(entry(bare, pooling="cls")).key != load(entry(bare)).key


def test_pickled_weights_are_refused_with_the_way_out(tmp_path, folders):
    folder = shutil.copytree(folders("bert mean"), tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(BadModel, match=r"pytorch_model.bin.*save_pretrained"):
        load(entry(folder))


def test_a_repository_without_safetensors_is_refused_with_the_way_out(tmp_path, folders, monkeypatch):
    place = shutil.copytree(folders("bert mean"), tmp_path / "fetched")
    (place / "model.safetensors").unlink()
    monkeypatch.setattr(checkpoints, "_download", lambda entry, patterns: place)
    with pytest.raises(BadModel, match=r"no safetensors in .*save_pretrained"):
        load(ModelEntry("far", "sentence_transformer", "someone/far"))


def test_code_in_a_model_is_not_run_unless_the_entry_trusts_it(tmp_path, folders):
    folder = shutil.copytree(folders("bert mean"), tmp_path / "code")
    path = folder / "config.json"
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}})
    )
    (folder / "own.py").write_text("raise SystemExit('this ran')")
    with pytest.raises(BadModel, match="remote_code"):
        load(entry(folder))


def test_a_broken_checkpoint_is_told_in_one_sentence(tmp_path, folders):
    folder = shutil.copytree(folders("bert mean"), tmp_path / "broken")
    (folder / "config.json").write_text("{}")
    with pytest.raises(BadModel, match="cannot be loaded"):
        load(entry(folder))


def test_a_model_that_is_not_here_says_what_to_fetch_and_where_to_put_it(home):
    far = ModelEntry("far", "sentence_transformer", "someone/far-away", revision="abc123")
    with pytest.raises(BadModel, match="hf download someone/far-away --revision abc123") as error:
        load(far)
    assert str(home / "models" / "someone" / "far-away") in str(error.value)
    with pytest.raises(BadModel, match="pip install no-such-package"):
        load(replace(far, source="package:no_such_package"))
    with pytest.raises(BadModel, match="there is no folder /nowhere"):
        load(replace(far, source="/nowhere/at/all"))


def test_a_model_put_under_the_home_is_found(home, folders):
    far = ModelEntry("far", "sentence_transformer", "someone/far-away")
    assert checkpoints.locate(far) is None
    shutil.copytree(folders("bert mean"), home / "models" / "someone" / "far-away")
    assert load(far).key == load(entry(folders("bert mean"))).key


def test_a_pinned_revision_in_the_hubs_cache_is_found_and_no_other(tmp_path, monkeypatch, folders):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cache = tmp_path / "models--someone--cached"
    shutil.copytree(folders("bert mean"), cache / "snapshots" / "0123abcd")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("0123abcd")
    cached = ModelEntry("cached", "sentence_transformer", "someone/cached")
    found = cache / "snapshots" / "0123abcd"
    assert checkpoints.locate(cached) == checkpoints.locate(replace(cached, revision="0123abcd")) == found
    assert checkpoints.locate(replace(cached, revision="ffff")) is None


def test_a_model_that_does_not_fit_says_its_size_and_what_is_free(folders, monkeypatch):
    monkeypatch.setattr(opening, "free", lambda device: 20_000)
    needed = sum(weight.numel() for weight in load_parameters(folders("bert mean"))) * 4
    assert opening.size(folders("bert mean"), "float32") == 2 * opening.size(folders("bert mean"), "bfloat16") == needed
    with pytest.raises(BadModel, match=r"tiny does not fit: its weights take 0\.0 GB and cpu has 0\.0 GB free"):
        load(entry(folders("bert mean")))
    monkeypatch.undo()
    assert opening.free("cpu") > 1e8


def load_parameters(folder):
    return SentenceTransformer(str(folder), device="cpu").parameters()


def test_weights_that_are_not_the_published_ones_are_refused(folders):
    with pytest.raises(BadModel, match="not the published one"):
        load(entry(folders("bert mean"), sha256="00"))


def test_the_model_that_comes_along_knows_a_cat_from_tax_law():
    one = load(catalogue.find("all-MiniLM-L6-v2"))
    vectors = encode(one, Texts(["A cat sleeps.", "A kitten is asleep.", "The tax code changed."])).vectors
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > 0.7 > 0.3 > vectors[0] @ vectors[2]


DOCUMENTS = [
    "How do I reset my password?",
    "怎么重置密码？",
    "Shipping takes three days, three days at most.",
    "退货需要几天时间",
    "",
    "!!!",
]


def test_tfidf_is_scikit_learns_over_runs_of_characters():
    ours = tfidf.load(ModelEntry("tfidf", "tfidf"), "cpu", "float32").fit(DOCUMENTS)
    wanted = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True).fit(DOCUMENTS)
    found = encode(ours, Texts(["密码 reset", "", "days"], "query")).vectors
    np.testing.assert_allclose(found.toarray(), wanted.transform(["密码 reset", "", "days"]).toarray(), atol=1e-6)


@pytest.mark.parametrize("query", ["password reset", "怎么退货", "three three DAYS", "nothing of this zebra", ""])
def test_bm25_scores_are_dot_products(query):
    ours = bm25.load(ModelEntry("bm25", "bm25"), "cpu", "float32").fit(DOCUMENTS)
    scores = encode(ours, Texts([query], "query")).vectors @ encode(ours, Texts(DOCUMENTS, "document")).vectors.T
    library = bm25s.BM25()
    library.index([list(bm25.split(text)) for text in DOCUMENTS], show_progress=False)
    found, wanted = library.retrieve([list(bm25.split(query))], k=len(DOCUMENTS), show_progress=False)
    np.testing.assert_allclose(scores.toarray()[0, found[0]], wanted[0], atol=1e-6)


def test_bm25_reads_chinese_in_words_and_other_languages_in_lower_case():
    assert list(bm25.split("怎么重置密码？ Reset my_Password 2FA")) == [
        "怎么", "重置", "密码", "reset", "my", "password", "2fa"]  # fmt: skip


def test_bm25_folds_full_width_letters_and_takes_rare_ideographs_for_such():
    assert list(bm25.split("ＩＰｈｏｎｅ１５ 保修")) == list(bm25.split("iphone15 保修"))
    assert list(bm25.split("二〇二四年")) == [*"二〇", *bm25.split("二四年")]
    assert list(bm25.split("𠮷野家𪚥a")) == ["𠮷", "野", "家", "𪚥", "a"]


def test_bm25_numbers_its_words_alike_in_every_process():
    ours = bm25.load(ModelEntry("bm25", "bm25"), "cpu", "float32").fit(["h d a g c f b e"])
    assert list(ours.encode(list("abcdefgh"), "query").indices) == list(range(8))


def test_bm25_keeps_a_text_as_query_apart_from_the_same_text_as_document():
    ours = bm25.load(ModelEntry("bm25", "bm25"), "cpu", "float32").fit(DOCUMENTS)
    text = [DOCUMENTS[2]]
    query, document = (encode(ours, Texts(text, role)).vectors.toarray() for role in ("query", "document"))
    assert query.max() == 2 and 0 < document.max() < 2


@pytest.mark.parametrize("family", [tfidf, bm25])
def test_a_lexical_models_key_is_that_of_its_documents_in_any_order(family):
    plain = family.load(ModelEntry("x", "x"), "cpu", "float32")
    keys = [plain.fit(texts).key for texts in (DOCUMENTS, DOCUMENTS[::-1], DOCUMENTS[:3], [*DOCUMENTS, "!!!"])]
    assert keys[0] == keys[1] and len({plain.key, *keys}) == 4


@pytest.mark.parametrize("family", [tfidf, bm25])
@pytest.mark.parametrize("documents", [None, [], ["", "!"]])
def test_a_lexical_model_without_a_word_to_learn_says_so(family, documents):
    one = family.load(ModelEntry("x", "x"), "cpu", "float32")
    with pytest.raises(BadModel, match="learns its words from documents"):
        (one if documents is None else one.fit(documents)).encode(["word"], "query")


def test_bm25_does_not_weigh_a_document_that_it_has_not_seen():
    one = bm25.load(ModelEntry("bm25", "bm25"), "cpu", "float32").fit(DOCUMENTS)
    with pytest.raises(BadModel, match="is not one of them"):
        one.encode(["a stranger"], "document")


def test_every_family_names_tasks_that_exist_and_loads_encoders(folders, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    places = {
        "static": folders("static"),
        "sparse_encoder": splade(tmp_path),
        "cross_encoder": rerankers.bert(tmp_path / "judge"),
        "multi_vector": colbert(tmp_path / "late"),
    }
    for family in plugins.families().values():
        assert set(family.tasks) <= set(plugins.tasks()), family.name
        if family.gives == "rankings":
            continue
        place = str(places.get(family.name, folders("bert mean")))
        one = family.load(ModelEntry("x", family.name, place), "cpu", "float32")
        assert isinstance(one, Encoder) and one.similarity in ("cosine", "dot", "maxsim")
