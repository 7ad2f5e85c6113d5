"""Other ways to ask a question find the same answer; where there is no answer, a person says which is meant."""

from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import mapping
from engine.datasets.preparation.lists.similar_questions import with_similar
from engine.datasets.reading.opening import open_file

QUESTIONS = ["如何续借图书", "借书证丢了怎么办", "图书馆几点开门", "逾期要罚款吗"]
WAYS = [["怎么延期还书", "书到期了怎么延长"], ["补卡要多少钱"], [], ["晚还书要交钱吗", "超期怎么收费"]]
ANSWERS = [
    "在手机应用里点续借，每本两次。",
    "请带身份证到服务台补办。",
    "周一闭馆，其余日子九点开放。",
    "每逾期一天收取一角钱。",
]
FOUND = {
    (question, answer)
    for asked, ways, answer in zip(QUESTIONS, WAYS, ANSWERS, strict=True)
    for question in (asked, *ways)
}


def pairs(table: pd.DataFrame, question: str = "标准问", answer: str = "答案") -> set[tuple[str, str]]:
    return set(zip(table[question], table[answer], strict=True))


@pytest.mark.parametrize("sign", ["\n", "|", "；", "##", ";\n"])
def test_each_part_of_a_cell_is_a_question_of_its_own(sign: str):
    given = pd.DataFrame({"标准问": QUESTIONS, "相似问": [sign.join(ways) for ways in WAYS], "答案": ANSWERS})
    made, (said,) = with_similar({"t": given})
    assert pairs(made["t"]) == FOUND and len(made["t"]) == len(FOUND)
    assert said.values["rows"] == 9


def test_numbers_before_the_parts_go_and_lists_and_numbered_columns_are_parts():
    numbered = ["\n".join(f"{n}. {way}" for n, way in enumerate(ways, 1)) if len(ways) > 1 else "".join(ways)
                for ways in WAYS]  # fmt: skip
    for columns in (
        {"相似问法": numbered},
        {"similar_questions": WAYS},
        {"相似问1": [(*ways, None)[0] for ways in WAYS], "相似问2": [(*ways, None, None)[1] for ways in WAYS]},
    ):
        made, _ = with_similar({"t": pd.DataFrame({"标准问": QUESTIONS, **columns, "答案": ANSWERS})})
        assert pairs(made["t"]) == FOUND and len(made["t"]) == len(FOUND)


def test_below_a_merged_cell_question_and_answer_are_those_above():
    rows = [(asked if n == 0 else None, way, answer if n == 0 else None)
            for asked, ways, answer in zip(QUESTIONS, WAYS, ANSWERS, strict=True)
            for n, way in enumerate(ways or [None])]  # fmt: skip
    made, _ = with_similar({"t": pd.DataFrame(rows, columns=["标准问", "相似问", "答案"])})
    assert pairs(made["t"]) == FOUND and len(made["t"]) == len(FOUND)


def test_a_title_beside_other_ways_to_ask_is_a_question_and_lines_are_questions_where_the_header_says_so():
    made, _ = with_similar({"t": pd.DataFrame({"title": QUESTIONS, "similarQuestions": WAYS, "answer": ANSWERS})})
    assert pairs(made["t"], "query", "answer") == FOUND
    lines = ["\n".join([asked, *ways]) for asked, ways in zip(QUESTIONS, WAYS, strict=True)]
    header = "问题（选填，单元格内一行一个）"
    made, _ = with_similar({"t": pd.DataFrame({header: lines, "分段内容（必填）": ANSWERS})})
    assert pairs(made["t"], header, "分段内容（必填）") == FOUND


def test_without_answers_it_is_asked_what_is_to_find_what(tmp_path: Path):
    table = pd.DataFrame({"标准问": QUESTIONS, "相似问": ["|".join(ways) for ways in WAYS]})
    table.to_csv(tmp_path / "faq.csv", index=False)
    with pytest.raises(mapping.Unclear) as caught:
        open_file(tmp_path / "faq.csv")
    columns = [one.tables["pairs"][1] for one in caught.value.candidates if one.task == "retrieval"]
    assert {"query": "相似问", "document": "标准问"} in columns and {"query": "标准问", "document": "相似问"} in columns


def test_pairs_that_are_compared_stay_as_they_are_whatever_signs_stand_in_them():
    compared = {"question": QUESTIONS, "similar_question": [f"{one}; 请问" for one in QUESTIONS]}
    for judged in ({"score": [1, 4, 2, 5]}, {"是否相似": ["是", "否", "是", "否"]}):
        given = {"t": pd.DataFrame({**compared, **judged})}
        assert with_similar(given)[0]["t"] is given["t"]
