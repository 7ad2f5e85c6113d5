#!/usr/bin/env bash
set -euo pipefail
# Library: tantivy 0.27.0 (Python package)
# Behaviour: the default tokenizer splits at what is no letter and then drops every token of 40 bytes or more. A Chinese
#   clause stands without a space, so it is one token of three bytes a character: from 14 characters on it is not in
#   the index at all. Shorter clauses can be found as a whole only. Nothing is said; the document is stored and counted.
# Seen: "退款流程" is found by itself; a sentence of 25 characters is not found by its own full text; no word inside is.
# Bet: at the least, a text searched word for word finds its own document.
# Hurt: full-text baselines and hybrid search over Chinese score near zero, and the vector model looks better than it is.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check tantivy==0.27.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import tantivy

texts = ["退款流程", "关于退款流程以及", "这是一个关于退款流程以及发票开具方法的详细说明文档", "一" * 13, "二" * 14]
schema = tantivy.SchemaBuilder()
schema.add_text_field("body", stored=True)
schema.add_integer_field("row", stored=True)
index = tantivy.Index(schema.build())
writer = index.writer()
for row, text in enumerate(texts):
    writer.add_document(tantivy.Document(body=text, row=row))
writer.commit()
index.reload()
searcher = index.searcher()


def rows(query):
    """The rows of the documents that a query finds."""
    hits = searcher.search(index.parse_query(f'"{query}"', ["body"]), 10).hits
    return [searcher.doc(address)["row"][0] for _, address in hits]


for row, text in enumerate(texts):
    print(row, len(text), "characters, found by its own text:", rows(text))
assert searcher.num_docs == 5
assert [rows(text) for text in texts] == [[0], [1], [], [3], []]
assert rows("发票") == [] and rows("退款") == []
PY
