import email.utils
import json
import logging
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import langsmith
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langsmith.utils import tracing_is_enabled
from model_server import Reply, completion, event, serve

from rag.answering.failures import chain_of
from rag.answering.models import ModelName, explain, open_chat_model, parse_model
from rag.errors import ModelError, SettingsError
from rag.settings import Settings, load_settings

KEY = "sk-T0pSecretKey4242"
OPENAI = "openai:gpt-4o-mini"
ECHO = json.dumps({"error": {"message": f"You sent {KEY} with the article.", "code": None}})


@pytest.fixture(autouse=True)
def _clean_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for provider in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI", "MISTRAL", "GROQ"):
        monkeypatch.delenv(f"{provider}_API_KEY", raising=False)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    yield
    langsmith.configure(enabled=None)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return KEY


def settings(model: str = OPENAI, **others: Any) -> Settings:
    return load_settings(model=model, **others)


def ask(base_url: str, *, streamed: bool = False, **others: Any) -> str:
    """Ask as an answerer does: what the provider raises is explained."""
    chosen = settings(base_url=base_url, **({"retries": 0} | others))
    model = open_chat_model(chosen)
    assert KEY not in repr(model)
    try:
        pieces = model.stream("Hello") if streamed else [model.invoke("Hello")]
        return "".join(str(piece.text) for piece in pieces)
    except Exception as error:
        raise explain(error, chosen.model) from error


def failure(base_url: str, caplog: pytest.LogCaptureFixture, **others: Any) -> str:
    """Return the sentence that a question ends with; the key is nowhere in it or in the logs."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ModelError) as raised:
        ask(base_url, **others)
    assert KEY not in str(raised.value) + repr(raised.value) + caplog.text
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai:gpt-4o-mini", ModelName("openai", "gpt-4o-mini")),
        ("ollama:llama3.1:8b", ModelName("ollama", "llama3.1:8b")),
        (" Google-GenAI : gemini-2.5-flash ", ModelName("google_genai", "gemini-2.5-flash")),
    ],
)
def test_a_model_is_a_provider_and_a_name(text: str, expected: ModelName) -> None:
    assert parse_model(text) == expected


@pytest.mark.parametrize("text", ["gpt-4o-mini", "openai:", ":gpt-4o-mini", "openai: ", ""])
def test_half_a_model_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_model(text)
    assert str(raised.value).startswith(f"PINCITE_MODEL={text!r} is not provider:name, e.g. openai")


@given(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.from_regex(r"[!-~]{1,20}", fullmatch=True))
def test_a_name_may_hold_anything_further(provider: str, name: str) -> None:
    assert parse_model(f"{provider}:{name}") == ModelName(provider, name)


def test_the_module_imports_no_provider_and_no_chat_model() -> None:
    program = (
        "import sys, rag.answering.models\n"
        "heavy = ('langchain.chat_models', 'langchain_openai', 'openai', 'streamlit')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    assert run.stdout.strip() == "[]"


def test_a_server_of_ones_own_needs_no_key() -> None:
    with serve(Reply(body=completion("Good day."))) as server:
        assert ask(server.base_url) == "Good day."
    assert server.keys == ["Bearer not-needed"]
    assert server.paths == ["/v1/chat/completions"]


def test_the_limits_of_the_settings_are_sent() -> None:
    with serve(Reply(body=completion("Good day."))) as server:
        ask(server.base_url, max_tokens=77)
    (request,) = server.requests
    assert (request["model"], request["temperature"], request["max_tokens"]) == (
        "gpt-4o-mini",
        0,
        77,
    )


def test_the_key_is_taken_from_the_environment(key: str) -> None:
    with serve(Reply(body=completion("Good day."))) as server:
        ask(server.base_url)
    assert server.keys == [f"Bearer {key}"]


def test_the_key_is_taken_from_the_secrets_where_the_environment_lacks_it(
    tmp_path: Path,
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_text(
        f'MISTRAL_API_KEY = "other"\nOPENAI_API_KEY = "{KEY}"\n'
    )
    with serve(Reply(body=completion("Good day."))) as server:
        ask(server.base_url)
    assert server.keys == [f"Bearer {KEY}"]


def test_the_environment_wins_over_the_secrets(tmp_path: Path, key: str) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_text('OPENAI_API_KEY = "other"\n')
    with serve(Reply(body=completion("Good day."))) as server:
        ask(server.base_url)
    assert server.keys == [f"Bearer {key}"]


@pytest.mark.parametrize("content", [f"OPENAI_API_KEY = {KEY}\n".encode(), b"\xff\xfe"])
def test_secrets_that_cannot_be_read_are_named_and_not_quoted(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_bytes(content)
    with pytest.raises(ModelError, match=r"secrets\.toml cannot be read as TOML") as raised:
        open_chat_model(settings())
    assert KEY not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("value", [f"{KEY}…", f"sk x {KEY}", f"sk\n{KEY}"])
def test_a_key_that_no_header_can_hold_is_refused_unquoted(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(ModelError, match="OPENAI_API_KEY holds a space") as raised:
        open_chat_model(settings())
    assert KEY not in "".join(traceback.format_exception(raised.value))


def test_space_around_a_key_is_not_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    with serve(Reply(body=completion("Good day."))) as server:
        ask(server.base_url)
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (OPENAI, "OPENAI_API_KEY"),
        ("anthropic:claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("google_genai:gemini-2.5-flash", "GOOGLE_API_KEY"),
        ("mistralai:mistral-small", "MISTRAL_API_KEY"),
    ],
)
def test_a_missing_key_is_named(model: str, name: str) -> None:
    with pytest.raises(ModelError, match=rf"needs a key: set {name}, or .*secrets\.toml"):
        open_chat_model(settings(model))


@pytest.mark.parametrize(
    ("model", "module", "package"),
    [
        ("anthropic:claude", "langchain_anthropic", "pincite[anthropic]"),
        ("google_genai:gemini", "langchain_google_genai", "pincite[google]"),
        ("mistralai:small", "langchain_mistralai", "pincite[mistral]"),
        ("ollama:llama3.2", "langchain_ollama", "pincite[ollama]"),
        ("groq:llama", "langchain_groq", "langchain-groq"),
        ("bedrock:nova", "langchain_aws", "langchain-aws"),
    ],
)
def test_a_missing_package_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch, model: str, module: str, package: str
) -> None:
    for provider in ("ANTHROPIC", "GOOGLE", "MISTRAL"):
        monkeypatch.setenv(f"{provider}_API_KEY", KEY)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelError) as raised:
        open_chat_model(settings(model))
    assert str(raised.value).endswith(f"not installed: pip install '{package}'.")


@pytest.mark.parametrize(
    ("provider", "nearest"),
    [("opena", "openai"), ("google", "google_genai"), ("mistral", "mistralai")],
)
def test_an_unknown_provider_is_answered_with_the_nearest(provider: str, nearest: str) -> None:
    with pytest.raises(ModelError, match=f"no provider '{provider}'. Did you mean {nearest}?"):
        open_chat_model(settings(f"{provider}:some-model"))


def test_what_a_provider_refuses_when_opened_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("LANGCHAIN_OPENAI_TCP_KEEPALIVE", "0")
    monkeypatch.setenv("HTTP_PROXY", "nonsense://nowhere")
    with pytest.raises(ModelError, match=r"openai:gpt-4o-mini cannot be opened") as raised:
        open_chat_model(settings())
    assert key not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (OPENAI, {"timeout": 9.5, "max_retries": 3, "max_tokens": 500}),
        ("anthropic:claude", {"timeout": 9.5, "max_retries": 3, "max_tokens": 500}),
        ("google_genai:gemini", {"timeout": 9.5, "max_retries": 4, "max_tokens": 500}),
        ("mistralai:small", {"timeout": 10, "max_retries": 4, "max_tokens": 500}),
        (
            "ollama:llama3.2",
            {"num_predict": 500, "num_ctx": 3024, "client_kwargs": {"timeout": 9.5}},
        ),
    ],
)
def test_each_provider_is_given_the_limits_under_its_own_names(
    monkeypatch: pytest.MonkeyPatch, model: str, expected: dict[str, object]
) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda _, **a: given.update(a))
    for provider in ("OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL"):
        monkeypatch.setenv(f"{provider}_API_KEY", KEY)
    limits = {"timeout": 9.5, "retries": 3, "max_tokens": 500, "passage_tokens": 1000}
    open_chat_model(settings(model, **limits))
    del given["model_provider"]
    assert ("api_key" in given) == (not model.startswith("ollama"))
    assert {k: v for k, v in given.items() if k != "api_key"} == {"temperature": 0, **expected}


def test_nothing_is_traced_even_where_tracing_is_on(key: str) -> None:
    langsmith.configure(enabled=True)
    assert tracing_is_enabled()
    open_chat_model(settings())
    assert not tracing_is_enabled()


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "refused the request as invalid (400): check that it is a chat model"),
        (401, "refused the key (401): check OPENAI_API_KEY."),
        (402, "asks for payment (402): check its account and billing."),
        (403, "may not be used with this key (403): check OPENAI_API_KEY."),
        (408, "gave no answer in time"),
        (413, "too long for openai:gpt-4o-mini: lower PINCITE_PASSAGE_TOKENS"),
        (422, "refused the request as invalid (422)"),
        (429, "takes no more requests for now (429): try again later."),
        (500, "The server of openai:gpt-4o-mini failed (500): try again later."),
        (503, "The server of openai:gpt-4o-mini failed (503): try again later."),
        (504, "gave no answer in time"),
    ],
)
def test_each_refusal_says_what_to_do_and_repeats_nothing_of_it(
    caplog: pytest.LogCaptureFixture, key: str, status: int, sentence: str, *, streamed: bool
) -> None:
    with serve(Reply(status, ECHO)) as server:
        said = failure(server.base_url, caplog, streamed=streamed)
    assert sentence in said
    assert OPENAI in said
    assert "article" not in said


def test_an_unknown_model_is_named_with_the_address(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Reply(404, ECHO)) as server:
        said = failure(server.base_url, caplog)
    assert f"There is no model 'gpt-4o-mini' at {server.origin} (404)" in said


def test_a_limit_says_how_long_to_wait(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Reply(429, ECHO, {"Retry-After": "17"})) as server:
        assert "(429): try again in 17 s." in failure(server.base_url, caplog)


def test_a_limit_may_give_a_date(caplog: pytest.LogCaptureFixture) -> None:
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    with serve(Reply(429, ECHO, {"Retry-After": date})) as server:
        said = failure(server.base_url, caplog)
    seconds = int(said.removesuffix(" s.").rpartition(" ")[2])
    assert 80 <= seconds <= 100


@pytest.mark.parametrize("value", ["soon", "-3", "nan", "inf", "1e300", "Mon, 99 Foo 2020"])
def test_a_wait_that_makes_no_sense_is_left_out(
    caplog: pytest.LogCaptureFixture, value: str
) -> None:
    with serve(Reply(429, ECHO, {"Retry-After": value})) as server:
        assert failure(server.base_url, caplog).endswith("(429): try again later.")


def test_a_spent_quota_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps({"error": {"message": "You exceeded it.", "code": "insufficient_quota"}})
    with serve(Reply(429, body, {"Retry-After": "17"})) as server:
        assert "has no quota left (429)" in failure(server.base_url, caplog)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Too many.", "code": "context_length_exceeded"},
        {"message": "the request exceeds the available context size, try increasing it"},
        {"message": "This model's maximum context length is 4096 tokens."},
        {"message": "prompt is too long: 210000 tokens > 200000 maximum"},
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_too_long_a_question_is_not_called_invalid(
    caplog: pytest.LogCaptureFixture, error: dict[str, str], *, streamed: bool
) -> None:
    with serve(Reply(400, json.dumps({"error": error}))) as server:
        said = failure(server.base_url, caplog, streamed=streamed)
    assert "passages are too long for openai:gpt-4o-mini: lower PINCITE_PASSAGE_TOKENS" in said


def test_an_invalid_request_names_the_parameter(caplog: pytest.LogCaptureFixture) -> None:
    error = {"message": f"No {KEY}.", "code": "unsupported_value", "param": "temperature"}
    with serve(Reply(400, json.dumps({"error": error}))) as server:
        assert "(400, unsupported_value, temperature)" in failure(server.base_url, caplog)


def test_a_code_that_may_be_a_key_is_not_shown(caplog: pytest.LogCaptureFixture, key: str) -> None:
    with serve(Reply(400, json.dumps({"error": {"message": "No.", "code": key}}))) as server:
        assert "invalid (400):" in failure(server.base_url, caplog)


def test_a_failing_server_is_asked_as_often_as_the_settings_say(
    caplog: pytest.LogCaptureFixture,
) -> None:
    soon = {"retry-after-ms": "1"}
    with serve(
        Reply(500, "", soon), Reply(503, "", soon), Reply(body=completion("Yes."))
    ) as server:
        assert ask(server.base_url, retries=2) == "Yes."
    with serve(Reply(500, "", soon)) as server:
        failure(server.base_url, caplog, retries=1)
    assert len(server.requests) == 2


@pytest.mark.parametrize("streamed", [False, True])
def test_a_server_that_says_nothing_is_given_up(
    caplog: pytest.LogCaptureFixture, *, streamed: bool
) -> None:
    started = time.monotonic()
    with serve(Reply(is_stalled=True)) as server:
        said = failure(server.base_url, caplog, streamed=streamed, timeout=0.3)
        assert time.monotonic() - started < 15
    assert "gave no answer in time" in said
    assert "PINCITE_TIMEOUT" in said


def test_a_server_that_falls_silent_within_an_answer_is_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reply = Reply(body=event("Good "), promised=50, is_stalled=True)
    with serve(reply) as server:
        said = failure(server.base_url, caplog, streamed=True, timeout=0.5)
    assert "gave no answer in time" in said


def test_an_answer_that_is_broken_off_is_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Reply(body=event("Good "), promised=50)) as server:
        said = failure(server.base_url, caplog, streamed=True)
    assert "broke off its answer: try again." in said


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "body", ["<html>Welcome</html>", '{"choices": [', '{"status": "ok"}', '"hello"', "", "[]"]
)
def test_what_is_no_chat_answer_is_called_so(
    caplog: pytest.LogCaptureFixture, body: str, *, streamed: bool
) -> None:
    with serve(Reply(body=body)) as server:
        said = failure(server.base_url, caplog, streamed=streamed)
    assert said.startswith("What openai:gpt-4o-mini sent is no chat answer")
    assert "PINCITE_BASE_URL" in said


def test_a_stream_of_damaged_lines_is_called_so(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Reply(body=event("Good ") + 'data: {"choices": [{"del\n\n')) as server:
        assert "sent is no chat answer" in failure(server.base_url, caplog, streamed=True)


def test_an_error_within_a_stream_is_a_broken_answer(caplog: pytest.LogCaptureFixture) -> None:
    told = json.dumps({"error": {"message": KEY, "code": "server_error"}})
    with serve(Reply(body=event("Good ") + f"data: {told}\n\n")) as server:
        said = failure(server.base_url, caplog, streamed=True)
    assert "broke off its answer, server_error: try again." in said


def test_an_answer_streams() -> None:
    with serve(Reply(body=event("Good ") + event("day.") + "data: [DONE]\n\n")) as server:
        assert ask(server.base_url, streamed=True) == "Good day."
    assert server.requests[0]["stream"] is True


@pytest.mark.parametrize("streamed", [False, True])
def test_a_refused_connection_names_the_address(
    caplog: pytest.LogCaptureFixture, key: str, *, streamed: bool
) -> None:
    with serve(Reply()) as server:
        pass
    said = failure(server.base_url, caplog, streamed=streamed)
    assert said.startswith(f"No server answers at {server.origin}: start it, or check")


def test_plain_words_where_encryption_is_expected_are_told_apart(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serve(Reply()) as server:
        said = failure(server.base_url.replace("http:", "https:"), caplog)
    assert f"no trusted encryption to https://127.0.0.1:{server.port}" in said


def raised_from(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def test_an_unknown_host_is_named_without_its_password() -> None:
    request = httpx.Request("POST", f"http://me:{KEY}@no-such-host.invalid:8080/v1?key={KEY}")
    unknown = socket.gaierror(-2, "Name or service not known")
    error = raised_from(httpx.ConnectError("no", request=request), unknown)
    said = str(explain(error, "mistralai:small"))
    assert said.startswith("The host of http://no-such-host.invalid:8080 is unknown: check")
    assert KEY not in said


class ResponseError(Exception):
    """Raised as Ollama's client does, which needs neither OpenAI's client nor httpx."""

    def __init__(self, status_code: int) -> None:
        super().__init__(KEY)
        self.status_code = status_code


def test_a_model_that_ollama_has_not_is_to_be_fetched() -> None:
    said = str(explain(ResponseError(404), "ollama:llama3.1:8b"))
    assert (
        said == "Ollama has no model 'llama3.1:8b' (404): fetch it with `ollama pull llama3.1:8b`."
    )


def test_ollama_not_running_is_told_by_what_came_before() -> None:
    request = httpx.Request("POST", "http://127.0.0.1:11434/api/chat")
    error = ConnectionError("Failed to connect to Ollama.")
    error.__context__ = httpx.ConnectError("refused", request=request)
    said = str(explain(error, "ollama:llama3.2"))
    assert said.startswith("No server answers at http://127.0.0.1:11434: start it")
    assert "at the address of ollama:llama3.2" in str(explain(ConnectionError(), "ollama:llama3.2"))


def test_a_status_is_read_from_a_response_too() -> None:
    response = httpx.Response(401, request=httpx.Request("POST", "http://127.0.0.1/v1"))
    error = httpx.HTTPStatusError(KEY, request=response.request, response=response)
    said = str(explain(error, "mistralai:small"))
    assert said == "mistralai:small refused the key (401): check MISTRAL_API_KEY."


def test_a_failure_of_no_known_kind_shows_its_class_alone() -> None:
    class Odd(Exception): ...

    said = str(explain(Odd(KEY), OPENAI))
    assert said.startswith("openai:gpt-4o-mini failed (Odd): try again")
    assert KEY not in said


def test_what_is_explained_already_stays_as_it_is() -> None:
    error = ModelError("It is so.")
    assert explain(error, OPENAI) is error


def test_a_ring_of_causes_ends() -> None:
    error, cause = ValueError("one"), KeyError("two")
    error.__cause__, cause.__cause__ = cause, error
    assert list(chain_of(error))[:3] == [error, cause, error]
    assert "sent is no chat answer" in str(explain(error, OPENAI))
