"""The pages made from the manifest are up to date, and the site opens without a network."""

import csv
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from funnel.docs.drawing import BETWEEN
from funnel.docs.manifest import read_described
from funnel.docs.pages import GROUPS, make_pages
from funnel.docs.site import build_site
from funnel.run_dbt import ROOT
from tests.python.conftest import Built

REMEDY = "run `funnel docs pages` and commit what it changed"


@pytest.fixture(scope="module")
def manifest(built: Built) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((built.target / "manifest.json").read_text())
    return found


def test_the_reference_pages_and_the_drawing_are_up_to_date(manifest: Mapping[str, Any]) -> None:
    pages = make_pages(manifest, (ROOT / "README.md").read_text())
    old = [name for name, text in pages.items() if _text(name) != text]
    assert old == [], REMEDY


def test_no_reference_page_is_left_over(manifest: Mapping[str, Any]) -> None:
    pages = make_pages(manifest, (ROOT / "README.md").read_text())
    found = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/reference/**/*.md")}
    assert found <= set(pages), REMEDY


def test_every_model_says_first_what_a_row_is(manifest: Mapping[str, Any]) -> None:
    models = [each for each in manifest["nodes"].values() if each["resource_type"] == "model"]
    silent = [each["name"] for each in models if not each["description"].startswith("One row ")]
    assert silent == []


def test_every_column_of_the_shared_shape_is_described(manifest: Mapping[str, Any]) -> None:
    project = read_described(manifest)
    described = {
        (name.split("__")[1], column.name)
        for name, table in project.tables.items()
        if name.startswith("stg_")
        for column in table.columns
        if column.description
    }
    wanted = {(entity, column) for entity, shape in project.entities.items() for column in shape}
    assert len(wanted) > 90
    assert wanted <= described


def test_every_entity_says_what_becomes_of_undated_and_unlinked_rows(
    manifest: Mapping[str, Any],
) -> None:
    project = read_described(manifest)
    for entity in project.entities:
        described = project.tables[f"int_{entity}_rows_checked"].description
        assert "Undated: " in described, entity
        assert "Unlinked: " in described, entity


def test_every_folder_of_marts_has_a_page() -> None:
    folders = {path.name for path in (ROOT / "models" / "marts").iterdir() if path.is_dir()}
    assert folders | {"history"} == set(GROUPS)


def test_the_site_is_one_file_that_asks_no_other_host(built: Built, tmp_path: Path) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    assert build_site(database, tmp_path / "docs", built.vars) == 0
    page = (tmp_path / "docs" / "index.html").read_text()
    assert "One history of every lead and customer" in page, "the overview page is missing"
    assert "Currency of the amount, three capital letters" in page, "descriptions are missing"
    asked = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//", page)
    assert asked == []
    assert not re.search(r"@import\s+url|url\(\W?(?:https?:)?//", page)
    # dbt's page loads a tracker if this is on.
    manifest = json.loads((tmp_path / "docs" / "manifest.json").read_text())
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False


def test_every_model_that_a_page_names_is_there() -> None:
    models = {path.stem for path in ROOT.glob("models/**/*.sql")}
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        written = BETWEEN.sub("", page.read_text())
        named = set(re.findall(r"\b((?:int|base|fct|dim|history)_\w+)\b", written))
        assert named <= models, f"{page.relative_to(ROOT)} names {sorted(named - models)}"


def test_the_page_about_own_data_says_what_to_do_for_each_reason_of_quarantine() -> None:
    with (ROOT / "seeds" / "row_reasons.csv").open() as file:
        rows = list(csv.DictReader(file))
    reasons = [row["reason_code"] for row in rows if row["row_status"] == "quarantined"]
    page = (ROOT / "docs" / "connect.md").read_text()
    table = page.split("| reason in quarantine | do |\n|---|---|\n")[1].split("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \| \w", table, re.MULTILINE)) == sorted(reasons)


def _text(name: str) -> str:
    path = ROOT / name
    return path.read_text() if path.exists() else ""
