"""``python -m rag eval-import | eval-check | eval-new | eval-export``: making evaluation sets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from rag.cli.outcomes import FAILED, OK
from rag.errors import EvaluationSetError
from rag.evaluation.adapters import ADAPTERS
from rag.evaluation.corpus import load_corpus
from rag.evaluation.imports import FORMATS
from rag.evaluation.imports.imported import write_set
from rag.evaluation.set_files import read_set
from rag.settings import Settings

_SUFFIX = ".eval.yaml"
_Command = Callable[[argparse.Namespace, Settings], int]
_AddCommand = Callable[[str, _Command, str], argparse.ArgumentParser]


def add_set_commands(add: _AddCommand) -> None:
    """Declare the commands; ``add`` makes one of its name, what it runs, and a summary."""
    importing = add("eval-import", import_set, "read a public question set into an evaluation set")
    importing.add_argument("format", choices=sorted(FORMATS), help="the format of the files")
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE")
    importing.add_argument("--out", required=True, type=_set_path, metavar="OUT.eval.yaml")
    importing.add_argument(
        "--sample", type=_count, metavar="N", help="draw N cases, the same ones each time"
    )
    checking = add("eval-check", check, "find what is wrong with evaluation sets")
    checking.add_argument("sets", nargs="+", type=Path, metavar="FILE.eval.yaml")
    checking.add_argument(
        "--ask", action="store_true", help="also ask the unanswerable cases, and show what answers"
    )
    drafting = add("eval-new", new_set, "draft an evaluation set about a document, to be edited")
    drafting.add_argument("document", type=Path, metavar="DOCUMENT")
    drafting.add_argument("--out", type=_set_path, metavar="OUT.eval.yaml")
    drafting.add_argument(
        "--cases", type=_count, default=12, metavar="N", help="most drafts of each kind"
    )
    exporting = add("eval-export", export, "write a report as records of another package")
    exporting.add_argument("package", choices=sorted(ADAPTERS))
    exporting.add_argument("report", type=Path, metavar="REPORT.json")
    exporting.add_argument("set", type=Path, metavar="FILE.eval.yaml")
    exporting.add_argument("--out", required=True, type=Path, metavar="OUT.jsonl")


def import_set(options: argparse.Namespace, settings: Settings) -> int:
    """Read files of a public format and write them as a set with its documents beside it."""
    imported = FORMATS[options.format](options.files)
    if options.sample is not None:
        imported = imported.sample(options.sample)
    written = write_set(imported, options.out, limits=settings.limits)
    answerable = sum(case.answerable for case in written.cases)
    print(
        f"{options.out}: {len(written.cases)} cases, {answerable} of them answerable, "
        f"about {len(written.documents)} documents"
    )
    for reason, count in written.left_out.items():
        print(f"left out: {count} ({reason})")
    return OK


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Print every problem of the sets; something wrong fails, something doubtful does not."""
    from rag.evaluation.checking import check_set, doubtful_cases  # other commands need neither

    wrong = False
    for path in options.sets:
        checked = check_set(path, limits=settings.limits)
        wrong = wrong or bool(checked.problems)
        for problem in checked.problems:
            print(problem, file=sys.stderr)
        held = f"{checked.cases} cases about {checked.documents} documents"
        count = len(checked.problems)
        found = "nothing is wrong" if not count else f"{count} problem{'s' if count > 1 else ''}"
        print(f"{path}: {held}: {found}")
        if options.ask and not checked.problems:
            for doubt in doubtful_cases(path, settings):
                print(f"look at it: {doubt}")
    return FAILED if wrong else OK


def new_set(options: argparse.Namespace, settings: Settings) -> int:
    """Write a set of drafts about a document; a file that is there is never written over."""
    from rag.evaluation.drafting import draft_set  # its rules are slow to compile

    out = options.out or options.document.with_name(options.document.stem + _SUFFIX)
    drafted = draft_set(options.document, out, most=options.cases, limits=settings.limits)
    answerable = sum(case.answerable for case in drafted)
    print(
        f"{out}: {answerable} drafts with evidence and {len(drafted) - answerable} that the "
        f"document should not answer. Edit each, take `type: draft` off it, and check the set "
        f"with: python -m rag eval-check {out}"
    )
    return OK


def export(options: argparse.Namespace, settings: Settings) -> int:
    """Write the cases of a report as lines of JSON that DeepEval or RAGAS take."""
    evaluation_set = read_set(options.set)
    corpus = load_corpus(evaluation_set, limits=settings.limits)
    try:
        report = json.loads(options.report.read_text(encoding="utf-8"))
        records = ADAPTERS[options.package](report, evaluation_set, corpus)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationSetError(
            f"{options.report} cannot be read as a report of `python -m rag eval --json`: {error}."
        ) from error
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    options.out.write_text("".join(lines), encoding="utf-8")
    print(f"{options.out}: {len(records)} cases for {options.package}")
    return OK


def _set_path(text: str) -> Path:
    if not text.endswith(_SUFFIX):
        raise argparse.ArgumentTypeError(f"the name of a set ends in {_SUFFIX}, not {text!r}")
    return Path(text)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"give a whole number from 1, not {text!r}")
    return int(text)
