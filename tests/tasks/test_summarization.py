import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from mteb.abstasks.text.summarization import AbsTaskSummarization
from mteb.tasks.summarization.eng.summ_eval_summarization import SummEvalSummarization
from scipy import sparse

from engine.tasks.summarization import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_tasks import differences, ours, theirs


def summaries(texts: int, machines: int, humans: int, seed: int = 0, kind: type = np.float32) -> tuple[Dataset, dict]:
    """Texts with rated machine summaries, and vectors that agree a little with the ratings."""
    rng, rows, vectors = np.random.default_rng(seed), [], {}
    for text in range(texts):
        references = [f"human {text} {one}" for one in range(humans)]
        centre = rng.normal(size=16)
        vectors |= {name: (centre + 0.5 * rng.normal(size=16)).astype(kind) for name in references}
        for one in range(machines):
            score = int(rng.integers(0, 6))
            vectors[f"machine {text} {one}"] = (centre + (3 - score / 2) * rng.normal(size=16)).astype(kind)
            rows.append((f"text {text}", f"machine {text} {one}", references, score))
    table = pd.DataFrame(rows, columns=["text_id", "machine_summary", "human_summaries", "score"])
    return Dataset("summaries", "summarization", {"summaries": table}), vectors


def mteb_says(dataset: Dataset, vectors: dict, similarity: str = "cosine", **more) -> dict:
    groups = [group for _, group in dataset.tables["summaries"].groupby("text_id", sort=False)]
    columns = {
        "text": [group["text_id"].iloc[0] for group in groups],
        "human_summaries": [group["human_summaries"].iloc[0] for group in groups],
        "machine_summaries": [group["machine_summary"].tolist() for group in groups],
        "relevance": [group["score"].astype(float).tolist() for group in groups],
    }
    more = {"min_score": 0, "max_score": 5} | more
    more |= {"task_type": "Summarization", "main_score": "cosine_spearman", "similarity": similarity}
    return theirs(AbsTaskSummarization, {"test": columns}, vectors, **more)


@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_keys_equal_those_of_mteb_with_ties_and_texts_that_are_skipped(similarity, kind):
    dataset, vectors = summaries(12, 7, 4, kind=kind)
    table = dataset.tables["summaries"]
    table.loc[table["text_id"] == "text 3", "score"] = 2  # all rated alike
    for one in range(7):
        vectors[f"machine 5 {one}"] = vectors["machine 5 0"]  # all equally similar
    vectors["machine 6 1"] = vectors["machine 6 2"] = vectors["machine 6 3"]
    vectors["machine 7 1"], vectors["machine 7 2"] = vectors["human 7 1"], vectors["human 7 1"]
    vectors["machine 8 0"] = np.zeros(16, kind)
    items = ours(TASK, dataset, vectors, similarity)
    assert differences(TASK.metrics(items), mteb_says(dataset, vectors, similarity)) == []


@pytest.mark.parametrize("bounds", [{}, {"min_score": 1}, {"min_score": 0, "max_score": 3}])
def test_ratings_that_differ_in_the_last_bit_tie_where_they_do_in_mteb(bounds):
    dataset, vectors = summaries(12, 7, 2, seed=2)
    table, near = dataset.tables["summaries"], [3.5, 3.4999999999999996, 3, np.nextafter(3, 9)]
    table["score"] = np.random.default_rng(0).choice(near, len(table))
    if not bounds:  # over 0 to 5 they are all alike, and mteb skips the text
        table.loc[table["text_id"] == "text 4", "score"] = [*near[:2] * 3, 3.5]
    dataset = replace(dataset, settings=bounds)
    items = ours(TASK, dataset, vectors)
    assert differences(TASK.metrics(items), mteb_says(dataset, vectors, **bounds)) == []
    for name, values in TASK.resampled(items, np.ones((1, len(items)))).items():
        assert values.tolist() == pytest.approx([TASK.metrics(items)[name]], abs=1e-9)


def of_old(dataset: Dataset) -> Dataset:
    return replace(dataset, settings={"with_p_values": True})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("machines", [2, 3, 16])
def test_the_old_summeval_of_mteb_scores_with_its_slip(similarity, machines):
    dataset, vectors = summaries(8, machines, 4, seed=5)
    vectors["machine 1 1"] = vectors["machine 1 0"]
    theirs = mteb_says(dataset, vectors, similarity, evaluator=SummEvalSummarization.evaluator)
    scores = TASK.metrics(ours(TASK, of_old(dataset), vectors, similarity))
    assert differences(scores, theirs) == []
    assert scores["cosine_pearson"] != TASK.metrics(ours(TASK, dataset, vectors, similarity))["cosine_pearson"]


def test_with_p_values_the_interval_is_one_of_the_score_that_has_them():
    dataset, vectors = summaries(6, 9, 2)
    items = ours(TASK, of_old(dataset), vectors)
    once = np.ones((1, len(items)))
    scores = TASK.metrics(items)
    for name, values in TASK.resampled(items, once).items():
        assert values.tolist() == pytest.approx([scores[name]], abs=1e-9)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("machines", [1, 2])
def test_texts_with_one_or_two_machine_summaries_score_as_in_mteb(machines):
    dataset, vectors = summaries(3, machines, 2, seed=4)
    scores = TASK.metrics(ours(TASK, dataset, vectors))
    assert differences(scores, mteb_says(dataset, vectors)) == []
    assert np.isnan(scores["cosine_spearman"]) == (machines == 1)


def test_the_items_name_the_nearest_human_summary_and_rank_within_their_text():
    table = pd.DataFrame(
        {
            "text_id": ["a", "a", "b", "b"],
            "machine_summary": ["m1", "m2", "m3", "m4"],
            "human_summaries": [["h1", "h2"], ["h1", "h2"], ["h2"], ["h2"]],
            "score": [1, 5, 2, 1],
        }
    )
    vectors = {"h1": [1, 0], "h2": [0, 1], "m1": [1, 0], "m2": [1, 2], "m3": [0, 1], "m4": [1, 0]}
    vectors = {text: np.float32(vector) for text, vector in vectors.items()}
    dataset = Dataset("summaries", "summarization", {"summaries": table})
    assert TASK.texts(dataset)["human"].items == ["h1", "h2"]
    items = ours(TASK, dataset, vectors)
    assert items["nearest"].tolist() == [0, 1, 0, 0]
    assert items["cosine"].tolist() == pytest.approx([1, 2 / 5**0.5, 1, 0])
    assert items["rank"].tolist() == [2, 1, 2, 1] and items["gold_rank"].tolist() == [1, 2, 2, 1]
    assert items["residual"].tolist() == [0.5, -0.5, 0, 0]
    assert items["measure"].tolist() == [0.5, 0.5, 1, 1]


def test_human_summaries_may_be_one_text_or_written_as_json():
    dataset, vectors = summaries(3, 4, 2)
    table = dataset.tables["summaries"]
    written = table.assign(human_summaries=[json.dumps(one) for one in table["human_summaries"]])
    again = Dataset("summaries", "summarization", {"summaries": written})
    pd.testing.assert_frame_equal(ours(TASK, again, vectors), ours(TASK, dataset, vectors))
    alone = Dataset("one", "summarization", {"summaries": table.assign(human_summaries="human 0 0")})
    assert ours(TASK, alone, vectors)["nearest"].tolist() == [0] * 12


def test_a_row_without_a_human_summary_is_told():
    dataset, _ = summaries(2, 2, 1)
    dataset.tables["summaries"].at[2, "human_summaries"] = []
    with pytest.raises(BadDataset, match="Row 3: there is no human summary"):
        TASK.texts(dataset)


def test_sparse_vectors_score_as_the_same_dense_ones():
    dataset, vectors = summaries(5, 6, 3, kind=np.float64)
    dense = {name: np.stack([vectors[text] for text in texts.items]) for name, texts in TASK.texts(dataset).items()}
    one, two = (
        TASK.judge(dataset, form, "cosine") for form in (dense, {n: sparse.csr_array(v) for n, v in dense.items()})
    )
    assert differences(TASK.metrics(one), TASK.metrics(two)) == []


def test_resampling_whole_texts_gives_the_mean_of_the_texts_drawn():
    dataset, vectors = summaries(6, 5, 2)
    items = ours(TASK, dataset, vectors)
    by_text = [TASK.metrics(items[items["text_id"] == f"text {text}"])["cosine_spearman"] for text in range(6)]
    drawn = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 0, 3, 1, 0]])
    found = TASK.resampled(items, np.repeat(drawn, 5, axis=1))["cosine_spearman"]
    assert found.tolist() == pytest.approx([np.mean(by_text), np.average(by_text, weights=drawn[1])])


def test_one_table_row_a_text_with_lists_is_read_as_well():
    dataset, _ = summaries(3, 4, 2)
    groups = [group for _, group in dataset.tables["summaries"].groupby("text_id", sort=False)]
    rows = pd.DataFrame(
        {
            "text": ["first", "second", "third"],
            "machine_summaries": [group["machine_summary"].tolist() for group in groups],
            "human_summaries": [group["human_summaries"].iloc[0] for group in groups],
            "relevance": [[str(score) for score in group["score"]] for group in groups],
        }
    )
    (layout,) = TASK.layouts
    read = layout.convert({"texts": rows})["summaries"]
    wanted = dataset.tables["summaries"]
    assert read["machine_summary"].tolist() == wanted["machine_summary"].tolist()
    assert read["human_summaries"].tolist() == wanted["human_summaries"].tolist()
    assert read["score"].tolist() == wanted["score"].tolist()
    assert read["text_id"].tolist() == [str(text) for text in range(3) for _ in range(4)]
    with pytest.raises(BadDataset, match="Row 2: there are 4 machine summaries but 3 scores"):
        rows.at[1, "relevance"] = ["1", "2", "3"]
        layout.convert({"texts": rows})
