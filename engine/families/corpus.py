"""From which documents does a lexical model learn its words and how rare they are?"""

from collections.abc import Sequence

import xxhash

from engine.types import BadModel


class Corpus:
    """Documents as a key for what was learnt from them: the same texts in any order are the same corpus."""

    def __init__(self, documents: Sequence[str]) -> None:
        # half surrogate pairs are replaced, as they are in texts that are encoded
        self.documents = [text.encode("utf-8", "replace").decode("utf-8") for text in documents]
        digest = xxhash.xxh3_128()
        for text in sorted(self.documents):
            digest.update(text.encode() + b"\xff")  # a byte that no text holds
        self.digest = digest.hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Corpus) and self.digest == other.digest


def fitted(name: str, corpus: Corpus | None) -> Corpus:
    """The corpus that a lexical model has been fitted to.

    Raises:
        BadModel: it has not been fitted, or there is not a word in it.
    """
    if corpus is None or not any(sign.isalnum() for text in corpus.documents for sign in text):
        raise BadModel(
            "{name} learns its words from documents, and it was given none with a word in it; "
            "use it on a dataset with documents.",
            name=name,
        )
    return corpus
