"""A project of dbt with as many models and tests as this one, of which each selects one row."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from funnel.places import ROOT

PROJECT = {
    "name": "empty_project",
    "version": "1.0.0",
    "profile": "revenue_funnel",
    "flags": {"send_anonymous_usage_stats": False},
}


def write_empty_project(folder: Path, manifest: Path) -> None:
    """As many tables, views and tests of them as the manifest lists; seeds are tables."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    shutil.copy(ROOT / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    models = [node for node in nodes if node["resource_type"] in ("model", "seed")]
    tests = sum(1 for node in nodes if node["resource_type"] == "test")
    for number, model in enumerate(models):
        kind = "view" if model["config"]["materialized"] == "view" else "table"
        text = f"{{{{ config(materialized='{kind}') }}}}\nselect 1 as id\n"
        (folder / "models" / f"model_{number}.sql").write_text(text)
    yml = {
        "version": 2,
        "models": [_tested(number, len(models), tests) for number in range(len(models))],
    }
    (folder / "models" / "models.yml").write_text(yaml.safe_dump(yml))


def _tested(number: int, models: int, tests: int) -> Mapping[str, Any]:
    """A model with its share of the tests."""
    share = tests // models + (number < tests % models)
    each = [{"not_null": {"name": f"test_{number}_{place}"}} for place in range(share)]
    return {"name": f"model_{number}", "columns": [{"name": "id", "data_tests": each}]}
