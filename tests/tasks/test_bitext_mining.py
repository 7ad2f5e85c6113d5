import numpy as np
import pandas as pd
import pytest
from mteb.abstasks.text.bitext_mining import AbsTaskBitextMining
from scipy import sparse
from sklearn.metrics import f1_score, precision_score

from engine.tasks.bitext_mining import TASK
from engine.types import Dataset
from tests.oracle_tasks import differences, ours, theirs


def aligned(left, right) -> tuple[Dataset, dict]:
    """Pairs whose sentences have these vectors."""
    rows = range(len(left))
    columns = {"sentence1": [f"left {row}" for row in rows], "sentence2": [f"right {row}" for row in rows]}
    vectors = dict(zip([*columns["sentence1"], *columns["sentence2"]], [*left, *right], strict=True))
    return Dataset("pairs", "bitext_mining", {"pairs": pd.DataFrame(columns)}), vectors


def noisy(n: int, kind: type = np.float32, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    left = rng.normal(size=(n, 24))
    return left.astype(kind), (left + rng.normal(size=(n, 24)) * rng.random((n, 1)) * 3).astype(kind)


def mteb_says(dataset: Dataset, vectors: dict, similarity: str = "cosine") -> dict:
    columns = {name: column.tolist() for name, column in dataset.tables["pairs"].items()}
    more = {"task_type": "BitextMining", "main_score": "f1", "similarity": similarity}
    return theirs(AbsTaskBitextMining, {"test": columns}, vectors, **more)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_keys_equal_those_of_mteb_with_duplicates_and_zero_vectors(similarity, kind):
    left, right = noisy(700, kind)
    right[100:140] = right[100]  # equal translations: the first of them is found
    left[200:210] = left[200]
    left[300], right[301] = 0, 0
    dataset, vectors = aligned(left, right)
    scores = TASK.metrics(ours(TASK, dataset, vectors, similarity))
    assert differences(scores, mteb_says(dataset, vectors, similarity)) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_handful_of_pairs_scores_as_in_mteb(n):
    dataset, vectors = aligned(*noisy(n))
    assert differences(TASK.metrics(ours(TASK, dataset, vectors)), mteb_says(dataset, vectors)) == []


def test_equal_translations_go_to_the_first_and_the_items_say_who_was_found():
    left, right = np.float32([[1, 0], [0, 1], [1, 0.1]]), np.float32([[1, 0], [1, 0], [0.9, 1]])
    items = ours(TASK, *aligned(left, right))
    assert items["item"].tolist() == ["0", "1", "2"]
    assert items["found"].tolist() == [0, 2, 0]
    assert items["gold_rank"].tolist() == [1, 3, 3]
    assert items["claims"].tolist() == [2, 0, 1]
    assert items["correct"].tolist() == [True, False, False]
    assert items["measure"].tolist() == pytest.approx([2 / 3, 0, 0])
    assert items["score"].tolist() == pytest.approx([1, 0.7433, 0.9950], abs=1e-4)
    assert items["gold_score"].tolist() == pytest.approx([1, 0, 0.7396], abs=1e-4)


def test_the_rank_of_the_gold_sentence_counts_those_ahead_of_it_and_equal_ones_above_it():
    left = np.ones((4, 1), np.float32)
    items = ours(TASK, *aligned(left, np.float32([[1], [5], [1], [5]])), "dot")
    assert items["gold_rank"].tolist() == [3, 1, 4, 2]


def test_the_mean_of_the_measure_is_f1():
    items = ours(TASK, *aligned(*noisy(600)))
    assert items["measure"].mean() == pytest.approx(TASK.metrics(items)["f1"])


def test_sparse_vectors_find_what_the_same_dense_ones_find():
    left, right = noisy(300, np.float64)
    dataset, _ = aligned(left, right)
    thin = {"sentence1": sparse.csr_array(left), "sentence2": sparse.csr_array(right)}
    one, two = (TASK.judge(dataset, form, "cosine") for form in ({"sentence1": left, "sentence2": right}, thin))
    assert one["found"].tolist() == two["found"].tolist()
    assert one["gold_rank"].tolist() == two["gold_rank"].tolist()


def test_resampled_scores_equal_those_of_the_rows_written_out_in_any_order():
    items = ours(TASK, *aligned(*noisy(80))).sort_values("item", ignore_index=True)
    counts = np.random.default_rng(1).multinomial(80, np.full(80, 1 / 80), size=4)
    found = TASK.resampled(items, np.vstack([np.ones((1, 80), int), counts]))
    for draw in range(5):
        again = items.iloc[np.repeat(np.arange(80), counts[draw - 1] if draw else 1)]
        gold, predicted = again["item"].astype(int), again["found"]
        options = {"average": "weighted", "zero_division": 0}
        assert found["f1"][draw] == pytest.approx(f1_score(gold, predicted, **options))
        assert found["precision"][draw] == pytest.approx(precision_score(gold, predicted, **options))
        assert found["accuracy"][draw] == pytest.approx(np.mean(gold == predicted))


def test_a_slice_is_scored_on_its_own_pairs():
    items = ours(TASK, *aligned(*noisy(80))).iloc[10:50]
    gold, predicted = items["item"].astype(int), items["found"]
    assert TASK.metrics(items)["f1"] == pytest.approx(f1_score(gold, predicted, average="weighted", zero_division=0))
