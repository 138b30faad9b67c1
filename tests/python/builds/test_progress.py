"""What takes a while says so: plainly in CI, with a moving line in a terminal, never if quiet."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from funnel.places import ROOT
from funnel.progress import QUIET
from tests.python.conftest import Built

WORK = "import time; from funnel.progress import working\nwith working('Counting'): time.sleep(1.2)"
COMMANDS = (
    "funnel/build.py",
    "funnel/check/command.py",
    "funnel/demo/command.py",
    "funnel/docs/pages.py",
    "funnel/docs/site.py",
    "funnel/expectations/command.py",
    "funnel/mutation/command.py",
    "funnel/preview.py",
    "funnel/publish.py",
    "funnel/report/command.py",
)


def test_in_a_terminal_the_line_moves_and_goes_when_it_is_done() -> None:
    shown = _in_a_terminal(WORK)
    assert re.search(r"\rCounting \.\.\. 0 s\r.*\rCounting \.\.\. 1 s", shown)
    assert re.search(r"\r +\r$", shown)


def test_in_ci_there_is_one_plain_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == "Counting ...\n"
    assert done.stdout == ""


@pytest.mark.parametrize("options", [[], ["--quiet"]])
def test_a_command_shows_its_progress_unless_it_is_quiet(
    options: list[str], built: Built, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "funnel", *options, "report", "--database"]
    out = ["--out", str(tmp_path / "report.html")]
    done = subprocess.run(
        [*command, str(built.database), *out], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ("" if options else "Drawing the report ...\n")
    assert done.stdout.startswith("The report is in ")


def test_every_command_that_takes_a_while_shows_its_progress() -> None:
    for path in COMMANDS:
        assert re.search(r"\b(working|show_step)\(", (ROOT / path).read_text()), path
    # Nothing else writes moving lines.
    moving = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "funnel").rglob("*.py")
        if re.search(r'print\(f?"\\r', path.read_text())
    }
    assert moving == {"funnel/progress.py"}


def _in_a_terminal(program: str) -> str:
    """What a program writes to stderr if that is a terminal."""
    mine, its = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != QUIET}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, stderr=its, env=environment)
    os.close(its)
    shown = b""
    try:
        while part := os.read(mine, 1024):
            shown += part
    except OSError:
        # The terminal is gone: all is read.
        pass
    os.close(mine)
    return shown.decode()
