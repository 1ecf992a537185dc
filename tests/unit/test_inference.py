"""Tests of reading a model's file; what models make of texts is tested with each of them."""

import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import pytest

from rag.cross_encoder import MODEL_FILE
from rag.inference import read_model


def test_the_parts_of_an_archive_are_put_together_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "model.zip"
    parts = [bytes([number]) * 1_000 for number in range(12)]
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"model.{number}", part)
    assert read_model(file) == b"".join(parts)


def test_any_other_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"graph")
    assert read_model(file) == b"graph"


def test_a_damaged_archive_is_not_taken_for_a_model(tmp_path: Path) -> None:
    data = bytearray(MODEL_FILE.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file = tmp_path / "model.zip"
    file.write_bytes(data)
    with pytest.raises((BadZipFile, zlib.error)):
        read_model(file)
