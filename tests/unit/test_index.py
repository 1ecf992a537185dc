"""Tests of the vectors in Chroma."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from library_fakes import HASHED, fill_index, lines_of, numbered, texts_of

from rag.chroma import Folder
from rag.chunking import chunk_document
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError
from rag.index import VectorIndex
from rag.types import BlockKind, Chunk, Span

FOXES, HENS = numbered(40, "fox"), numbered(40, "hen")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    opened = VectorIndex(Folder(tmp_path / "vectors"), HASHED)
    yield opened
    opened.close()


def fill(index: VectorIndex) -> None:
    fill_index(index, FOXES, HENS)


@pytest.mark.slow
def test_no_text_is_beyond_the_reach_of_a_search(tmp_path: Path) -> None:
    """Each graph differs: with Chroma's own 16 neighbors one in four of these loses a text."""
    texts = [numbered(count, name) for count, name in ((60, "fox"), (600, "owl"))]
    chunks = [chunk_document(text, tokens=32, overlap=0) for text in texts]
    for graph in range(12):
        with closing(VectorIndex(Folder(tmp_path / str(graph)), HASHED)) as index:
            vectors = [
                index.embed([chunk.span.of(text.text) for chunk in rows])
                for text, rows in zip(texts, chunks, strict=True)
            ]
            for rows, places in zip(chunks, vectors, strict=True):
                index.put(rows, places)
            for rows, places in zip(chunks, vectors, strict=True):
                found = [index.nearest(place.tolist(), 1)[0].chunk_id for place in places]
                assert found == [chunk.id for chunk in rows]


def test_a_text_is_nearest_to_itself_with_a_cosine_of_one(index: VectorIndex) -> None:
    fill(index)
    for chunk, text in zip(lines_of(HENS), texts_of(HENS), strict=True):
        first, *others = index.search(text, 5)
        assert first.chunk_id == chunk.id
        assert first.score == pytest.approx(1, abs=1e-5)
        assert [hit.score for hit in others] == sorted((h.score for h in others), reverse=True)


def test_scores_are_cosines(index: VectorIndex) -> None:
    fill(index)
    query = HASHED.embeddings.embed_query("The fox3 and the hen")
    vectors = dict(
        zip(lines_of(FOXES), HASHED.embeddings.embed_documents(texts_of(FOXES)), strict=True)
    )
    expected = {chunk.id: float(np.dot(query, vector)) for chunk, vector in vectors.items()}
    hits = index.search("The fox3 and the hen", 40, document_ids={FOXES.id})
    assert {hit.chunk_id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-5)


def test_a_search_stays_in_the_documents_named(index: VectorIndex) -> None:
    fill(index)
    found = index.search("The fox3 of fox", 20, document_ids=[HENS.id])
    assert len(found) == 20
    assert {hit.chunk_id for hit in found} <= {chunk.id for chunk in lines_of(HENS)}


def test_no_document_named_finds_nothing(index: VectorIndex) -> None:
    fill(index)
    assert index.search("fox", 20, document_ids=[]) == []
    assert index.search("fox", 20, document_ids=["unknown"]) == []


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    assert index.search("fox", 20) == []
    assert index.chunk_ids() == set()


def test_removing_takes_all_vectors_of_one_document_and_no_other(index: VectorIndex) -> None:
    fill(index)
    index.remove([FOXES.id])
    index.remove(["unknown"])
    index.remove([])
    assert index.chunk_ids() == {chunk.id for chunk in lines_of(HENS)}
    assert len(index.search("fox", 80)) == 40


def test_adding_again_replaces(index: VectorIndex) -> None:
    fill(index)
    fill(index)
    assert len(index.chunk_ids()) == 80
    assert len({hit.chunk_id for hit in index.search("fox", 100)}) == 80


def test_vectors_come_as_rows_in_the_order_of_the_texts(index: VectorIndex) -> None:
    vectors = index.embed(texts_of(FOXES))
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(
        vectors, HASHED.embeddings.embed_documents(texts_of(FOXES)), atol=1e-6
    )


def test_more_chunks_than_chroma_takes_at_once_are_stored(index: VectorIndex) -> None:
    count = index._batch_size + 10
    chunks = [Chunk("d", Span(n, n + 1), 1, BlockKind.BODY) for n in range(count)]
    index.put(chunks, np.random.default_rng(0).standard_normal((count, 8), np.float32))
    assert len(index.chunk_ids()) == count


def test_vectors_survive_closing_and_opening(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    for _ in range(3):
        index = VectorIndex(Folder(folder), HASHED)
        fill(index)
        index.flush()
        index.close()
    index = VectorIndex(Folder(folder), HASHED)
    assert index.search(texts_of(FOXES)[7], 1)[0].chunk_id == lines_of(FOXES)[7].id
    index.close()


def test_a_deleted_folder_can_be_opened_again_in_the_same_process(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    index = VectorIndex(Folder(folder), HASHED)
    fill(index)
    index.close()
    folder.rename(tmp_path / "moved")
    index = VectorIndex(Folder(folder), HASHED)
    assert index.chunk_ids() == set()
    index.close()


def test_a_closed_index_says_so(index: VectorIndex) -> None:
    index.close()
    with pytest.raises(LibraryError, match="are closed"):
        index.search("fox", 1)


def test_a_damaged_file_is_named_and_does_not_stand_in_the_way_of_a_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"not a database" * 1_000)
    with pytest.raises(LibraryError, match=r"vectors in .* cannot be used: .*not a database"):
        VectorIndex(Folder(folder), HASHED)
    (folder / "chroma.sqlite3").unlink()
    VectorIndex(Folder(folder), HASHED).close()


def test_vectors_of_another_length_are_refused(index: VectorIndex) -> None:
    fill(index)
    with pytest.raises(LibraryError, match="dimension"):
        index.put(lines_of(FOXES)[:1], np.zeros((1, 3), np.float32))


class FailingEmbeddings(Embeddings):
    """Fails as a provider does that cannot be reached."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise TimeoutError("no answer")

    def embed_query(self, text: str) -> list[float]:
        raise TimeoutError("no answer")


def test_a_failing_embedding_model_is_named(tmp_path: Path) -> None:
    index = VectorIndex(
        Folder(tmp_path / "vectors"), EmbeddingModel("some:model", FailingEmbeddings())
    )
    with pytest.raises(LibraryError, match="embedding model 'some:model' failed: no answer"):
        index.embed(texts_of(FOXES))
    with pytest.raises(LibraryError, match="embedding model 'some:model' failed: no answer"):
        index.search("fox", 1)
    index.close()


def test_the_words_stay_out_of_chroma(index: VectorIndex, tmp_path: Path) -> None:
    fill(index)
    index.close()
    files = [path for path in (tmp_path / "vectors").rglob("*") if path.is_file()]
    assert files
    assert not any(b"fox3" in path.read_bytes().lower() for path in files)


def test_an_interruption_is_not_taken_for_a_fault(index: VectorIndex) -> None:
    with pytest.raises(KeyboardInterrupt), index._errors_named():
        raise KeyboardInterrupt


def neighbours(vectors: np.ndarray, queries: np.ndarray, k: int) -> list[set[int]]:
    """Find the nearest vectors by comparing with every one."""
    order = np.argsort(-queries @ vectors.T, axis=1)[:, :k]
    return [set(row.tolist()) for row in order]


class KnownEmbeddings(Embeddings):
    """Looks a query's vector up by its number."""

    def __init__(self, queries: np.ndarray) -> None:
        self._queries = queries

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._queries[int(text)].tolist()
        return vector


def test_a_search_finds_what_an_exact_search_does_even_after_many_removals(tmp_path: Path) -> None:
    """2,000 vectors of 384 dimensions in clusters, as texts of some subjects have them."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((40, 384))
    points = centres[random.integers(0, 40, 2_100)] + random.standard_normal((2_100, 384))
    unit = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    vectors, queries = unit[:2_000], unit[2_000:]
    chunks = [Chunk(f"d{n // 50}", Span(n, n + 1), 1, BlockKind.BODY) for n in range(2_000)]
    index = VectorIndex(
        Folder(tmp_path / "vectors"), EmbeddingModel("known", KnownEmbeddings(queries))
    )
    for start in range(0, 2_000, 50):
        index.put(chunks[start : start + 50], vectors[start : start + 50])
    for start in range(0, 2_000, 100):
        index.remove([f"d{start // 50}"])
        index.put(chunks[start : start + 50], vectors[start : start + 50])
    found = [{hit.chunk_id for hit in index.search(str(n), 50)} for n in range(100)]
    exact = [{chunks[n].id for n in near} for near in neighbours(vectors, queries, 50)]
    recall = sum(len(a & b) for a, b in zip(found, exact, strict=True)) / (100 * 50)
    assert recall >= 0.99
    index.close()


def test_chroma_is_not_imported_before_an_index_is_opened() -> None:
    program = "import sys, rag.library; assert 'chromadb' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
