#!/usr/bin/env bash
set -euo pipefail
# Library: jieba 0.42.1 (add_word, cut)
# Behaviour: before the dictionary is asked, a text is split at every character outside U+4E00-U+9FD5, ASCII letters
#   and digits, and + # & . _ % -. A word of the user's dictionary that holds another one can never be found: 〇, full-width
#   letters and brackets, a space, Greek letters, rare characters of other planes. add_word accepts it in silence.
# Seen: add_word("二〇二六年"), cut("二〇二六年三月") gives 二 / 〇 / 二 / 六年 / 三月; likewise for the other words here.
#   A word of ordinary characters added in the same way is found.
# Bet: a word that was added, with a frequency above all others, is one token.
# Hurt: whoever builds BM25 or TF-IDF baselines, or keyword highlights, on Chinese with product names, years, units and
#   names of institutions: the dictionary has no effect, and 〇, written in most dates in documents, splits the year.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check jieba==0.42.1
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import jieba

jieba.setLogLevel(60)
words = {
    "二〇二六年": "二〇二六年三月", "ＡＰＩ接口": "调用ＡＰＩ接口失败", "石油大学（华东）": "石油大学（华东）招生",
    "Type C接口": "支持Type C接口充电", "α受体": "阻断α受体药物",
}
for word, text in words.items():
    jieba.add_word(word, freq=10**7)
    tokens = jieba.lcut(text)
    print(word, "/".join(tokens))
    assert word not in tokens and "".join(tokens) == text
jieba.add_word("阻断受体药", freq=10**7)
assert "阻断受体药" in jieba.lcut("新的阻断受体药物")
assert jieba.lcut("二〇二六年三月")[:3] == ["二", "〇", "二"]
PY
