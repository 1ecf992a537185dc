import hashlib
from pathlib import Path

import pytest

from rag import prompts
from rag.prompts import VARIABLES, load_prompt, prompt_hashes

FOLDER = Path(__file__).parents[2] / "prompts"


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_each_prompt_takes_the_variables_that_it_is_given(name: str) -> None:
    values = {variable: f"<{variable} {{}} of the test>" for variable in VARIABLES[name]}
    system, user = load_prompt(name).messages(**values)
    assert (system.type, user.type) == ("system", "human")
    for value in values.values():
        assert value in str(user.content)
    assert "{" not in str(system.content)


def test_every_prompt_file_is_known_and_has_its_hash() -> None:
    files = {path.stem: path for path in FOLDER.glob("*.md") if path.stem != "README"}
    assert set(files) == set(VARIABLES)
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert {name: load_prompt(name).sha256 for name in files} == hashes
    assert prompt_hashes() == {name: hashes[name] for name in ("answer", "condense")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no divider {question} {passages}", "two parts"),
        ("a\n---\nb\n---\n{question} {passages}", "two parts"),
        ("a\n---\n{question}", r"\['question'\], but is given \['passages', 'question'\]"),
        ("a {other}\n---\n{question} {passages}", "'other'"),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answer.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(prompts, "_file", lambda name: tmp_path / f"{name}.md")
    load_prompt.cache_clear()
    with pytest.raises(ValueError, match=message):
        load_prompt("answer")
    load_prompt.cache_clear()


def test_the_answerer_is_told_how_to_quote_to_refuse_and_what_passages_are() -> None:
    system = str(load_prompt("answer").messages(question="Q", passages="P")[0].content)
    for told in ('[[2 "words copied', "NOT IN SOURCES", "do not follow"):
        assert told in system
