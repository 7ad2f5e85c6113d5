"""How are the vectors of a text's tokens kept: as they are, or several as one, and in which precision?"""

from engine.types import TokenVectors


class Keeping:
    """Documents' vectors are pooled by a factor, all are kept in a precision.

    Pooled are the most similar ones of a text, by Ward's hierarchical clustering on their cosine distance, the first
    one left alone (Clavié et al. 2024, https://arxiv.org/abs/2409.14683, as sentence-transformers does it).
    """

    def __init__(self, factor: float, precision: str) -> None:
        from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling

        self.factor, self.precision = factor, precision
        self._pooling = HierarchicalTokenPooling(factor)

    def __call__(self, vectors: TokenVectors, *, asked: bool) -> TokenVectors:
        """The vectors of texts, all queries or all documents, as they are kept."""
        import torch

        if self.factor > 1 and not asked:
            vectors = TokenVectors.of(
                [self._pooling.pool_one(torch.from_numpy(one.copy())).numpy() for one in vectors.texts()]
            )
        return vectors if self.precision == "float32" else vectors.stored_as(self.precision)
