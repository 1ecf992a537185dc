"""What a real small model invents, and what becomes of it: SmolLM2 over the article's own set.

Counts the sentences kept, and those left out by their reason, and checks that every quotation shown
stands in its document. With ``--forced``, a grammar makes the model quote, which it hardly does by
itself, at a temperature that gives other words when a question comes again. Needs the two packages
of ``tests/models/requirements.lock``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from rag.assistant import open_assistant
from rag.evaluation.set_files import read_set
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
MOST_TOKENS = 160
TEMPERATURE = 0.8
SET = ROOT / "tests" / "evals" / "japan_us_alliance.eval.yaml"
sys.path.append(str(ROOT / "tests" / "models"))


def main() -> None:
    from forced_quotes import quoting_assistant
    from local_server import serving_local_model

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--passages", type=int, default=2, help="given to the model")
    parser.add_argument("--forced", action="store_true", help="make the model quote")
    options = parser.parse_args()
    questions = [case.question for case in read_set(SET).cases]
    asked = [questions[number % len(questions)] for number in range(options.answers)]
    counts: Counter[str] = Counter()
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as home,
        serving_local_model(Path(home) / "server.log") as server,
    ):
        settings = Settings(
            home=Path(home),
            model=f"openai:{server.model}",
            base_url=server.base_url,
            top_k=options.passages,
            max_tokens=MOST_TOKENS,
            timeout=300,
        )
        with open_assistant(settings) as assistant:
            asker = assistant
            if options.forced:
                asker = quoting_assistant(
                    assistant, server, max_tokens=MOST_TOKENS, temperature=TEMPERATURE
                )
            for question in tqdm(asked, unit=" answers"):
                answer = asker.ask(question)
                counts[f"answers: {answer.status}"] += 1
                counts["sentences kept"] += len(answer.claims)
                for citation in answer.citations:
                    text = assistant.library.document(citation.document_id).text
                    counts["quotations shown"] += 1
                    counts["quotations shown that are invented"] += (
                        citation.span.of(text) != citation.quote
                    )
                for rejection in answer.rejections:
                    counts[f"left out: {rejection.reason}"] += 1
                counts["cut short"] += bool(answer.notice)
    print(f"{options.answers} answers in {time.perf_counter() - started:.0f} s")
    for name, count in sorted(counts.items()):
        print(f"{count:6}  {name}")


if __name__ == "__main__":
    main()
