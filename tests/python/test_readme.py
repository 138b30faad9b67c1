"""Every command of the README runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from funnel.run_dbt import DATABASE, ROOT
from tests.python.conftest import Built


def _commands(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


COMMANDS = _commands("README.md")


def test_the_readme_has_commands() -> None:
    assert COMMANDS[:2] == ["make build", "make test"]


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.startswith("make")])
def test_make_knows_the_verb(command: str) -> None:
    """`make test` is what runs this, and `make build` runs in it."""
    verb = shlex.split(command)[1]
    assert re.search(rf"^{verb}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", [each for each in COMMANDS if not each.startswith("make")])
def test_the_command_runs(command: str, built: Built, tmp_path: Path) -> None:
    """As a user would, with the environment active, on a copy of the built demo company."""
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    places = {
        DATABASE: str(database),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        shlex.split(command), cwd=ROOT, env={**os.environ, **places}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]
