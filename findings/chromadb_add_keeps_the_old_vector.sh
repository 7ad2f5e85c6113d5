#!/usr/bin/env bash
set -euo pipefail
# Library: chromadb 1.5.9 (Collection.add, Client.get_or_create_collection)
# Behaviour: add() of an id that is already there does nothing and says nothing: the old vector and text stay.
#   get_or_create_collection() with another distance returns the existing collection with its old distance.
# Seen: id "1" added as (1, 0), then as (0, 1): (1, 0) comes back. A cosine collection asked for as "ip": cosine.
# Bet: adding twice is an error or overwrites; asking for another distance is an error.
# Hurt: whoever embeds a corpus anew with the next model of the same width into the same collection: queries of the new
#   model meet documents of the old one, and the new model looks useless.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check chromadb==1.5.9 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import chromadb

client = chromadb.EphemeralClient()
collection = client.create_collection("documents", metadata={"hnsw:space": "cosine"}, embedding_function=None)
collection.add(ids=["1"], embeddings=[[1.0, 0.0]], documents=["old"])
collection.add(ids=["1"], embeddings=[[0.0, 1.0]], documents=["new"])
kept = collection.get(ids=["1"], include=["embeddings", "documents"])
print(kept["embeddings"].tolist(), kept["documents"])
assert kept["embeddings"].tolist() == [[1.0, 0.0]] and kept["documents"] == ["old"]
again = client.get_or_create_collection("documents", metadata={"hnsw:space": "ip"}, embedding_function=None)
distance = again.query(query_embeddings=[[2.0, 0.0]], n_results=1)["distances"][0][0]
print(again.metadata, "distance of (2, 0):", distance, "by inner product it would be -1")
assert again.metadata["hnsw:space"] == "cosine" and abs(distance) < 1e-6
PY
