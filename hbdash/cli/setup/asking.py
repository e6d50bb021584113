"""Where an answer comes from: an option, the environment, a file, a person; else its default."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from hbdash.cli.common import WRONG_USE, CommandFailed, plain_text

ENVIRONMENT = "HBDASH_INIT_"


class Asker:
    """Answers by name. ``interactive``: a person is there to be asked, and asked again."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self.interactive = bool(args.ask) or (sys.stdin.isatty() and not args.no_input)
        self._refused: set[str] = set()

    def ask(self, name: str, question: str, *, default: str = "", secret: bool = False) -> str:
        """The answer; empty only when there is no default and a person leaves it empty.

        Raises `CommandFailed` where nobody can be asked and there is no default.
        """
        if name not in self._refused:
            given = self.given(name)
            if given is not None:
                return given
        if self.interactive:
            return self._typed(question, default, secret) or default
        if default:
            return default
        raise CommandFailed(f"{_option(name, secret)} is needed: {question}", WRONG_USE)

    def given(self, name: str) -> str | None:
        """An answer that needs no question: option, environment or file; None if there is none."""
        value = getattr(self._args, name, None)
        if value:
            return str(value)
        if file := self.file_of(name):
            try:
                return file.read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                raise CommandFailed(f"{file}: {error}", WRONG_USE) from error
        return os.environ.get(ENVIRONMENT + name.upper())

    def file_of(self, name: str) -> Path | None:
        """The file that was named for a secret."""
        file = getattr(self._args, f"{name}_file", None)
        return Path(file) if file else None

    def refuse(self, names: tuple[str, ...], why: str, code: int) -> None:
        """The answers did not pass: a person is asked again, a script ends with ``code``."""
        if not self.interactive:
            raise CommandFailed(why, code)
        self.tell(f"× {why}")
        self._refused.update(names)

    def yes(self, question: str) -> bool:
        """A question whose silent answer is no."""
        return self.interactive and self._typed(f"{question} [y/N]", "", False).lower()[:1] == "y"

    def tell(self, text: str) -> None:
        """What goes on; beside a JSON document it goes to the error output."""
        stream = sys.stderr if self._args.json else sys.stdout
        stream.write(plain_text(text) + "\n")
        stream.flush()

    def _typed(self, question: str, default: str, secret: bool) -> str:
        prompt = f"{question}{f' [{default}]' if default and not secret else ''}: "
        if secret and sys.stdin.isatty():
            return getpass.getpass(prompt).strip()
        stream = sys.stderr if self._args.json else sys.stdout
        stream.write(prompt)
        stream.flush()
        line = sys.stdin.readline()
        if not line:
            raise CommandFailed(f"no answer: {question}", WRONG_USE)
        return line.strip()


def _option(name: str, secret: bool) -> str:
    option = "--" + name.replace("_", "-") + ("-file" if secret else "")
    return f"{option} or {ENVIRONMENT}{name.upper()}"
