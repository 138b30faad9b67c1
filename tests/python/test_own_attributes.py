"""A wrong name in the var own_attributes stops a build with a sentence per fault, before a model
runs; tests/python/companies/test_recipes.py builds a company that has some."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import NAME
from tests.python.warm_dbt import run_dbt

TIER = {"entity": "companies", "type": "text", "columns": {"hubspot.company": "property_tier"}}
FAULTS: dict[str, tuple[dict[str, Any] | str, str]] = {
    "Tier": (TIER, "is no name of a column"),
    "text_alone": ("companies", "has no entity. Write entity: people, companies, opportunities."),
    "of_deals": ({**TIER, "entity": "deals"}, "has no entity"),
    "of_no_type": ({**TIER, "type": "date"}, "has no type. Write type: text, number or flag."),
    "nowhere": ({**TIER, "columns": None}, "has no columns"),
    "industry": (TIER, "is a name that dim_accounts or the lead definition has already"),
    "segment": ({**TIER, "entity": "opportunities"}, "is a name that dim_opportunities"),
    "of_no_system": (
        {**TIER, "columns": {"marketo.lead": "tier"}},
        "is read from marketo.lead, and the var systems does not list companies of marketo",
    ),
    "of_no_provider": (
        {**TIER, "columns": {"google_ads.campaign": "tier"}},
        "the var systems does not list companies of google_ads",
    ),
    "without_table": (
        {**TIER, "columns": {"hubspot": "tier"}},
        "is read from hubspot, which stg_hubspot__companies does not read",
    ),
    "of_another_table": (
        {**TIER, "columns": {"hubspot.contact": "property_tier"}},
        "which stg_hubspot__companies does not read. Write one of its tables: company.",
    ),
    "misspelt": (
        {**TIER, "columns": {"hubspot.company": "property_teir"}},
        "the column property_teir of hubspot.company, and that table has no such column",
    ),
    "quoted": (
        {**TIER, "columns": {"hubspot.company": "it's"}},
        "Only letters, digits and _ may stand in its name",
    ),
}
RIGHT = {
    "tier": TIER,
    # As the system itself writes it.
    "level": {**TIER, "columns": {"hubspot.company": "Property_Tier"}},
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / NAME
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema hubspot")
        connection.execute("create table hubspot.company (id bigint, property_tier varchar)")
    return path


def _said(database: Path, attributes: dict[str, Any], printed: pytest.CaptureFixture[str]) -> str:
    arguments = ["run-operation", "check_own_attributes", "--quiet"]
    arguments += ["--args", json.dumps({"attributes": attributes})]
    outcome = run_dbt(arguments, database, database.parent / "target")
    said = printed.readouterr().out
    assert outcome.success == ("has faults" not in said)
    return said


def test_each_fault_has_its_sentence(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {name: own for name, (own, _) in FAULTS.items()}
    said = [line.strip() for line in _said(database, wrong | RIGHT, capsys).splitlines()]
    lines = {line.split()[1]: line for line in said if line.startswith("- ")}
    assert lines.keys() == FAULTS.keys()
    for name, (_, words) in FAULTS.items():
        assert words in lines[name]


def test_right_names_stop_nothing(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _said(database, RIGHT, capsys) == ""
