"""-1 in place of a label is left out with a word where nobody has labelled, and stays where it may be a class."""

import pandas as pd
import pytest

from engine.datasets.preparation.left_out.unannotated import without_unannotated


def labelled(cells: list[int], header: str = "label") -> pd.DataFrame:
    return pd.DataFrame({"text": [f"text number {row}" for row in range(len(cells))], header: list(map(str, cells))})


def test_a_split_of_nothing_but_minus_one_is_left_out_where_another_has_labels():
    made, said = without_unannotated({"train": labelled([0, 1] * 10), "test": labelled([-1] * 5)})
    assert list(made) == ["train"]
    assert len(said) == 1


@pytest.mark.parametrize(("cells", "kept"), [([-1, -1, *[0, 1, 2] * 6], 18), ([-1, *[0, 1] * 10], 20)])
def test_a_few_rows_with_minus_one_beside_counted_classes_are_left_out(cells: list[int], kept: int):
    made, said = without_unannotated({"t": labelled(cells)})
    assert len(made["t"]) == kept
    assert len(said) == 1


@pytest.mark.parametrize(
    "table",
    [
        labelled([-1, 0, 1] * 7),
        labelled([-1, *[0, 1] * 10], "sentiment"),
        labelled([-1, *[3, 5] * 10]),
        labelled([-1] * 5),
        labelled([-1, *[0, 1, 2] * 6], "temperature"),
    ],
)
def test_minus_one_stays_where_it_may_be_meant(table: pd.DataFrame):
    made, said = without_unannotated({"t": table})
    assert made["t"].equals(table)
    assert said == []
