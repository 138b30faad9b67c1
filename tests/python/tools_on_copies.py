"""Whether the commands that read a DuckDB file show the same of a warehouse that another engine has
built and `funnel copy` has copied, as of one that DuckDB has built."""

import difflib
import os
import subprocess
import sys
from pathlib import Path

import click

from funnel.copy_warehouse import copy_warehouse
from funnel.places import ROOT

COMMANDS = ("summary", "alerts", "backtest", "validate", "report", "publish", "digest", "history")
OPTIONS = {
    "report": ["--out", "report.html"],
    "digest": ["--only-show"],
    "history": ["backup", "--to", "backup"],
}
SHOWN_LINES = 20


def show_tools(database: Path, engine: str, folder: Path) -> int:
    """Prints how their output differs: 0 where nothing does, else 1."""
    copied = folder / "copied" / database.name
    if copy_warehouse(copied, engine):
        return 1
    code = 0
    for command in COMMANDS:
        here, there = _output(command, database), _output(command, copied)
        if here != there:
            code = 1
            click.echo(f"funnel {command} differs:")
            difference = difflib.unified_diff(here, there, "DuckDB", engine, lineterm="", n=0)
            for _, line in zip(range(SHOWN_LINES), difference, strict=False):
                click.echo(line[:300])
    result = "show the same" if not code else "do not show the same"
    click.echo(f"{len(COMMANDS)} commands {result} of DuckDB and of the copy of {engine}")
    return code


def _output(command: str, database: Path) -> list[str]:
    """What it prints and writes, without the names of folders."""
    options = OPTIONS.get(command, [])
    run = subprocess.run(
        [sys.executable, "-m", "funnel", command, *options, "--database", database],
        cwd=database.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    lines = [f"exit code {run.returncode}", *run.stdout.splitlines(), *run.stderr.splitlines()]
    report = database.parent / "report.html"
    if command == "report" and report.exists():
        lines += report.read_text(encoding="utf-8").splitlines()
    return [line.replace(str(database.parent), "") for line in lines]
