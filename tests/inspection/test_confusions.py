"""Which labels are mixed up, which clusters are pure, what do both directions find? Against cases worked by hand."""

import numpy as np
import pandas as pd
import pytest

from engine.inspection import clusters, confusions, ratings, translations
from engine.search.nearest import nearest
from engine.tasks import bitext_mining, classification
from engine.types import Dataset, Texts

SINGLE = pd.DataFrame(
    {"item": ["0", "1", "2"], "gold": ["a", "a", "b"], "predictions": [["a", "b"], ["a", "a"], ["c", "b"]]}
)
SEVERAL = pd.DataFrame({"item": ["0", "1"], "gold": [["a", "b"], []], "predictions": [[["a", "c"]], [["c"]]]})


def test_confusions_of_single_labels_count_every_experiment():
    table = confusions.confusion(confusions.mixed_up(SINGLE))
    assert table.loc["a"].to_dict() == {"a": 3, "b": 1, "c": 0}
    assert table.loc["b"].to_dict() == {"a": 0, "b": 1, "c": 1}


def test_with_several_labels_a_missed_one_stands_against_the_added_ones():
    pairs = confusions.mixed_up(SEVERAL)
    assert pairs.to_numpy().tolist() == [["0", "a", "a"], ["0", "b", "c"], ["1", confusions.NOTHING, "c"]]
    assert confusions.confusion(pairs).index.tolist() == ["a", "b", "c", confusions.NOTHING]


def test_scores_of_a_label_are_means_over_the_experiments():
    table = confusions.label_scores(SINGLE).set_index("label")
    assert table.loc["a", ["texts", "precision", "recall"]].tolist() == [2, 1.0, 0.75]
    assert table.loc["b", ["precision", "recall", "f1"]].tolist() == pytest.approx([0.25, 0.5, 1 / 3])
    assert table.loc["c", ["texts", "f1"]].tolist() == [0, 0]


def test_scores_of_labels_agree_with_the_task_s_macro_f1():
    rng = np.random.default_rng(0)
    gold = rng.choice(list("abcd"), 40).tolist()
    items = pd.DataFrame({"item": range(40), "gold": gold, "predictions": rng.choice(list("abcd"), (40, 5)).tolist()})
    items["measure"] = 0.0
    assert confusions.label_scores(items)["f1"].mean() == pytest.approx(classification.metrics(items)["f1"])


def test_the_nearest_training_texts_come_with_their_labels():
    train = pd.DataFrame({"text": ["one", "two", "three"], "label": ["x", "y", ["p", "q"]]})
    data = Dataset("d", "classification", {"train": train})
    known = Texts(["one", "three"]), np.array([[1.0, 0], [1, 1]])
    found = confusions.nearest_training(known, np.array([[2.0, 1.9]]), data)
    assert found["text"].tolist() == ["three", "one"] and found["label"].tolist() == ["p, q", "x"]
    assert found["row"].tolist() == [2, 0] and found["cosine"].iloc[0] == pytest.approx(0.9997, abs=1e-3)


def test_the_nearest_vectors_are_those_of_highest_similarity_sparse_or_dense():
    from scipy import sparse

    vectors = np.array([[1.0, 0], [0, 5], [3, 3]])
    for kind in (np.asarray, sparse.csr_array):
        assert nearest(kind([[0.0, 1]]), kind(vectors), 2)[0].tolist() == [1, 2]
        assert nearest(kind([[1.0, 1]]), kind(vectors), 3, "dot")[1].tolist() == [6, 5, 1]


DOCUMENTS = pd.DataFrame(
    {
        "item": list("abcde"), "label": ["x", "x", "y", "y", "x"], "level": 0, "set": "", "measure": [1.0, 1, 0, 1, 0],
        "clusters": [[0, 1], [0, 1], [0, -1], [1, 1], [1, 0]], "counts": [[1, 2], [1, 1], [1, 0], [2, 1], [1, 1]],
    }
)  # fmt: skip


def test_purity_counts_documents_as_often_as_they_were_drawn():
    assert clusters.purity(DOCUMENTS) == pytest.approx([(2 + 2) / 6, (3 + 1) / 5])


def test_a_contingency_leaves_out_what_was_not_drawn():
    table = clusters.contingency(DOCUMENTS, 1)
    assert table.to_numpy().sum() == 4 and table.loc["x", 1] == 2 and table.loc["x", 0] == 1


def test_clusters_are_told_by_their_most_frequent_label():
    table = clusters.cluster_table(DOCUMENTS, 0).set_index("cluster")
    assert table.loc[0, ["texts", "label"]].tolist() == [3, "x"] and table.loc[0, "purity"] == pytest.approx(2 / 3)


def test_labels_say_how_often_their_texts_lay_right():
    table = clusters.label_table(DOCUMENTS).set_index("label")
    assert table.loc["y"].tolist() == [2, 0.5, 1] and table.loc["x", "right"] == pytest.approx(2 / 3)


def test_strangers_lie_in_a_cluster_of_another_label():
    assert clusters.strangers(DOCUMENTS, clusters.of_draw(DOCUMENTS, 0))[2]
    assert not clusters.strangers(DOCUMENTS, clusters.of_draw(DOCUMENTS, 1))[[0, 1, 2]].any()


def test_companions_share_the_cluster_of_the_draw_or_of_the_first_that_has_the_text():
    assert clusters.companions(DOCUMENTS, DOCUMENTS.iloc[0], 0)["item"].tolist() == ["b", "c"]
    assert clusters.companions(DOCUMENTS, DOCUMENTS.iloc[2], 1)["item"].tolist() == ["a", "b"]


def bitext() -> pd.DataFrame:
    """Sentences 0 and 1 both find translation 0; translation 1 finds sentence 1 all the same."""
    one, two = np.array([[1, 0, 0.0], [0.8, 0.6, 0], [0, 0, 1]]), np.array([[1, 0.1, 0.0], [0.1, 0.9, 0.5], [0, 0, 1]])
    pairs = pd.DataFrame({"sentence1": list("abc"), "sentence2": list("xyz")})
    vectors = {"sentence1": one.astype("float32"), "sentence2": two.astype("float32")}
    return bitext_mining.judge(Dataset("b", "bitext_mining", {"pairs": pairs}), vectors, "cosine")


def test_the_other_direction_is_judged_too():
    items = bitext()
    assert items["found"].tolist() == [0, 0, 2] and items["back_found"].tolist() == [0, 1, 2]
    assert items["back_score"].to_numpy() == pytest.approx([0.99504, 0.5994, 1], abs=1e-3)
    flags = translations.flags(items)
    assert flags["wrong"].tolist() == [False, True, False] and not flags["back_wrong"].any()
    assert flags["claimed"].tolist() == [True, False, False]
    assert translations.shares(items) == pytest.approx({"forth": 2 / 3, "back": 1, "both": 2 / 3})


def test_both_sides_say_what_they_found():
    known = {"sentence1": np.eye(3), "sentence2": np.array([[0, 1, 0.0], [1, 0.2, 0], [0, 0, 1]])}
    pairs = pd.DataFrame({"sentence1": list("abc"), "sentence2": list("xyz")})
    data = Dataset("b", "bitext_mining", {"pairs": pairs})
    forth = translations.found(known, data, 0, back=False, similarity="cosine")
    assert forth["text"].tolist() == ["y", "x", "z"] and forth["right"].tolist() == [False, True, False]
    assert translations.found(known, data, 0, back=True, similarity="cosine")["text"].iloc[0] == "b"


def test_texts_are_ordered_by_how_the_model_agrees_with_people():
    items = pd.DataFrame(
        {"text_id": ["s"] * 3 + ["t"] * 3, "gold": [1, 2, 3, 1, 2, 3], "cosine": [0.1, 0.2, 0.3, 0.3, 0.2, 0.1]}
    )
    table = ratings.by_text(items)
    assert table["text_id"].tolist() == ["t", "s"] and table["spearman"].tolist() == pytest.approx([-1, 1])


def test_of_many_labels_those_mixed_up_most_are_shown_and_their_pairs_listed():
    table = pd.DataFrame([[5, 0, 3], [0, 9, 0], [1, 0, 7]], index=list("abc"), columns=list("abc"))
    assert confusions.most_confused(table, 2).to_dict() == {"a": {"a": 5, "c": 1}, "c": {"a": 3, "c": 7}}
    found = confusions.confused_pairs(table, 20)
    assert found.values.tolist() == [["a", "c", 3, 0.375], ["c", "a", 1, 0.125]]
