"""From the last byte of a sentence to the sentence on the page, in a real browser.

A scripted server streams an answer of three sentences word by word and falls silent after the first
word of the second and of the third: from there on it is certain that the sentence before has all of
its quotations. The page notes when each appears. Both read the same clock. Needs chromium.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "tests" / name) for name in ("models", "browser")]

SENTENCES = (
    'Japan drew a commitment. [[1 "Japan was able to draw a commitment from the Biden"]]\n',
    'Both affirmed support for ASEAN. [[1 "strong support for ASEAN’s unity and centrality"]]\n',
    'They will meet again. [[1 "another meeting of the Security Consultative Committee"]]\n',
)
SILENCE = 1.5  # seconds, longer than the page needs

NOTE_CLAIMS = """
window.claimTimes = [];
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  new MutationObserver(() => {
    const shown = root.querySelectorAll('.exchange:last-child .claim').length;
    while (window.claimTimes.length < shown) window.claimTimes.push(Date.now());
  }).observe(root, {childList: true, subtree: true});
  return root;
};
"""


class Silence(threading.Event):
    """Notes when it is first waited for: the bytes before it are out by then."""

    def __init__(self) -> None:
        super().__init__()
        self.began = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        """End after the silence."""
        self.began = self.began or time.time()
        time.sleep(timeout or 0)
        return time.time() - self.began > SILENCE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=10)
    options = parser.parse_args()
    silences: list[Silence] = []
    firsts, others = [], []
    with page_with_model(silences) as page:
        for number in range(options.answers + 1):
            silences.clear()
            delays = answer_delays(page, silences, number)
            if number:  # the first answer warms up
                firsts.append(delays[0])
                others += delays[1:]
    for name, delays in (("first sentence", firsts), ("later sentences", others)):
        print(
            f"{name}: {len(delays)}, median {statistics.median(delays):.0f} ms, "
            f"longest {max(delays):.0f} ms after the last byte"
        )


@contextmanager
def page_with_model(silences: list[Silence]) -> Iterator[Page]:
    """Open the page in chromium, its model a scripted server that notes its silences."""
    from chat_script import Hold, Messages, Pause, Piece, Script
    from scripted_server import scripted_server
    from serving import FLAGS, serving

    def answer(messages: Messages) -> str | Script:
        if "<passage" not in str(messages[-1]["content"]):  # asked to make a follow-up stand alone
            return "What did the meeting bring?"
        pieces: list[Piece] = []
        for number, sentence in enumerate(SENTENCES):
            for place, word in enumerate(re.findall(r"\S+\s*", sentence)):
                pieces += [Pause(0.02), word]
                if number and not place:
                    silences.append(Silence())
                    pieces.append(Hold(silences[-1]))
        return Script(tuple(pieces))

    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as home, scripted_server(answer) as server:
        settings = {"PINCITE_MODEL": "openai:scripted", "PINCITE_BASE_URL": server.base_url}
        with (
            serving(ROOT / "app.py", Path(home) / "home", settings) as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            page = browser.new_page()
            page.add_init_script(NOTE_CLAIMS)
            page.goto(address)
            page.locator(".welcome h1").wait_for()
            yield page
            browser.close()


def answer_delays(page: Page, silences: list[Silence], number: int) -> list[float]:
    """Ask, and return the milliseconds from each sentence's last byte to its appearance."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(f"What did the meeting bring, number {number}?")
    box.press("Enter")
    page.locator(f".exchange:nth-child({number + 1})").wait_for()
    page.evaluate("window.claimTimes = []")
    page.locator(f".exchange:nth-child({number + 1}):is(.answered, .partial)").wait_for()
    shown: list[float] = page.evaluate("window.claimTimes")
    assert len(shown) == len(SENTENCES) == len(silences) + 1, (shown, silences)
    return [at - silence.began * 1000 for at, silence in zip(shown, silences, strict=False)]


if __name__ == "__main__":
    main()
