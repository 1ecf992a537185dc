"""Says in one sentence why a chat model gave no answer, and what to do about it."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from rag.answering.providers import key_names
from rag.errors import ModelError

_TOO_LONG = re.compile(
    r"context[ _](length|window|size|limit|overflow)|context the overflows|too long"
    r"|too many (input )?tokens|(input|prompt) token count",
    re.IGNORECASE,
)
_LATE = {"TimeoutError", "TimeoutException", "APITimeoutError", "ModelTimeoutError"}
_UNREACHED = {"ConnectError", "APIConnectionError", "ConnectionError", "ModelConnectionError"}
_BROKEN = {"RemoteProtocolError", "ReadError", "WriteError", "IncompleteRead"}
_BROKEN |= {"ConnectionResetError", "ConnectionAbortedError", "BrokenPipeError"}
_MISREAD = {"ValueError", "TypeError", "LookupError", "AttributeError", "DecodingError"}
_MISREAD |= {"APIResponseValidationError"}
_LONGEST_WAIT_S = 7 * 24 * 3600
_MOST_CAUSES = 20

_Found = TypeVar("_Found")


def explain(error: Exception, model: str) -> ModelError:
    """Turn what a provider raised into one sentence that says what to do.

    Goes by statuses and class names, which the providers' clients share, so that none need be
    installed. Quotes nothing from an answer: a server may repeat the key or the article in it.
    ``model`` is ``provider:name``.
    """
    if isinstance(error, ModelError):
        return error
    failure = _Failure(tuple(chain_of(error)), model)
    return ModelError(failure.of_status() or failure.of_connection() or failure.of_answer())


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that led to it, outermost first."""
    cause: BaseException | None = error
    for _ in range(_MOST_CAUSES):  # a chain can be a ring
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error with all that led to it, outermost first."""

    chain: tuple[BaseException, ...]
    model: str

    def of_status(self) -> str | None:
        """Describe a refusal by the status (400 to 599) that the server gave; else ``None``."""
        status = next((found for error in self.chain if (found := _status(error))), None)
        if self._is_too_long(status):
            return (
                f"The question and its passages are too long for {self.model}: lower "
                "PINCITE_PASSAGE_TOKENS, or choose a model that reads more."
            )
        if status is None:
            return None
        if status in (408, 504):
            return self._late()
        if status >= 500:
            return f"The server of {self.model} failed ({status}): try again later."
        return self._refused(status)

    def _refused(self, status: int) -> str:
        provider, _, name = self.model.partition(":")
        key = " or ".join(key_names(provider)) or "its key"
        match status:
            case 401:
                return f"{self.model} refused the key (401): check {key}."
            case 402:
                return f"{self.model} asks for payment (402): check its account and billing."
            case 403:
                return f"{self.model} may not be used with this key (403): check {key}."
            case 404 if provider == "ollama":
                return f"Ollama has no model {name!r} (404): fetch it with `ollama pull {name}`."
            case 404:
                return (
                    f"There is no model {name!r} at {self._address()} (404): check PINCITE_MODEL, "
                    "and PINCITE_BASE_URL, which mostly ends in /v1."
                )
            case 429 if "insufficient_quota" in self._codes():
                return f"{self.model} has no quota left (429): check its account and billing."
            case 429:
                wait = _first(_wait_s(error) for error in self.chain)
                when = "later" if wait is None else f"in {math.ceil(wait)} s"
                return f"{self.model} takes no more requests for now (429): try again {when}."
        return (
            f"{self.model} refused the request as invalid ({status}{self._codes()}): "
            "check that it is a chat model, or choose another with PINCITE_MODEL."
        )

    def of_connection(self) -> str | None:
        """Describe a server that was not reached or broke off; ``None`` for any other failure."""
        names = self._names()
        if names & _LATE:
            return self._late()
        if "gaierror" in names:
            return (
                f"The host of {self._address()} is unknown: check PINCITE_BASE_URL, and that this "
                "computer is online."
            )
        if "SSLError" in names:
            return (
                f"There is no trusted encryption to {self._address()}: check whether the address "
                "begins with http or https, and the server's certificate."
            )
        sent_an_error = type(self.chain[0]).__name__ == "APIError"  # within a stream, no status
        if names & _BROKEN or sent_an_error:
            return f"{self.model} broke off its answer{self._codes()}: try again."
        if names & _UNREACHED:
            return (
                f"No server answers at {self._address()}: start it, or check PINCITE_BASE_URL and "
                "the network."
            )
        return None

    def of_answer(self) -> str:
        """Describe an answer that cannot be read, or whatever is left."""
        if self._names() & _MISREAD:
            return (
                f"What {self.model} sent is no chat answer: try again, or check PINCITE_BASE_URL, "
                "which mostly ends in /v1."
            )
        kind = type(self.chain[0]).__name__
        return f"{self.model} failed ({kind}): try again, or choose another with PINCITE_MODEL."

    def _names(self) -> set[str]:
        return {kind.__name__ for error in self.chain for kind in type(error).__mro__}

    def _is_too_long(self, status: int | None) -> bool:
        if "ContextOverflowError" in self._names() or status == 413:
            return True
        told = " ".join((*map(str, self.chain), self._codes()))
        return status == 400 and _TOO_LONG.search(told) is not None

    def _late(self) -> str:
        return (
            f"{self.model} gave no answer in time: try again, or allow more seconds with "
            "PINCITE_TIMEOUT."
        )

    def _codes(self) -> str:
        """Name the provider's code and parameter, where they are plain words of a protocol."""
        values = [getattr(error, name, None) for error in self.chain for name in ("code", "param")]
        words = [v for v in values if isinstance(v, str) and re.fullmatch(r"[a-z_]{3,40}", v)]
        return "".join(f", {word}" for word in dict.fromkeys(words))

    def _address(self) -> str:
        return _first(_origin(error) for error in self.chain) or f"the address of {self.model}"


def _first(values: Iterator[_Found | None]) -> _Found | None:
    return next((value for value in values if value is not None), None)


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (error, "code"), (response, "status_code")):
        value = getattr(holder, name, None)
        if type(value) is int and 400 <= value <= 599:
            return value
    return None


def _origin(error: BaseException) -> str | None:
    """Return scheme, host and port that an error's request went to: no path, query, password."""
    try:
        url = error.request.url  # type: ignore[attr-defined]
    except (AttributeError, RuntimeError):  # httpx raises the latter where it knows no request
        return None
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _wait_s(error: BaseException) -> float | None:
    """Read ``Retry-After``, in seconds or as a date, from the response that an error holds."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = str(headers.get("retry-after", ""))
    date = email.utils.parsedate_tz(value)
    try:
        wait = float(value) if date is None else email.utils.mktime_tz(date) - time.time()
    except (ValueError, OverflowError):
        return None
    return wait if 0 < wait < _LONGEST_WAIT_S else None
