"""The command line: help, examples, exit codes."""

import doctest
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import funnel.check
from funnel.cli import funnel as command_line


def _commands(group: click.Group, *before: str) -> dict[tuple[str, ...], click.Command]:
    found: dict[tuple[str, ...], click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= _commands(command, *before, name)
        else:
            found[(*before, name)] = command
    return found


COMMANDS = _commands(command_line)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command_line, arguments)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_that_it_understands(words: tuple[str, ...]) -> None:
    shown = _run(*words, "--help")
    assert shown.exit_code == 0
    (example,) = re.findall(r"Example: funnel (.+)", shown.output)
    asked = shlex.split(example)
    assert tuple(asked[: len(words)]) == words
    COMMANDS[words].make_context(" ".join(words), asked[len(words) :])
    undescribed = [each.name for each in COMMANDS[words].params if not getattr(each, "help", "")]
    assert undescribed == []


@pytest.mark.parametrize("words", [("summary",), ("backtest",), ("validate",), ("publish",)])
def test_a_database_that_is_not_there_is_named(words: tuple[str, ...], tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.duckdb"
    done = _run(*words, "--database", str(nowhere))
    assert done.exit_code in (1, 2)
    assert f"There is no database {nowhere}" in done.output


def test_vars_that_are_no_mapping_are_refused_with_an_example() -> None:
    done = _run("build", "--vars", "cutoff")
    assert done.exit_code == 2
    assert "'{cutoff: 2026-07-01}'" in done.output


def test_the_example_of_the_lineage_engine_holds() -> None:
    assert doctest.testmod(funnel.check).failed == 0
    assert doctest.testmod(funnel.check).attempted > 5
