"""A copy of the project whose seeds name other stages, and builds of a company with it."""

import csv
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunnerResult

from funnel.run_dbt import ROOT
from tests.python.conftest import Built, messages
from tests.python.warm_dbt import run_dbt

Row = dict[str, str]
Change = Callable[[str, list[Row]], list[Row]]

# Schemas that a build makes; every other one holds a source system's tables.
BUILT_SCHEMAS = ("staging", "intermediate", "history", "marts", "seeds")
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# Columns of seeds that name a stage. A planning node has names of its own.
STAGE_COLUMNS = ("stage", "to_stage", "next_stage", "goal_stage")
# The model that compares the definition with what the teams agreed to, and what it asks for.
DEFINITION = "+int_definition_faults_listed"
FINGERPRINT = re.compile(r"version (\d+): .*write (\w+) as its fingerprint")
# Measures of the KPI list are named after the stage that they count.
COUNTED = ("entered_", "bypassed_")


@dataclass(frozen=True)
class Project:
    """The project's own models and macros, with seeds that can be changed."""

    folder: Path

    def change(self, change: Change) -> None:
        """Writes each seed anew, as the change gives it for the project's own rows."""
        for path in sorted((ROOT / "seeds").glob("*.csv")):
            with path.open(newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                rows, columns = list(reader), list(reader.fieldnames or ())
            with (self.folder / "seeds" / path.name).open("w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(change(path.stem, rows))

    def build(self, built: Built, database: Path, select: str = "*") -> Path:
        """Builds the company anew in a database of its own, and checks the laws of the core."""
        _copy_sources(built.database, database)
        models = ("build", *WITHOUT_TESTS, "--select", *select.split())
        for arguments in (models, ("test", "--select", "path:tests/core")):
            outcome = self._run(built.vars, database, *arguments)
            assert outcome.success, messages(outcome)
        return database

    def fingerprints(self, built: Built, database: Path) -> Mapping[str, str]:
        """By version, the fingerprint to agree to, where the text of the definition has changed."""
        _copy_sources(built.database, database)
        arguments = ("build", *WITHOUT_TESTS, "--select", DEFINITION)
        return dict(FINGERPRINT.findall(messages(self._run(built.vars, database, *arguments))))

    def _run(
        self, variables: Mapping[str, Any], database: Path, *arguments: str
    ) -> dbtRunnerResult:
        target = self.folder / "target"
        return run_dbt([*arguments, "--quiet"], database, target, variables, project=self.folder)


def project_in(folder: Path, built: Built) -> Project:
    """A copy that reads the project's models, macros and tests where they are."""
    folder.mkdir()
    for part in ("models", "macros", "tests", "analyses"):
        (folder / part).symlink_to(ROOT / part)
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / file, folder)
    return Project(folder)


def renamed(names: Mapping[str, str], fingerprints: Mapping[str, str]) -> Change:
    """Every stage under its new name, in every seed that names stages, as the teams agreed."""
    measures = {f"{how}{old}": f"{how}{new}" for how in COUNTED for old, new in names.items()}

    def change(seed: str, rows: list[Row]) -> list[Row]:
        changed = [
            {
                column: (names if column in STAGE_COLUMNS else measures).get(value, value)
                for column, value in row.items()
            }
            for row in rows
        ]
        if seed == "lead_definition_versions":
            for row in changed:
                version = row["definition_version"]
                row["fingerprint"] = fingerprints.get(version, row["fingerprint"])
        return changed

    return change


def dropped(stages: frozenset[str]) -> Change:
    """Without these stages, and without what the other seeds say of them."""

    def change(seed: str, rows: list[Row]) -> list[Row]:
        measures = {f"{how}{stage}" for how in COUNTED for stage in stages}
        if seed == "lifecycle_stages":
            return [row for row in rows if row["stage"] not in stages]
        if seed == "kpi_list":
            return [row for row in rows if not measures.intersection(row.values())]
        return [{**row, "stage": ""} if row.get("stage") in stages else row for row in rows]

    return change


def _copy_sources(database: Path, copy: Path) -> None:
    """The tables of the source systems, as they were loaded, and nothing that was built of them."""
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(database, copy)
    with duckdb.connect(str(copy)) as connection:
        for schema in BUILT_SCHEMAS:
            connection.execute(f"drop schema if exists {schema} cascade")
