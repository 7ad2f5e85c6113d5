"""How is a text cut at its headings, else its paragraphs, else its sentences, else its words?

semantic-text-splitter parses Markdown as CommonMark has it: a heading stays with what follows it, and a fence of code
is torn only where it does not fit. Others leave headings behind and cut fences (chonkie 1.7.0, langchain-text-splitters
1.1.3). Overlap is not asked of it: it may give less than was asked for.
"""

from itertools import accumulate

from engine.types import Ruler, Splitter


def cut(text: str, ruler: Ruler, size: int) -> list[int]:
    """The largest parts of the document that fit, neighbours together; what the library leaves out of none."""
    from semantic_text_splitter import MarkdownSplitter

    parts = MarkdownSplitter.from_callback(ruler.count, size, trim=False).chunks(text)
    return list(accumulate(map(len, parts))) or [len(text)]


SPLITTER = Splitter("markdown", "Headings and paragraphs (Markdown)", cut, "https://github.com/benbrandt/text-splitter")
