"""On which texts do a model's similarities order the summaries as people do?"""

import pandas as pd

from engine.metrics.agreement import pearson, spearman


def by_text(items: pd.DataFrame) -> pd.DataFrame:
    """Per text: summaries, Spearman's and Pearson's correlation of ratings and cosines; the worst first."""
    rows = [
        {"text_id": name, "summaries": len(own), "spearman": spearman(own["gold"], own["cosine"]),
         "pearson": pearson(own["gold"], own["cosine"])}
        for name, own in items.groupby("text_id", sort=False)
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values("spearman", kind="stable", ignore_index=True)
