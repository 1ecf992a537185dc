"""``python -m rag add | list | remove | ask | eval | eval-import | eval-check | eval-new | …``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from rag.cli.asking import ask
from rag.cli.documents import add, list_documents, place, remove
from rag.cli.evaluating import evaluate
from rag.cli.outcomes import FAILED, MISUSED
from rag.cli.sets import add_set_commands
from rag.errors import PinciteError
from rag.evaluation import TOLERANCE
from rag.settings import Settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 if something was refused or failed, 2 if it was misused."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, load_settings()))
    except PinciteError as error:
        print(f"pincite: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("pincite: interrupted; what was complete is kept.", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pincite",
        description="Ask documents; get answers whose every citation is a real quotation.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_documents(commands)
    asking = _command(commands, "ask", ask, "answer a question with quoted citations")
    asking.add_argument("question")
    asking.add_argument("--json", action="store_true", help="print one machine-readable record")
    _add_evaluating(commands)
    add_set_commands(partial(_command, commands))
    return parser


def _add_documents(commands: _Commands) -> None:
    adding = _command(commands, "add", add, "read files, folders or addresses into the library")
    adding.add_argument("paths", nargs="+", type=place, metavar="FILE|FOLDER|ADDRESS")
    _command(commands, "list", list_documents, "list the library's documents")
    removing = _command(commands, "remove", remove, "take documents out of the library")
    removing.add_argument("names", nargs="+", metavar="ID|TITLE|FILE")


def _add_evaluating(commands: _Commands) -> None:
    evaluating = _command(
        commands, "eval", evaluate, "run evaluation sets in a library of their own"
    )
    add = evaluating.add_argument
    add("sets", nargs="*", type=Path, metavar="FILE.eval.yaml")
    add("--json", type=Path, metavar="OUT", help="write the report to this file")
    add("--html", type=Path, metavar="OUT", help="write the report as a page to this file")
    sweep = "try each value of a setting (k is top_k), with all others swept; print one table"
    add("--sweep", action="append", metavar="NAME=VALUE,…", help=sweep)
    rubric = "let this chat model grade each answer; no gate"
    add("--rubric", metavar="PROVIDER:MODEL", help=rubric)
    compare = "compare two reports instead; exit 1 if the second is significantly worse"
    add("--compare", nargs=2, type=Path, metavar=("BEFORE.json", "AFTER.json"), help=compare)
    tolerated = "how much worse a measure may be (default: %(default)s)"
    add("--tolerance", type=float, default=TOLERANCE, metavar="SHARE", help=tolerated)


_Command = Callable[[argparse.Namespace, Settings], int]
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(
    commands: _Commands,
    name: str,
    run: _Command,
    summary: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    parser.set_defaults(run=run)
    return parser
