"""What are the tables and columns of a task called in the reader's language?"""

from engine.texts import column_names
from engine.types import Layout, Message
from pages.parts.language import _, say

ASKING = {"retrieval", "reranking"}
"""Tasks whose pairs are a query and a document."""


def called(name: str, task: str = "") -> str:
    """A task's own table or column in words; its name where there are none."""
    if name == "pairs" and task in ASKING:
        return _("pairs of query and document")
    words = {
        "pairs": _("pairs of sentences"), "documents": _("documents"), "sets": _("sets"), "labelled": _("labelled texts"),
        "titled": _("labelled texts with titles"), "train": _("training part"), "test": _("test part"),
        "corpus": _("corpus"), "queries": _("queries"), "qrels": _("judgements"), "samples": _("samples with answers"),
        "candidates": _("candidates"), "changed": _("changed judgements"), "summaries": _("summaries"),
        "texts": _("texts"), "text": _("text"), "title": _("title"), "label": _("label"), "labels": _("labels"),
        "set": _("set"), "sentence1": _("first sentence"), "sentence2": _("second sentence"), "score": _("score"),
        "id": _("id"), "group": _("group"), "query": _("query"), "document": _("document"), "query_id": _("id of the query"),
        "corpus_id": _("id of the document"), "document_id": _("id of the document"), "text_id": _("id of the text"),
        "positive": _("right documents"), "negative": _("wrong documents"), "relevance": _("rating"),
        "machine_summary": _("machine summary"), "machine_summaries": _("machine summaries"),
        "human_summaries": _("human summaries"),
    }  # fmt: skip
    return words.get(name, name)


def header(name: str) -> str:
    """A given column by its own name, or by its number where it has none."""
    found = column_names.called(name)
    return say(found) if isinstance(found, Message) else found


def described(layout: Layout, task: str) -> str:
    """A layout by its tables and columns."""
    return " · ".join(
        f"{called(table, task)} ({', '.join(called(column.name) for column in columns)})"
        for table, columns in layout.tables.items()
    )
