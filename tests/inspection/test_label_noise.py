"""Mistakes in the data that several models agree on, for every kind of judgement."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import log, log2

import numpy as np
import pandas as pd
import pytest

from benchmarks import label_noise
from engine import plugins
from engine.datasets import library
from engine.inspection import retrieval_errors
from engine.inspection.label_noise.finder import read, suspects
from engine.inspection.label_noise.likely import likely
from engine.inspection.label_noise.opinions import Opinion, weights
from engine.search import neighbours
from engine.types import Dataset

RNG = np.random.default_rng(0)


def opinion(name: str, dataset: Dataset, vectors: Mapping[str, np.ndarray]) -> Opinion:
    """What a model with these vectors says."""
    task = plugins.tasks()[dataset.task]
    items = task.judge(dataset, vectors, "cosine")
    return Opinion(name, items, float(task.metrics(items)[task.main_metric]), lambda: vectors)


def blurred(points: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 0.05, points.shape)
    return (points + noise).astype(np.float32)


def clouds(labels: list[int]) -> np.ndarray:
    """A point near the corner of its label."""
    return blurred(np.eye(4)[labels], 1)


def searched(
    judged: dict[str, str],
    found: list[dict[str, list[str]]],
    corpus: int = 100,
    score: float = 0.5,
    scores: tuple[float, ...] = (),
) -> pd.DataFrame:
    """The suspects where these documents are judged, and these are found by each of several models."""
    qrels = pd.DataFrame([(query, document, 1.0) for query, document in judged.items()],
                         columns=["query_id", "corpus_id", "score"])  # fmt: skip
    ids = [f"d{number}" for number in range(corpus)]
    tables = {"qrels": qrels, "corpus": pd.DataFrame({"id": ids, "text": ids}),
              "queries": pd.DataFrame({"id": list(judged), "text": list(judged)})}  # fmt: skip
    opinions = []
    for number, tops in enumerate(found):
        ranks = [[tops[query].index(document) + 1] for query, document in judged.items()]
        relevant, given = [[document] for document in judged.values()], scores[number] if scores else score
        items = pd.DataFrame({"item": list(judged), "top_ids": [tops[query] for query in judged],
                              "top_scores": [[given] * len(tops[query]) for query in judged],
                              "relevant_ids": relevant, "relevant_ranks": ranks})  # fmt: skip
        opinions.append(Opinion(f"m{number}", items, 0.5, dict))
    return suspects(Dataset("d", "retrieval", tables), opinions)


def order(*first: str) -> list[str]:
    return [*first, *(f"d{number}" for number in range(100) if f"d{number}" not in first)]


def test_a_document_that_all_find_first_is_suspected_to_lack_its_judgement():
    found = searched({"q": "d1"}, [{"q": order("d9", "d1")}, {"q": order("d9", "d8", "d1")}])
    first = found[found["kind"] == "unjudged"].iloc[0]
    assert json.loads(first["place"]) == ["qrels", "q", "d9"]
    assert first["score"] == pytest.approx(1 - (1 / log2(3) + 1 / log2(4)) / 2 / 2)
    assert (first["given"], json.loads(first["proposed"])) == ("null", 1.0)
    assert json.loads(first["why"]) == {"m0": 1, "m1": 1}


def test_what_only_one_of_two_models_finds_is_not_suspected():
    found = searched({"q": "d1"}, [{"q": order("d1", "d50")}, {"q": order("d1")}])
    assert "d50" not in {json.loads(place)[2] for place in found["place"]}


def test_a_model_that_finds_nothing_for_a_query_neither_suspects_a_document_nor_clears_one():
    assert searched({"q": "d1"}, [{"q": order("d9", "d1")}] * 2, score=0.0).empty  # so ranked by ties alone
    found = searched({"q": "d70"}, [{"q": order()}, {"q": order("d1", "d70")}], scores=(0.5, 0.0))
    wrong = found[found["kind"] == "irrelevant"].iloc[0]
    assert json.loads(wrong["why"]) == {"m0": 71, "m1": None}
    assert wrong["score"] == pytest.approx(log(71) / log(100))


def test_a_judged_document_that_none_finds_is_suspected_to_be_wrong():
    found = searched({"q": "d70"}, [{"q": order()}, {"q": order("d99")}])
    wrong = found[found["kind"] == "irrelevant"].iloc[0]
    rival = max((1 / log2(1 + rank) + 1 / log2(2 + rank)) / 2 for rank in range(1, 10))  # d0, d1 … stand a rank apart
    assert wrong["score"] == pytest.approx((log(71) + log(72)) / 2 / log(100) * (1 + rival) / 2)
    assert json.loads(wrong["proposed"]) == 0.0


def test_one_model_that_finds_it_clears_a_judged_document():
    found = searched({"q": "d70"}, [{"q": order()}, {"q": order("d70")}])
    assert "irrelevant" not in set(found["kind"])


def test_a_better_model_counts_for_more():
    frame = pd.DataFrame({"item": []})
    assert weights([Opinion("a", frame, 0.6, dict), Opinion("b", frame, 0.2, dict)]) == pytest.approx([0.75, 0.25])
    assert weights([Opinion("a", frame, float("nan"), dict), Opinion("b", frame, -1, dict)]) == pytest.approx(
        [0.5, 0.5]
    )


def test_suspects_found_by_approximate_neighbours_say_how_many_of_these_are_true(monkeypatch):
    labels = [number % 4 for number in range(80)]
    table = pd.DataFrame({"text": [f"text {n}" for n in range(80)], "label": [str(label) for label in labels]})
    dataset = Dataset("d", "clustering", {"documents": table.assign(label=["3", *table["label"][1:]])})
    texts = plugins.tasks()["clustering"].texts(dataset)["documents"].items
    points = clouds([int(text.split()[1]) % 4 for text in texts])
    both = [opinion(name, dataset, {"documents": blurred(points, seed)}) for seed, name in enumerate("ab")]
    assert "recall" not in suspects(dataset, both).attrs
    monkeypatch.setattr(neighbours, "MANY", 20)
    assert 0.9 < suspects(dataset, both).attrs["recall"] <= 1


def test_a_text_among_those_of_another_label_is_suspected_in_clustering_and_classification():
    labels = [number % 4 for number in range(80)]
    written = [str(label) for label in labels]
    written[5] = "3"
    texts = [f"text {number}" for number in range(80)]
    table = pd.DataFrame({"text": texts, "label": written})
    points = clouds(labels)
    clustering = Dataset("d", "clustering", {"documents": table})
    train = pd.DataFrame(
        {"text": [f"train {number}" for number in range(40)], "label": [str(n % 4) for n in range(40)]}
    )
    classes = Dataset("d", "classification", {"train": train, "test": table})
    seen = plugins.tasks()["classification"].texts(classes)["train"].items
    nearby = clouds([int(text.split()[1]) % 4 for text in seen])
    documents = plugins.tasks()["clustering"].texts(clustering)["documents"].items
    rows = [texts.index(text) for text in documents]
    for dataset, vectors, where in (
        (clustering, {"documents": points[rows]}, "documents"),
        (classes, {"train": nearby, "test": points}, "test"),
    ):
        both = [
            opinion(name, dataset, {k: blurred(v, seed) for k, v in vectors.items()}) for seed, name in enumerate("ab")
        ]
        first = suspects(dataset, both).iloc[0]
        assert json.loads(first["place"]) == [where, 5]
        assert (json.loads(first["given"]), json.loads(first["proposed"])) == ("3", "1")
        assert first["score"] > 0.8
        assert {label: said[0] for label, said in json.loads(first["why"]).items()} == {"a": "1", "b": "1"}


def test_of_several_labels_the_one_that_is_lacking_is_proposed():
    labels = [number % 4 for number in range(80)]
    table = pd.DataFrame({"text": [f"text {n}" for n in range(80)], "label": [[str(label), "all"] for label in labels]})
    table.at[7, "label"] = ["3"]
    train = pd.DataFrame({"text": [f"train {n}" for n in range(40)], "label": [[str(n % 4), "all"] for n in range(40)]})
    dataset = Dataset("d", "classification", {"train": train, "test": table})
    seen = plugins.tasks()["classification"].texts(dataset)["train"].items
    vectors = {"train": clouds([int(text.split()[1]) % 4 for text in seen]), "test": clouds(labels)}
    first = suspects(dataset, [opinion("a", dataset, vectors)]).iloc[0]
    assert json.loads(first["place"]) == ["test", 7]
    assert json.loads(first["proposed"]) == ["3", "all"]


def pairs_at(similar: np.ndarray) -> dict[str, np.ndarray]:
    """Pairs of vectors with these cosines."""
    one = np.tile([1.0, 0.0], (len(similar), 1))
    other = np.stack([similar, np.sqrt(1 - similar**2)], axis=1)
    return {"sentence1": one.astype(np.float32), "sentence2": other.astype(np.float32)}


def test_a_score_far_from_what_all_cosines_say_is_suspected_with_the_score_that_they_say():
    gold = np.round(np.linspace(0, 5, 60), 1)
    cosines = gold / 6
    gold[10], gold[50] = 5.0, 0.0
    table = pd.DataFrame(
        {"sentence1": [f"a{n}" for n in range(60)], "sentence2": [f"b{n}" for n in range(60)], "score": gold}
    )
    dataset = Dataset("d", "sts", {"pairs": table})
    found = suspects(
        dataset, [opinion(name, dataset, pairs_at(cosines**power)) for name, power in (("a", 1), ("b", 2))]
    )
    assert found["item"].head(2).tolist() in (["10", "50"], ["50", "10"])
    kinds = dict(zip(found["item"].head(2), found["kind"].head(2), strict=True))
    assert kinds == {"10": "too high", "50": "too low"}
    assert json.loads(found.set_index("item").loc["10", "proposed"]) == pytest.approx(0.8, abs=0.4)


def test_a_pair_on_the_wrong_side_of_every_model_is_suspected():
    label = np.array([0, 1] * 40)
    cosines = np.where(label == 1, 0.8, 0.2) + RNG.normal(0, 0.05, 80)
    label[4] = 1
    table = pd.DataFrame(
        {"sentence1": [f"a{n}" for n in range(80)], "sentence2": [f"b{n}" for n in range(80)], "label": label}
    )
    dataset = Dataset("d", "pair_classification", {"pairs": table})
    first = suspects(dataset, [opinion("a", dataset, pairs_at(cosines))]).iloc[0]
    assert (first["item"], first["kind"], json.loads(first["proposed"])) == ("4", "not alike", 0)


def test_exchanged_translations_are_suspected_and_each_is_given_back_its_own():
    points = RNG.normal(size=(30, 8)).astype(np.float32)
    other = points.copy()
    other[[3, 9]] = other[[9, 3]]
    table = pd.DataFrame({"sentence1": [f"a{n}" for n in range(30)], "sentence2": [f"b{n}" for n in range(30)]})
    dataset = Dataset("d", "bitext_mining", {"pairs": table})
    found = suspects(dataset, [opinion("a", dataset, {"sentence1": points, "sentence2": blurred(other, 3)})])
    proposed = {item: json.loads(text) for item, text in zip(found["item"], found["proposed"], strict=True)}
    assert proposed == {"3": "b9", "9": "b3"}
    assert read(dataset, found)["sentence1"].tolist() == [f"a{item}" for item in found["item"]]


@pytest.mark.parametrize(
    ("name", "spoil", "least"),
    [
        ("bitext_en_zh", label_noise.exchanged_lines, 0.5),
        ("summaries_en", label_noise.far_score("summaries"), 0.3),
        ("sts_en", label_noise.far_score("pairs"), 0.25),
        ("helpcentre_en", label_noise.moved_judgement, 0.25),
    ],
)
def test_mistakes_planted_in_the_samples_are_found_three_times_as_often_as_by_chance(
    home, monkeypatch, name, spoil, least
):
    monkeypatch.setattr(label_noise, "SHARE", 0.08)
    clean = library.load(name)
    models = [one for one in ("tfidf", "bm25") if label_noise.fits(one, clean.task)]
    hits: dict[str, list[float]] = {}
    for draw in (1, 2):
        tables, planted = spoil(dict(clean.tables), np.random.default_rng(draw))
        spoilt = replace(clean, tables=tables)
        found = suspects(spoilt, [label_noise.opinion(one, spoilt) for one in models])
        for group, places in planted.items():
            named = label_noise.found_of(found, group)["place"].head(len(places))
            hits.setdefault(group, []).append(len(places & set(named)) / len(places))
    assert min(map(np.mean, hits.values())) >= least


def test_only_an_unjudged_document_that_two_models_put_first_counts_as_clear():
    tops = [order("d9", "d8", "d1"), order("d9", "d1"), order("d7", "d9", "d1")]
    found = searched({"q": "d1"}, [{"q": top} for top in tops])
    assert len(found) > 5
    clear = found[likely(found)]
    assert [json.loads(place)[2] for place in clear["place"]] == ["d9"]
    assert not likely(searched({"q": "d1"}, [{"q": order("d9", "d1")}, {"q": order("d1", "d9")}])).any()
    assert likely(searched({"q": "d1"}, [{"q": order("d9", "d1")}])).sum() == 1  # there is no second model to ask


def test_what_counts_as_clear_is_what_the_inspector_counts_as_a_missing_judgement():
    judged = {f"q{at}": f"d{at}" for at in range(6)}
    tops = [{query: order(f"d{(at * step) % 7 + 20}", right) for at, (query, right) in enumerate(judged.items())}
            for step in (1, 2, 5)]  # fmt: skip
    found = searched(judged, tops)
    clear = {json.loads(place)[1] for place in found["place"][likely(found)]}
    qrels = pd.DataFrame([(*pair, 1.0) for pair in judged.items()], columns=["query_id", "corpus_id", "score"])
    corpus = pd.DataFrame({"id": order(), "text": order()})
    asked = pd.DataFrame({"id": list(judged), "text": list(judged)})
    dataset = Dataset("d", "retrieval", {"qrels": qrels, "corpus": corpus, "queries": asked})
    firsts = [{query: top[0] for query, top in one.items()} for one in tops]
    missing: set[str] = set()
    for at, one in enumerate(tops):
        found_by = {"item": list(judged), "top_ids": list(one.values()), "top_scores": [[1.0]] * 6}
        right = {"relevant_ids": [[document] for document in judged.values()], "relevant_ranks": [[2]] * 6}
        items = pd.DataFrame(found_by | right)
        kinds = retrieval_errors.kinds(items, dataset, firsts[:at] + firsts[at + 1 :])
        missing |= set(kinds["item"][kinds["missing"]])
    assert clear == missing and 0 < len(clear) < len(judged)


def test_a_score_counts_as_contradicted_from_a_quarter_of_the_range_on():
    found = pd.DataFrame({"kind": ["too low", "too high", "label"], "score": [0.24, 0.25, 0.01], "why": ["{}"] * 3})
    assert likely(found).tolist() == [False, True, True]
