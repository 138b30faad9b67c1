"""The tests run dbt on a project parsed once: nothing in it depends on what then changes."""

import json
from pathlib import Path
from typing import Any

import yaml

from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import NAME
from tests.python.warm_dbt import RUN_TIME_VARS

# When it was parsed, and where.
NOT_COMPARED = {"created_at", "metadata", "parent_map", "child_map"}


def _parsed(folder: Path, variables: dict[str, Any]) -> Any:
    outcome = run_dbt(["parse", "--quiet"], folder / NAME, folder / "target", variables)
    assert outcome.success, outcome.exception
    return _without_times(json.loads((folder / "target" / "manifest.json").read_text()))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if k not in NOT_COMPARED}
    return [_without_times(each) for each in value] if isinstance(value, list) else value


def test_vars_that_sql_reads_when_it_runs_change_nothing_in_the_parsed_project(
    tmp_path: Path,
) -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["revenue_funnel"]
    assert all(project.get(name) != value for name, value in RUN_TIME_VARS.items())
    assert _parsed(tmp_path / "own", {}) == _parsed(tmp_path / "others", RUN_TIME_VARS)
