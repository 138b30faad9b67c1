"""A var that is misspelt stops a build with a sentence before anything runs."""

import shutil
from pathlib import Path

import pytest

from funnel import variables
from funnel.build import build_warehouse
from funnel.places import ROOT


def _project(folder: Path, name: str, written: str) -> Path:
    """The project with one var written in another way."""
    settings = (ROOT / "dbt_project.yml").read_text()
    assert f"    {name}:" in settings
    shutil.copytree(ROOT / "macros", folder / "macros")
    shutil.copytree(ROOT / "models", folder / "models")
    (folder / "dbt_project.yml").write_text(settings.replace(f"    {name}:", f"    {written}:"))
    return folder


@pytest.mark.parametrize(("name", "written"), [("cutoff", "cutof"), ("week_start", "week_strat")])
def test_a_misspelt_var_of_the_project_is_named(
    name: str,
    written: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = _project(tmp_path, name, written)
    monkeypatch.setattr(variables, "ROOT", project)
    database = tmp_path / "warehouse.duckdb"
    assert build_warehouse(database, tmp_path / "target", {}, project=project) == 2
    said = capsys.readouterr().err
    assert f"nothing reads the var {written}, and {name} is missing: rename it." in said
    assert not database.exists()


def test_a_misspelt_var_of_the_command_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "warehouse.duckdb"
    assert build_warehouse(database, tmp_path / "target", {"cutof": "2026-06-01"}) == 2
    assert "there is no var cutof (did you mean cutoff?)" in capsys.readouterr().err


def test_the_vars_of_the_project_and_of_a_company_are_no_faults() -> None:
    assert variables.misspelt({}) == ""
    assert variables.misspelt({"our_own_discount": 3, "cutoff": "now"}) == ""
