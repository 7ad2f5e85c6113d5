"""Which vectors are nearest: exact top-k, rescoring after a coarse pass, all pairs, the graph of neighbours."""
