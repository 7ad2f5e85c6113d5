"""What do people call a metric that mteb calls by its key?"""

WORDS = {
    "ndcg": "nDCG",
    "map": "MAP",
    "mrr": "MRR",
    "recall": "Recall",
    "precision": "Precision",
    "hit_rate": "Hit rate",
    "accuracy": "Accuracy",
    "f1": "F1",
    "ap": "AP",
    "v_measure": "V-measure",
    "ami": "AMI",
    "nauc": "nAUC",
    "lrap": "LRAP",
    "spearman": "Spearman",
    "pearson": "Pearson",
    "cosine": "Cosine",
    "dot": "Dot",
    "similarity": "Similarity",
    "euclidean": "Euclidean",
    "manhattan": "Manhattan",
    "max": "Max",
    "std": "std",
    "diff1": "diff1",
    "weighted": "weighted",
    "hamming": "Hamming",
}


def title(metric: str) -> str:
    """`ndcg_at_10` -> `nDCG@10`, `cosine_spearman` -> `Cosine Spearman`; an unknown key stays as it is."""
    name, _, depth = metric.partition("_at_")
    if name in WORDS:
        words = WORDS[name]
    elif all(part in WORDS for part in name.split("_")):
        words = " ".join(WORDS[part] for part in name.split("_"))
    else:
        return metric
    cut, _, rest = depth.partition("_")
    return words + (f"@{cut}" if cut else "") + (f" ({rest})" if rest else "")
