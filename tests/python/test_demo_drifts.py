"""The demo company's planted drifts: what each lands, and that none changes what happened."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.demo.drifts import DRIFTS, RECALIBRATED_BY
from funnel.demo.generate import generate
from tests.python.conftest import SEED, UNTIL

PEOPLE = 8000
HAPPENED = ("stage_entries", "journeys", "deals", "records", "companies")
CALM_UNTIL = datetime.fromisoformat(min(drift.valid_from for drift in DRIFTS.values()))
MQL = "value = 'marketingqualifiedlead' and name = 'lifecyclestage'"


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company with its drifts and without."""
    folder = tmp_path_factory.mktemp("companies")
    generate(PEOPLE, SEED, UNTIL, folder / "drifting")
    generate(PEOPLE, SEED, UNTIL, folder / "quiet", is_quiet=True)
    return folder


def rows(folder: Path, table: str, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds in a landed table, which it calls `landed`."""
    path = folder / f"{table.replace('.', '/')}.parquet"
    return duckdb.execute(f"with landed as (from '{path}') {sql}").fetchall()


def told(companies: Path, table: str, sql: str) -> tuple[Any, Any]:
    """One value of a landed table, in the company that drifts and in the quiet one."""
    drifting, quiet = (rows(companies / side, table, sql) for side in ("drifting", "quiet"))
    return drifting[0][0], quiet[0][0]


def spell(name: str, column: str) -> str:
    """The condition that a time lies within a drift."""
    drift = DRIFTS[name]
    return f"{column} >= '{drift.valid_from}' and {column} < '{drift.valid_to or UNTIL}'"


def differing(one: Path, other: Path) -> set[str]:
    """The tables that say other things in two companies, whatever number and sync a row has."""
    return {
        f"{path.parent.name}.{path.stem}"
        for path in one.glob("*/*.parquet")
        if _said(path) != _said(other / path.relative_to(one))
    }


def _said(path: Path) -> list[tuple[Any, ...]]:
    names = duckdb.execute(f"describe from '{path}'").fetchall()
    numbered = "id" if path.stem == "lead_history" else ""
    said = ", ".join(
        f'"{name}"' for name, *_ in names if name not in ("_fivetran_synced", numbered)
    )
    return duckdb.execute(f"select {said} from '{path}' order by all").fetchall()


def test_what_happened_is_the_same_with_the_drifts_and_without(companies: Path) -> None:
    changed = differing(companies / "drifting", companies / "quiet")
    assert "hubspot.contact" in changed
    assert changed.isdisjoint(f"truth.{name}" for name in HAPPENED)


def test_nothing_drifts_before_the_first_drift(tmp_path: Path) -> None:
    generate(2000, SEED, CALM_UNTIL, tmp_path / "drifting")
    generate(2000, SEED, CALM_UNTIL, tmp_path / "quiet", is_quiet=True)
    assert datetime(2026, 3, 1) <= CALM_UNTIL
    assert differing(tmp_path / "drifting", tmp_path / "quiet") == set()


def test_the_truth_names_each_drift_once_it_has_begun(companies: Path, tmp_path: Path) -> None:
    named = "select kind, system, rule, subject, owner_team from landed order by valid_from"
    found = rows(companies / "drifting", "truth.drifts", named)
    assert found == [
        (each.kind, each.system, each.rule, each.subject, each.owner_team)
        for each in DRIFTS.values()
    ]
    assert rows(companies / "quiet", "truth.drifts", named) == []
    generate(300, SEED, datetime(2026, 5, 5), tmp_path / "may")
    assert rows(tmp_path / "may", "truth.drifts", named) == found[:3]


def test_a_lower_score_labels_more_mqls(companies: Path) -> None:
    counted = f"select count(*) from landed where {MQL} and {spell('lower score', 'timestamp')}"
    drifting, quiet = told(companies, "hubspot.contact_property_history", counted)
    assert drifting > 1.5 * quiet > 50


def test_the_form_that_does_not_ask_leaves_the_country_empty(companies: Path) -> None:
    filled = f"""
        select count(property_country) / count(*) from landed
        where {spell("no country", "property_createdate")}
    """
    drifting, quiet = told(companies, "hubspot.contact", filled)
    assert drifting < 0.4
    assert quiet > 0.9


def test_the_renamed_status_takes_the_place_of_the_old_one(companies: Path) -> None:
    for status, is_gone in (("Working - Contacted", True), ("Working - Nurture", False)):
        given = f"""
            select count(*) from landed
            where new_value = '{status}' and {spell("renamed status", "created_date")}
        """
        drifting, quiet = told(companies, "salesforce.lead_history", given)
        assert (drifting == 0, quiet > 0) == (is_gone, is_gone)
        offered = f"select count(*) from landed where api_name = '{status}'"
        assert told(companies, "salesforce.lead_status", offered) == (1 - is_gone, int(is_gone))


def test_the_new_points_raise_every_score(companies: Path) -> None:
    scored = f"""
        select avg(cast(value as int)) from landed
        where name = 'hubspotscore' and {spell("new points", "timestamp")}
    """
    drifting, quiet = told(companies, "hubspot.contact_property_history", scored)
    assert drifting - quiet == pytest.approx(RECALIBRATED_BY)


def test_the_import_labels_people_who_never_did_anything(companies: Path) -> None:
    imported = f"select contact_id from landed where {MQL} and {spell('import', 'timestamp')}"
    folder = companies / "drifting"
    contacts = {row[0] for row in rows(folder, "hubspot.contact_property_history", imported)}
    active = "select distinct contact_id from landed"
    forms = {row[0] for row in rows(folder, "hubspot.contact_form_submission", active)}
    assert len(contacts - forms) > 100
    assert len(rows(companies / "quiet", "hubspot.contact_property_history", imported)) < 20


def test_the_silent_source_lands_no_day(companies: Path) -> None:
    landed = f"select count(*) from landed where {spell('silent ads', 'day')}"
    assert told(companies, "linkedin_ads.ad_analytics_by_campaign", landed) == (0, 18)
