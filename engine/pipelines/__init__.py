"""From queries to a ranking in several stages: which models retrieve, how lists are fused, what reranks them."""
