"""From a command line to a command: the parser, the table of exits, and what a person reads of errors."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from harness import exit_codes
from harness.cli import COMMANDS
from harness.cli.console import Console
from harness.errors import HarnessError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["command_parser", "dispatch"]

_USAGE = "smets-harness [--version] [--help] COMMAND ..."


class _Parser(argparse.ArgumentParser):
    """A parser that ends in :class:`UsageError`, so that one place prints and one table decides."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, where=self.prog, expected=f"what '{self.prog} --help' shows")


def dispatch(arguments: Sequence[str]) -> int:
    """Carry out one command line; every way out is one of the table's codes."""
    try:
        return _carry_out(list(arguments))
    except HarnessError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("interrupted")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - keeps the interpreter's last flush from failing
        return exit_codes.AS_EXPECTED
    except OSError as error:
        _complain(f"{error.filename or 'input/output'}: {error.strerror or error}")
        return exit_codes.VOID
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback reaches a user unasked
        return _confess(error)


def _carry_out(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        return _help(arguments[1:])
    if arguments[0] in {"-V", "--version"}:
        from harness import __version__

        print(f"smets-harness {__version__}")
        return exit_codes.AS_EXPECTED
    name, *rest = arguments
    parser = command_parser(name)
    try:
        parsed = parser.parse_args(rest)
    except SystemExit as done:  # argparse leaves this way after --help
        return int(done.code or 0)
    console = Console(as_json=parsed.json)
    code = int(import_module(f"harness.cli.{name}").run(parsed, console))
    sys.stdout.flush()
    return code


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command; raises :class:`UsageError` with the nearest name for an unknown one."""
    if name not in COMMANDS:
        from harness.errors import nearest

        raise UsageError(f"no command '{name}'", where="smets-harness", nearest=nearest(name, COMMANDS))
    module = import_module(f"harness.cli.{name}")
    parser = _Parser(
        prog=f"smets-harness {name}",
        description=getattr(module, "DESCRIPTION", module.SUMMARY),
        epilog=getattr(module, "EXAMPLES", None),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.configure(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
    return parser


def _help(rest: list[str]) -> int:
    if rest and rest[0] in COMMANDS:
        print(command_parser(rest[0]).format_help(), end="")
        return exit_codes.AS_EXPECTED
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    codes = "\n".join(f"  {code}  {meaning}" for code, meaning in exit_codes.TABLE.items())
    print(
        f"usage: {_USAGE}\n\n"
        "Reproduce a reported smart-meter behaviour under controlled conditions, say how\n"
        "certain the result is, and seal the evidence so that another lab can repeat it.\n\n"
        f"commands:\n{commands}\n\nexit codes:\n{codes}\n\n"
        "examples:\n"
        "  smets-harness run average-voltage-chatter\n"
        "  smets-harness check scenarios/voltage/average_voltage_chatter.toml\n"
        "  smets-harness verify out/average-voltage-chatter-9f31c0\n\n"
        "'smets-harness COMMAND --help' tells more; every command knows --json.",
    )
    return exit_codes.AS_EXPECTED


def _complain(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"error: {text}\n")


def _confess(error: Exception) -> int:
    """Tell of our own mistake in one line, and leave the trace where it can be asked for."""
    if os.environ.get("SMETS_HARNESS_TRACE"):
        import traceback

        traceback.print_exc()
    _complain(f"internal: {type(error).__name__}: {error} (set SMETS_HARNESS_TRACE=1 and repeat, to see where)")
    return exit_codes.INTERNAL
