#!/usr/bin/env bash
set -euo pipefail
# Library: python-docx 1.2.0 (Document.paragraphs, Paragraph.text), against mammoth 1.13.0
# Behaviour: words that were inserted with "track changes" and words in a content control (form fields, templates) are
#   not part of a paragraph's text. Deleted words are left out too, so that neither version of the sentence remains.
# Seen: "The fee is [10 deleted][20 inserted] euros." is read as "The fee is  euros."; mammoth: "The fee is 20 euros."
# Bet: the text of a paragraph is what Word shows and prints: with the insertions.
# Hurt: whoever builds a corpus from contracts, minutes or templates: exactly the values that were edited or filled in
#   are missing, passages that answer a query lose the answer, and a judged-relevant document scores low.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import docx
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

document = docx.Document()
paragraph = document.add_paragraph("The fee is ")
mark = f'{nsdecls("w")} w:author="A" w:date="2026-01-01T00:00:00Z"'
paragraph._p.append(parse_xml(f'<w:del {mark} w:id="1"><w:r><w:delText>10</w:delText></w:r></w:del>'))
paragraph._p.append(parse_xml(f'<w:ins {mark} w:id="2"><w:r><w:t>20</w:t></w:r></w:ins>'))
paragraph.add_run(" euros.")
field = document.add_paragraph("Tenant: ")
field._p.append(parse_xml(f'<w:sdt {nsdecls("w")}><w:sdtContent><w:r><w:t>first party</w:t></w:r></w:sdtContent></w:sdt>'))
document.save("a.docx")
read = [part.text for part in docx.Document("a.docx").paragraphs]
with open("a.docx", "rb") as file:
    shown = mammoth.extract_raw_text(file).value.split("\n\n")[:2]
print(read, shown)
assert read == ["The fee is  euros.", "Tenant: "]
assert shown == ["The fee is 20 euros.", "Tenant: first party"]
PY
