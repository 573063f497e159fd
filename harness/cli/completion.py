"""``smets-harness completion``: a completion script for the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli import COMMANDS

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "print a completion script for bash, zsh or fish"
DESCRIPTION = """Print a completion script that knows every command and every option.

It is written out once: completing asks nothing of this program, so it is instant."""
EXAMPLES = """examples:
  source <(smets-harness completion bash)
  smets-harness completion zsh > ~/.zfunc/_smets-harness
  smets-harness completion fish > ~/.config/fish/completions/smets-harness.fish"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which shell."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that will read the script")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the script."""
    options = {name: _options(name) for name in COMMANDS}
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell](options)
    if console.as_json:
        console.json({"shell": args.shell, "script": script})
    else:
        console.data(script)
    return exit_codes.AS_EXPECTED


def _options(name: str) -> list[str]:
    from harness.cli.dispatch import command_parser

    return sorted(option for action in command_parser(name)._actions for option in action.option_strings if option.startswith("--"))


def _bash(options: dict[str, list[str]]) -> str:
    cases = "\n".join(f'        {name}) words="{" ".join(words)}" ;;' for name, words in options.items())
    return f"""_smets_harness() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{" ".join(COMMANDS)} --help --version" -- "$current"))
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}
        *) words="" ;;
    esac
    if [[ "$current" == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -o filenames -F _smets_harness smets-harness
"""


def _zsh(options: dict[str, list[str]]) -> str:
    commands = "\n".join(f"    '{name}:{summary}'" for name, summary in COMMANDS.items())
    cases = "\n".join(f"    {name}) compadd -- {' '.join(words)} ;;" for name, words in options.items())
    return f"""#compdef smets-harness
local -a commands=(
{commands}
)
if (( CURRENT == 2 )); then
  _describe command commands
elif [[ $PREFIX == -* ]]; then
  case $words[2] in
{cases}
  esac
else
  _files
fi
"""


def _fish(options: dict[str, list[str]]) -> str:
    lines = [f"complete -c smets-harness -n __fish_use_subcommand -f -a {name} -d '{summary}'" for name, summary in COMMANDS.items()]
    for name, words in options.items():
        lines += [f"complete -c smets-harness -n '__fish_seen_subcommand_from {name}' -l {word[2:]}" for word in words]
    return "\n".join(lines) + "\n"
