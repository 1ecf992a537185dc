"""The built-in embedding model, and the setting that chooses another."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from rag.embedding import (
    DIMENSIONS,
    MODEL_FILE,
    WINDOW_TEXTS,
    EmbeddingModel,
    MiniLMEmbeddings,
    Vectors,
    load_embedding_model,
)
from rag.errors import SettingsError
from rag.inference import BATCH_TOKENS, MOST_CHARACTERS, plan_batches

DATA = Path(__file__).parent / "data"
TEXTS: list[str] = json.loads((DATA / "embedding_texts.json").read_text(encoding="utf-8"))
FP32: Vectors = np.load(DATA / "fp32_vectors.npz")["vectors"]
SAME = 0.99999


@pytest.fixture(scope="module")
def minilm() -> MiniLMEmbeddings:
    return MiniLMEmbeddings()


@pytest.fixture(scope="module")
def alone(minilm: MiniLMEmbeddings) -> Vectors:
    """Each of the test texts embedded by itself."""
    return np.array([minilm.embed_query(text) for text in TEXTS], np.float32)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


def cosines(one: Any, other: Any) -> Vectors:
    left, right = np.asarray(one, np.float64), np.asarray(other, np.float64)
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    similar: Vectors = (left * right).sum(axis=1) / lengths
    return similar


class TestStandardUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return MiniLMEmbeddings


@pytest.mark.anyio
class TestStandardIntegration(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return MiniLMEmbeddings


def test_vectors_are_near_those_of_the_original_fp32_model(alone: Vectors) -> None:
    assert len(TEXTS) == len(FP32) == 50
    similar = cosines(alone, FP32)
    assert similar.min() >= 0.99, TEXTS[int(similar.argmin())]


def test_unlike_texts_keep_the_similarities_of_the_original_model(alone: Vectors) -> None:
    difference = np.abs(alone @ alone.T - FP32 @ FP32.T)
    assert difference.max() < 0.05


def test_a_vector_is_the_same_alone_and_among_all_the_others(
    minilm: MiniLMEmbeddings, alone: Vectors
) -> None:
    assert cosines(minilm.embed_documents(TEXTS), alone).min() >= SAME


def test_a_vector_is_the_same_beside_a_text_of_any_length(minilm: MiniLMEmbeddings) -> None:
    question = "Who came?"
    lone = minilm.embed_query(question)
    for words in (0, 1, 7, 60, 400):
        beside = minilm.embed_documents(["word " * words, question])[1]
        assert cosines([lone], [beside]).min() >= SAME


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_any_texts_whatever_agree_with_themselves_alone(
    minilm: MiniLMEmbeddings, texts: list[str]
) -> None:
    lone = [minilm.embed_query(text) for text in texts]
    assert cosines(minilm.embed_documents(texts), lone).min() >= SAME


def test_the_order_of_the_texts_is_the_order_of_the_vectors(
    minilm: MiniLMEmbeddings, alone: Vectors
) -> None:
    shuffled = np.random.default_rng(0).permutation(len(TEXTS))
    vectors = minilm.embed_documents([TEXTS[index] for index in shuffled])
    assert cosines(vectors, alone[shuffled]).min() >= SAME


def test_more_texts_than_a_window_holds_keep_their_order(minilm: MiniLMEmbeddings) -> None:
    texts = [f"number {index}" for index in range(WINDOW_TEXTS + 2)]
    vectors = minilm.embed_documents(texts)
    assert len(vectors) == len(texts)
    last = [minilm.embed_query(text) for text in texts[-3:]]
    assert cosines(vectors[-3:], last).min() >= SAME


def test_every_vector_has_unit_length(alone: Vectors) -> None:
    assert alone.shape == (len(TEXTS), DIMENSIONS)
    assert np.linalg.norm(alone, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_give_no_vectors(minilm: MiniLMEmbeddings) -> None:
    assert minilm.embed_documents([]) == []


def test_an_empty_text_and_white_space_have_the_same_vector(minilm: MiniLMEmbeddings) -> None:
    empty, blank = minilm.embed_documents(["", " \n\t "])
    assert np.isfinite(empty).all()
    assert empty == blank


def test_only_the_first_256_word_pieces_are_read(minilm: MiniLMEmbeddings) -> None:
    head = "word " * 254  # and the two special tokens
    cut, longer, shorter = minilm.embed_documents([head, head + "unlike", "word " * 253 + "unlike"])
    assert cosines([cut], [longer]).min() >= SAME
    assert cosines([cut], [shorter]).max() < SAME


def test_a_text_of_fifty_million_characters_costs_no_more_than_its_head(
    minilm: MiniLMEmbeddings,
) -> None:
    huge = "word " * 10_000_000
    assert minilm.embed_query(huge) == minilm.embed_query(huge[:MOST_CHARACTERS])


def test_a_lone_surrogate_reads_as_a_question_mark(minilm: MiniLMEmbeddings) -> None:
    broken, mended = minilm.embed_documents(["half \ud83d a pair", "half ? a pair"])
    assert broken == pytest.approx(mended, abs=1e-5)


def test_threads_that_share_the_model_get_the_vectors_that_one_gets(
    minilm: MiniLMEmbeddings, alone: Vectors
) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        vectors = list(pool.map(minilm.embed_query, TEXTS * 3))
    assert cosines(vectors, np.tile(alone, (3, 1))).min() >= SAME


@settings(deadline=None)
@given(st.lists(st.integers(2, 256), max_size=80), st.integers(1, 1024))
def test_a_batch_never_holds_more_padded_tokens_than_its_budget(
    lengths: list[int], budget: int
) -> None:
    for batch in plan_batches(lengths, budget):
        padded = max(lengths[index] for index in batch) * len(batch)
        assert padded <= budget or len(batch) == 1


@settings(deadline=None)
@given(st.lists(st.integers(2, 256), max_size=80), st.integers(1, 1024))
def test_each_text_is_in_one_batch_among_texts_of_its_length(
    lengths: list[int], budget: int
) -> None:
    planned = [index for batch in plan_batches(lengths, budget) for index in batch]
    assert sorted(planned) == list(range(len(lengths)))
    ordered = [lengths[index] for index in planned]
    assert ordered == sorted(lengths, reverse=True)


def test_batches_of_like_texts_are_full() -> None:
    batches = plan_batches([128] * 64, BATCH_TOKENS)
    assert [len(batch) * 128 for batch in batches] == [BATCH_TOKENS] * len(batches)


def test_the_model_file_is_the_one_that_its_card_describes() -> None:
    card = MODEL_FILE.with_suffix(".md").read_text(encoding="utf-8")
    for file in (MODEL_FILE, MODEL_FILE.with_suffix(".tokenizer.json")):
        assert f"`{file.name}`" in card
        assert hashlib.sha256(file.read_bytes()).hexdigest() in card


def test_the_model_file_is_small() -> None:
    assert MODEL_FILE.stat().st_size <= 25_000_000


def test_the_builtin_model_is_named_after_its_weights() -> None:
    model = load_embedding_model("builtin")
    assert isinstance(model.embeddings, MiniLMEmbeddings)
    digest = hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()
    assert model.name == f"builtin:all-MiniLM-L6-v2:{digest[:12]}"


@pytest.mark.parametrize("setting", ["", "builtins", "openai:", ":small", " : "])
def test_a_setting_that_names_no_model_is_refused_with_an_example(setting: str) -> None:
    with pytest.raises(SettingsError, match="'builtin' or 'provider:model', such as"):
        load_embedding_model(setting)


def test_an_unknown_provider_is_refused_with_those_that_exist() -> None:
    with pytest.raises(SettingsError, match=r"'nobody:small'.*not supported(.|\n)*ollama"):
        load_embedding_model("nobody:small")


def test_a_missing_package_is_named_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "langchain_google_vertexai", None)
    with pytest.raises(SettingsError, match="pip install langchain-google-vertexai"):
        load_embedding_model("google_vertexai:small")


def test_a_provider_that_fails_to_start_is_refused_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def keyless(model: str) -> Embeddings:
        raise RuntimeError(f"{model} needs COHERE_API_KEY")

    provide(monkeypatch, "langchain_cohere", "CohereEmbeddings", keyless)
    with pytest.raises(SettingsError, match=r"'cohere:small' cannot be used.*needs COHERE_API_KEY"):
        load_embedding_model("cohere:small")


def test_a_provider_s_model_goes_by_the_setting_that_chose_it(
    monkeypatch: pytest.MonkeyPatch, minilm: MiniLMEmbeddings
) -> None:
    provide(monkeypatch, "langchain_mistralai", "MistralAIEmbeddings", lambda model: minilm)
    assert load_embedding_model("mistralai:small") == EmbeddingModel("mistralai:small", minilm)


def test_the_builtin_model_needs_neither_langchain_nor_torch() -> None:
    code = (
        "import sys; from rag.embedding import load_embedding_model as load;"
        "load('builtin').embeddings.embed_query('Who?');"
        "print({'langchain', 'torch', 'transformers', 'chromadb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def provide(monkeypatch: pytest.MonkeyPatch, package: str, name: str, maker: Any) -> None:
    """Stand in for a provider's package that need not be installed."""
    module = ModuleType(package)
    setattr(module, name, maker)
    monkeypatch.setitem(sys.modules, package, module)
