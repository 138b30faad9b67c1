"""The parts of dbt's manifest that the pages show."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funnel.run_dbt import ROOT, run_dbt

DICTIONARY = re.compile(r"\{\s*'.*\}(?=\[entity\])", re.DOTALL)


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A model or seed with its description and columns; reads are ids of nodes."""

    id: str
    kind: str
    name: str
    folder: str
    description: str
    columns: tuple[Column, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Described:
    """The project's models and seeds by name, and what the macros of the shared shape list."""

    tables: Mapping[str, Table]
    entities: Mapping[str, Mapping[str, str]]
    required: Mapping[str, tuple[str, ...]]

    def in_folder(self, folder: str) -> list[Table]:
        found = (table for table in self.tables.values() if table.folder == folder)
        return sorted(found, key=lambda table: table.name)


def read_described(manifest: Mapping[str, Any]) -> Described:
    name = manifest["metadata"]["project_name"]
    nodes = [node for node in manifest["nodes"].values() if node["package_name"] == name]
    tables = [_table(node) for node in nodes if node["resource_type"] in {"model", "seed"}]
    return Described(
        tables={table.name: table for table in tables},
        entities=_dictionary(manifest, name, "shape"),
        required={
            entity: tuple(columns)
            for entity, columns in _dictionary(manifest, name, "required_columns").items()
        },
    )


def parse_project(target: Path) -> Mapping[str, Any]:
    """The manifest of the project as its files stand; needs no warehouse."""
    outcome = run_dbt(["parse", "--quiet"], target / "empty.duckdb", target)
    if not outcome.success:
        raise SystemExit(
            f"dbt can't read the project, so no page was written: {outcome.exception}\n"
            "Correct the file that dbt names, check it with `dbt parse`, and run the command again."
        )
    manifest: Mapping[str, Any] = json.loads((target / "manifest.json").read_text())
    return manifest


def _table(node: Mapping[str, Any]) -> Table:
    return Table(
        id=node["unique_id"],
        kind=node["resource_type"],
        name=node["name"],
        folder=node["original_file_path"].rpartition("/")[0],
        description=node["description"].strip(),
        columns=tuple(
            Column(each["name"], each.get("data_type") or "", each["description"].strip())
            for each in node["columns"].values()
        ),
        reads=tuple(node["depends_on"].get("nodes", ())),
    )


def _dictionary(manifest: Mapping[str, Any], project: str, macro: str) -> dict[str, Any]:
    """The dictionary by entity that a macro returns."""
    text = manifest["macros"][f"macro.{project}.{macro}"]["macro_sql"]
    found = DICTIONARY.search(text)
    if found is None:
        raise ValueError(f"the macro {macro} has no dictionary by entity: see {ROOT}/macros")
    dictionary: dict[str, Any] = ast.literal_eval(found.group())
    return dictionary
