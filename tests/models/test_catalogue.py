"""Is the catalogue right about its models, and does it keep those that people add?"""

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import plugins
from engine.__main__ import main
from engine.families import checkpoints, configuration
from engine.models import catalogue
from engine.types import Asked, BadModel, Endpoint, Message, ModelEntry, UserError
from tests.checkpoints import KINDS, bert

pytestmark = pytest.mark.usefixtures("home")
ROOT = Path(__file__).resolve().parents[2]
TASK = "Given a web search query, retrieve relevant passages that answer the query"


def built_in():
    return [entry for entry in catalogue.entries().values() if entry.name not in catalogue.own()]


def test_listing_the_catalogue_imports_nothing_heavy():
    code = (
        "import sys; from engine.models import catalogue; "
        "[catalogue.available(one) for one in catalogue.entries().values()];"
        "print([one for one in ('torch', 'transformers', 'sentence_transformers', 'sklearn') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_model_says_what_it_is_and_where_that_is_written():
    names = [entry.name for entry in built_in()]
    assert len(names) == len(set(names)) > 70
    for entry in built_in():
        assert entry.family in plugins.families()
        assert entry.recipe.endswith(".") and entry.reference.startswith("https://"), entry.name
        told = {name for name in entry.prompts if name not in ("query", "document", *configuration.TYPES)}
        assert not told or (entry.instruction and all(name.split("-query")[0].isascii() for name in told))
        if entry.source and not entry.source.startswith("package:"):
            assert entry.languages and (entry.family == "cross_encoder" or (entry.parameters and entry.dimension))
            assert entry.reference.endswith(entry.source) and entry.source.endswith("/" + entry.name)


def test_prompts_and_revisions_are_those_of_the_mteb_registry():
    from tests.oracle import mteb

    compared = 0
    for entry in built_in():
        try:
            meta = mteb.get_model_meta(entry.source)
        except KeyError:
            continue
        assert entry.revision == ("" if entry.name in UNPINNED else meta.revision), entry.name
        told = meta.loader_kwargs.get("model_prompts") or {}
        if entry.name != "jina-embeddings-v3":  # its entries there name adapters
            for role in ("query", "document"):
                assert not told.get(role) or entry.prompts[role] == told[role], entry.name
                compared += role in told
        template = meta.loader_kwargs.get("instruction_template")
        if entry.name != "Youtu-Embedding" and template:  # its instruction differs from task to task
            made = template.format(instruction=TASK) if isinstance(template, str) else template(TASK, "query")
            assert entry.prompts == {"query": made}, entry.name
            compared += 1
    assert compared > 20


def test_late_interaction_models_are_described_as_in_the_mteb_registry():
    from tests.oracle import mteb

    late = [entry for entry in built_in() if entry.family == "multi_vector"]
    assert len(late) > 3
    for entry in late:
        try:
            meta = mteb.get_model_meta(entry.source)
        except KeyError:
            assert entry.name == "answerai-colbert-small-v1"
            continue
        assert (entry.parameters, entry.licence) == (meta.n_parameters, meta.license)
        assert entry.max_length <= meta.max_tokens  # of a document, where nobody asks for more
        assert entry.similarity == str(meta.similarity_fn_name.value).lower() == "maxsim"
        assert entry.dimension == (meta.embed_dim or entry.dimension)
        assert entry.remote_code == meta.loader_kwargs.get("trust_remote_code", False)


RERANKERS = {
    "bge-reranker-base": (278e6, 512, "mit"),  # bge-model.com
    "bge-reranker-large": (560e6, 512, "mit"),
    "gte-multilingual-reranker-base": (306e6, 8192, "apache-2.0"),  # its card
    "bce-reranker-base_v1": (279e6, 512, "apache-2.0"),  # github.com/netease-youdao/BCEmbedding
}
"""Parameters, longest pair and licence of those that mteb does not know."""
UNPINNED = ("Qwen3-Reranker-0.6B", "Qwen3-Reranker-4B", "Qwen3-Reranker-8B")
"""What mteb pins of these has no chat template for pairs, and so cannot be asked by the library."""


def test_rerankers_are_described_as_in_the_mteb_registry_or_on_their_own_pages():
    from tests.oracle import mteb

    found = [entry for entry in built_in() if entry.family == "cross_encoder"]
    assert len(found) > 15
    for entry in found:
        if entry.name in RERANKERS:
            assert (entry.parameters, entry.max_length, entry.licence) == RERANKERS[entry.name]
            continue
        meta = mteb.get_model_meta(entry.source)
        assert entry.parameters == meta.n_parameters and entry.max_length == meta.max_tokens
        assert meta.license is None or entry.licence == meta.license


def facts():
    """What is published about the models, gathered by hand from cards and configurations; empty: not verified."""
    with (Path(__file__).parents[1] / "model_facts.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact["source"])
def test_the_catalogue_agrees_with_the_table_of_facts(fact):
    known = {entry.source: entry for entry in built_in()}
    known["sentence-transformers/all-MiniLM-L6-v2"] = catalogue.find("all-MiniLM-L6-v2")
    entry, yes = known[fact["source"]], {"yes": True, "no": False, "": None}
    assert entry.parameters / 1e6 == pytest.approx(float(fact["million_parameters"]), rel=0.005, abs=0.06)
    assert (str(entry.dimension), str(entry.max_length or "")) == (fact["dimension"], fact["max_length"])
    assert (entry.pooling.split(",")[0].split(" ")[0], entry.normalize) == (fact["pooling"], yes[fact["normalize"]])
    assert entry.prompts.get("query", "") == fact["query_prompt"].replace("\\n", "\n")
    assert entry.prompts.get("document", "") == fact["document_prompt"]
    assert entry.remote_code == yes[fact["remote_code"]]


def test_every_model_of_the_hub_in_the_catalogue_stands_in_the_table_of_facts_or_in_mtebs_registry():
    from tests.oracle import mteb

    told = {fact["source"] for fact in facts()}
    for entry in built_in():
        if "/" in entry.source and entry.source not in told and entry.family != "cross_encoder":
            meta = mteb.get_model_meta(entry.source)
            assert (entry.dimension, entry.max_length) == (meta.embed_dim, meta.max_tokens), entry.name
            assert (entry.similarity or "cosine") == str(
                meta.similarity_fn_name.value if meta.similarity_fn_name else "cosine"
            ), entry.name


@pytest.mark.parametrize(
    ("name", "query", "document"),
    [
        ("bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", None),
        ("bge-base-en-v1.5", "Represent this sentence for searching relevant passages: ", None),
        ("bge-large-zh-noinstruct", None, None),
        ("piccolo-base-zh", "查询：", "结果："),  # full-width colon
        ("stella-base-zh", "查询: ", "结果: "),  # ASCII colon and a space
        ("stella-base-zh-v2", None, None),
        ("multilingual-e5-small", "query: ", "passage: "),
        ("Qwen3-Embedding-0.6B", f"Instruct: {TASK}\nQuery:", None),  # no space behind the colon
        ("gte-Qwen2-1.5B-instruct", f"Instruct: {TASK}\nQuery: ", None),
        ("embeddinggemma-300m", "task: search result | query: ", "title: none | text: "),
    ],
)
def test_prompts_are_word_for_word(name, query, document):
    prompts = catalogue.find(name).prompts
    assert (prompts.get("query"), prompts.get("document")) == (query, document)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / "config.json").write_text("{nonsense"), "config.json is damaged"),
        (lambda folder: (folder / "modules.json").write_text('{"type": 1}'), "modules.json is damaged"),
        (lambda folder: _cut(folder / "model.safetensors", 300), "model.safetensors is damaged or cut off"),
        (lambda folder: _cut(folder / "model.safetensors", -1), "model.safetensors is damaged or cut off"),
        (lambda folder: (folder / "model.safetensors").unlink(), "there are no safetensors"),
        (lambda folder: [(folder / name).unlink() for name in ("config.json", "modules.json")], "holds no model"),
    ],
)
def test_a_damaged_folder_gets_a_sentence(tmp_path, harm, said):
    folder = bert(tmp_path)
    harm(folder)
    with pytest.raises(BadModel, match=said):
        catalogue.inspect(str(folder))


def _cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


@pytest.mark.parametrize(
    "name", ["x" * 5000, "~nobody-of-that-name", "a\0b", "a b", "/proc", "https://example.org/a/b"]
)
def test_what_is_no_model_at_all_gets_a_sentence(name):
    with pytest.raises(BadModel, match="neither"):
        catalogue.inspect(name)


def test_the_address_of_a_model_on_the_hub_stands_for_its_id():
    with pytest.raises(BadModel, match=r"^someone/far-away is not on this machine"):
        catalogue.inspect("https://huggingface.co/someone/far-away")


def test_a_model_without_its_tokenizer_is_refused_and_not_scored_as_if_all_words_were_one(tmp_path):
    folder = bert(tmp_path)
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(BadModel, match="holds no tokenizer"):
        catalogue.load(catalogue.inspect(str(folder)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_folders_own_configuration_says_what_loading_it_shows(tmp_path, kind):
    folder = KINDS[kind](tmp_path)
    entry = catalogue.inspect(str(folder))
    encoder = catalogue.load(entry)
    library = encoder.model
    assert entry.dimension == library.get_embedding_dimension() == encoder.encode(["a cat"]).shape[1]
    assert entry.parameters == sum(weight.numel() for weight in library.parameters())
    assert entry.normalize == any(type(module).__name__ == "Normalize" for module in library)
    assert entry.prompts == {role: text for role, text in library.prompts.items() if text and role != "passage"}
    assert entry.family == ("static" if kind == "static" else "sentence_transformer")
    assert entry.pooling == {"bert cls": "cls", "modernbert": "cls", "gemma": "mean, dense",
                             "bert with a head": "mean, dense", "qwen3": "lasttoken", "ernie": "max",
                             "static": "static mean"}.get(kind, "mean")  # fmt: skip
    assert entry.max_length == (None if kind == "static" else 24)  # of XLM-R's 26 positions two are out of reach
    assert catalogue.find(str(folder)) == entry


def test_the_model_that_comes_along_is_as_its_card_says():
    card = catalogue.find("all-MiniLM-L6-v2")
    assert configuration.describe(card, checkpoints.locate(card)) == card


def test_models_are_found_by_name_hub_id_and_folder(tmp_path):
    folder = bert(tmp_path / "tiny")
    assert catalogue.find("bge-m3") == catalogue.find("BAAI/bge-m3")
    assert catalogue.find(str(folder)).source == str(folder)
    assert catalogue.find("someone/unheard-of").source == "someone/unheard-of"
    with pytest.raises(UserError, match=r"did you mean 'bge-small-zh-v1.5'"):
        catalogue.find("bge-smal-zh-v1.5")
    with pytest.raises(BadModel, match="neither a folder on this machine nor a hub id"):
        catalogue.inspect("/no/such/folder")
    (folder / "empty").mkdir()
    with pytest.raises(BadModel, match="holds no model"):
        catalogue.inspect(str(folder / "empty"))
    with pytest.raises(BadModel, match="hf download someone/unheard-of"):
        catalogue.inspect("someone/unheard-of")


def test_a_model_that_is_missing_is_told_in_a_sentence_that_can_be_read_with_the_likest_names():
    with pytest.raises(UserError) as caught:
        catalogue.find("all-MiniLM")
    said = str(caught.value)
    named = said.partition("there are: ")[2].removesuffix(", ….").split(", ")
    assert "did you mean 'all-MiniLM-L6-v2'" in said and len(named) == 8 and len(said) < 400
    here = [catalogue.available(catalogue.find(name)) is True for name in named]
    assert here[0] and here == sorted(here, reverse=True), named


def test_a_model_found_on_the_fly_never_takes_the_name_of_another(tmp_path):
    folder = bert(tmp_path).rename(tmp_path / "bge-m3")
    assert catalogue.find(str(folder)).name == str(folder)
    assert catalogue.find("someone/bge-m3").name == "someone/bge-m3"
    catalogue.add(replace(catalogue.find(str(folder)), name="mine"))
    assert catalogue.find(f"{folder}/").name == "mine"


def test_what_is_on_this_machine_can_be_told_from_what_is_not():
    assert catalogue.available(catalogue.find("all-MiniLM-L6-v2")) is True
    assert catalogue.available(catalogue.find("bm25")) is True
    absent = catalogue.available(catalogue.find("bge-m3"))
    assert isinstance(absent, Message) and "hf download BAAI/bge-m3" in str(absent)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60)
@given(title=WORDS, query=WORDS, licence=WORDS, number=st.integers(0, 2**60), flag=st.booleans())
def test_an_added_model_comes_back_as_it_was(title, query, licence, number, flag):
    entry = ModelEntry(
        "mine",
        "sentence_transformer",
        "/srv/models/mine",
        title=title,
        licence=licence,
        prompts={"query": query},
        parameters=number,
        remote_code=flag,
        normalize=flag,
        languages=("zh", "en"),
        asked=Asked(number, "cls", 64, "int8"),
        endpoint=Endpoint(title, query, input_types={"query": licence}, price=number / 7, truncate=flag),
        variant_of=title,
        dimensions=(64, 32),
    )
    catalogue.add(entry)
    assert catalogue.own() == ["mine"] and catalogue.find("mine") == entry
    catalogue.remove("mine")
    assert catalogue.own() == [] and "mine" not in catalogue.entries()


def test_a_catalogue_of_an_earlier_version_opens_with_everything_in_it(home):
    (home / "models.toml").write_text(
        """
[[models]]
name = "tiny · 8 tokens · 16d · int8 vectors"
family = "sentence_transformer"
source = "/srv/tiny"
max_length = 8
dimension = 16
options = { "variant_of" = "tiny", "max_length" = 8, "dimension" = 16, "vectors" = "int8", "sha256" = "ab" }

[[models]]
name = "remote"
family = "openai_compatible"
options = { "endpoint" = "MINE", "model" = "m", "price" = 0.5, "requests_per_minute" = 30, "pooling" = "" }
""",
        encoding="utf-8",
    )
    one, other = (catalogue.find(name) for name in catalogue.own())
    assert (one.asked, one.variant_of, one.sha256) == (Asked(8, "", 16, "int8"), "tiny", "ab")
    assert other.endpoint == Endpoint("MINE", "m", price=0.5, requests_per_minute=30) and other.asked == Asked()
    assert one.options() == {"variant_of": "tiny", "max_length": 8, "dimension": 16, "vectors": "int8", "sha256": "ab"}
    assert other.options() == {"endpoint": "MINE", "model": "m", "price": 0.5, "requests_per_minute": 30}
    catalogue.remove("remote")  # which writes the other one anew
    assert catalogue.find(one.name) == one


def test_what_no_entry_has_is_named_with_the_catalogue(home):
    (home / "models.toml").write_text('[[models]]\nname = "a"\nfamily = "tfidf"\nmax_lenght = 3\n')
    with pytest.raises(BadModel, match=r"models.toml is not a catalogue of models.*: a: 'max_lenght'.*max_length"):
        catalogue.find("a")


def test_a_name_is_taken_only_once():
    catalogue.add(ModelEntry("mine", "tfidf"))
    for name, said in (("mine", "'mine' is taken"), ("bge-m3", "'bge-m3' is taken"), ("", "has no name")):
        with pytest.raises(BadModel, match=said):
            catalogue.add(ModelEntry(name, "tfidf"))
    with pytest.raises(UserError, match="No family is called 'word2vec'"):
        catalogue.add(ModelEntry("other", "word2vec"))
    catalogue.remove("bge-m3")
    assert catalogue.own() == ["mine"] and "bge-m3" in catalogue.entries()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[models]]\nname = 'x'\nfamly = 'tfidf'\n", "is not a catalogue of models"),
        (b"[[models]\nname =", "is not a catalogue of models"),
        (b"models = 3\n", "is not a catalogue of models"),
        ("[[models]]\nname = '模型'\nfamily = 'tfidf'\n".encode("gbk"), "is not written in UTF-8"),
        ("[[models]]\nname = 'x'\nfamily = 'tfidf'\n".encode("utf-16"), "is not written in UTF-8"),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_left_out_named_and_never_written_over(home, content, said):
    path = home / "models.toml"
    path.write_bytes(content)
    assert "tfidf" in catalogue.entries() and catalogue.own() == []
    assert [f"{path} {said}" in str(message) for message in catalogue.damaged()] == [True]
    for attempt in (lambda: catalogue.find("x"), lambda: catalogue.add(ModelEntry("y", "tfidf"))):
        with pytest.raises(BadModel, match=said):
            attempt()
    assert path.read_bytes() == content


def test_a_catalogue_may_begin_with_the_mark_that_editors_on_windows_put_there(home):
    (home / "models.toml").write_bytes(b"\xef\xbb\xbf[[models]]\nname = 'x'\nfamily = 'tfidf'\n")
    assert catalogue.own() == ["x"] and catalogue.damaged() == []


def test_two_processes_that_add_models_at_once_keep_all_of_them(home):
    code = """
import sys
from engine.models import catalogue
from engine.types import ModelEntry
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    catalogue.add(ModelEntry(f"{sys.argv[1]}-{number}", "tfidf"))
"""
    both = [
        subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in ("one", "two")
    ]
    for process in both:
        assert process.stdout.readline() == b"ready\n"
    for process in both:
        process.stdin.write(b"go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(catalogue.own()) == sorted(f"{name}-{number}" for name in ("one", "two") for number in range(25))


def test_one_model_is_kept_until_another_is_asked_for_or_its_files_change(tmp_path):
    one, two = (
        catalogue.inspect(str(bert(tmp_path / name, pooling))) for name, pooling in (("1", "mean"), ("2", "cls"))
    )
    first = catalogue.load(one)
    assert catalogue.load(one) is first
    assert catalogue.load(catalogue.find("tfidf")).name == "tfidf" and catalogue.load(one) is first
    assert catalogue.load(one, "bfloat16").key != first.key
    other = catalogue.load(replace(one, prompts={"query": "the "}))
    assert other.prompt("query") == "the " and other.model is catalogue.load(one).model
    second = catalogue.load(two)
    assert catalogue.load(two) is second and catalogue.load(one) is not first
    shown = catalogue.load(one).encode(["a cat"])
    (Path(one.source) / "1_Pooling" / "config.json").write_text(
        (Path(two.source) / "1_Pooling" / "config.json").read_text()
    )
    assert not np.allclose(catalogue.load(one).encode(["a cat"]), shown)


@pytest.mark.parametrize(
    ("content", "said"),
    [("models = 5", "[[models]]"), ("models = [1]", "[[models]]"), ("[models]\na = 1", "[[models]]"),
     ('[[model]]\nname = "x"', "[[models]]"), ('[[models]]\nname = 3\nfamily = "tfidf"', "name = 3"),
     ('[[models]]\nname = "x"\nfamily = "tfidf"\nlanguages = "zh"', "x: languages = 'zh'"),
     ('[[models]]\nname = "x"\nfamily = "tfidf"\nasked = { max_length = "9" }', "x: asked.max_length = '9'"),
     ('[[models]]\nname = "x"\nfamily = "tfidf"\npipeline = { retrievers = "y" }', "x: pipeline.retrievers = 'y'"),
     ('[[models]]\nname = "x"\nfamily = "tfidf"\nendpoint = "y"', "x: endpoint = 'y'"),
     ('[[models]]\nname = "x"', "x: family. Field required"), ('[[models]]\nfamily = "tfidf"', "a model: name. Field"),
     ("[[models", "Expected")],
)  # fmt: skip
def test_a_catalogue_that_is_none_is_one_sentence_here_and_from_the_doctor(home, capsys, content, said):
    (home / "models.toml").write_text(content)
    (message,) = catalogue.damaged()
    assert said in str(message) and "iterable" not in str(message) and "tfidf" in catalogue.entries()
    assert main(["doctor"]) == 2
    assert f"damaged: {message}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "said"),
    [("family = 'word2vec'", "'word2vec' is no family"),
     ("family = 'pipeline'\npipeline = { retrievers = ['odd'] }", "odd is a pipeline itself"),
     ("family = 'pipeline'\npipeline = { retrievers = ['tfidf'], reranker = 'other' }", "other is a pipeline itself")],
)  # fmt: skip
def test_a_model_that_cannot_be_used_is_left_out_and_named_the_others_are_there(home, capsys, values, said):
    other = "[[models]]\nname = 'other'\nfamily = 'pipeline'\npipeline = { retrievers = ['bm25'] }\n"
    (home / "models.toml").write_text(f"[[models]]\nname = 'odd'\n{values}\n{other}")
    assert "odd" not in catalogue.entries() and "other" in catalogue.entries()
    (message,) = catalogue.damaged()
    assert said in str(message) and str(home / "models.toml") in str(message)
    assert main(["list", "models"]) == 0 and "other\tpipeline" in capsys.readouterr().out
    with pytest.raises(BadModel, match="'odd' is taken"):
        catalogue.add(ModelEntry("odd", "tfidf"))
    catalogue.add(ModelEntry("mine", "tfidf"))
    assert catalogue.own() == ["odd", "other", "mine"]  # nothing that is written there is lost
