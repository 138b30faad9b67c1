"""Each page of docs/how-to is followed as it is written: changes, commands, queries."""

import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from dbt.cli.main import dbtRunnerResult

from funnel.cli import funnel
from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import Built, messages, query
from tests.python.how_to import apply_change, read_page

HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))
PAGES = [*HOW_TO, ROOT / "docs" / "worklists.md"]
PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests", "analyses")
FINGERPRINT = re.compile(r"write (\w+) as its fingerprint")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all pages: their changes do not touch each other, and dbt parses it once."""
    folder = tmp_path_factory.mktemp("how-to") / "project"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("python"))
        else:
            shutil.copy(source, folder / part)
    return folder


@pytest.fixture(scope="module")
def database(project: Path, built: Built) -> Path:
    place = project.parent / "revenue_funnel.duckdb"
    shutil.copy(built.database, place)
    return place


def test_there_is_a_page_for_each_thing_to_add() -> None:
    assert {page.stem for page in HOW_TO} == {
        "add-a-kpi",
        "add-a-monitor",
        "add-a-source-system",
        "add-a-stage",
        "change-the-definition",
    }


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_following_the_page_gives_what_it_promises(
    page: Path, project: Path, database: Path, built: Built
) -> None:
    steps = read_page(page.read_text())
    assert steps.commands
    assert steps.queries
    for statement in steps.setup:
        with duckdb.connect(str(database)) as connection:
            connection.execute(statement)
    for change in steps.changes:
        apply_change(change, project)
    for command in steps.commands:
        _run(shlex.split(command), project, database, built.vars)
    for question in steps.queries:
        assert query(database, question), question


def _run(words: Sequence[str], project: Path, database: Path, variables: Mapping[str, Any]) -> None:
    """In this process: dbt on the copy of the project, or a command of funnel on its database."""
    if words[0] == "funnel":
        done = CliRunner().invoke(funnel, [*words[1:], "--database", str(database)])
        assert done.exit_code == 0, done.output
        return
    assert words[0] == "dbt", words
    outcome = _dbt(words[1:], project, database, variables)
    missing = FINGERPRINT.search(messages(outcome))
    if missing:
        # The page says so: the first build stops, and its sentence names the fingerprint.
        versions = project / "seeds" / "lead_definition_versions.csv"
        versions.write_text(versions.read_text().replace("FINGERPRINT", missing.group(1)))
        outcome = _dbt(words[1:], project, database, variables)
    assert outcome.success, messages(outcome)


def _dbt(
    words: Sequence[str], project: Path, database: Path, variables: Mapping[str, Any]
) -> dbtRunnerResult:
    return run_dbt([*words, "--quiet"], database, project / "target", variables, project=project)
