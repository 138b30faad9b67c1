"""The plan of Olist's real funnel at the end of May 2018, beside what happened until November."""

import csv
from pathlib import Path

import pytest

from tests.python.companies.test_olist import PUBLISHED, copy_example
from tests.python.conftest import NO_TESTS, query
from tests.python.olist_company import DEALS, LEADS
from tests.python.warm_dbt import run_dbt

pytestmark = pytest.mark.public_data("olist")


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the plan that could have been made on 1 June 2018."""
    folder = tmp_path_factory.mktemp("olist_plan")
    project = copy_example(folder)
    database = folder / "olist.duckdb"
    variables = {"olist_path": str(PUBLISHED), "cutoff": "2018-06-01"}
    command = [
        "build",
        "--quiet",
        "--select",
        "+plan_weeks",
        "+plan_targets",
        "plan_rates",
        *NO_TESTS,
    ]
    outcome = run_dbt(command, database, folder / "target", variables, project=project)
    assert outcome.success, outcome.exception
    return database


def test_conversion_is_corrected_for_the_young_and_for_wins_not_recorded(olist: Path) -> None:
    won = {row["mql_id"]: row["won_date"] for row in _rows(PUBLISHED / DEALS)}
    born = {row["mql_id"]: row["first_contact_date"] for row in _rows(PUBLISHED / LEADS)}
    recorded = [lead for lead, day in born.items() if day >= "2017-12-01"]
    later = sum(lead in won for lead in recorded) / len(recorded)
    then = sum(lead in won and won[lead] < "2018-06-01" for lead in born) / len(born)
    [(rate, low, high)] = query(
        olist,
        "select advance_rate, low_95_rate, high_95_rate from marts.plan_rates"
        " where is_total and from_node = 'lead'",
    )
    assert low < later < high
    assert abs(rate - later) < 0.2 * abs(then - later)


def test_a_stated_revenue_becomes_leads_with_an_interval(olist: Path) -> None:
    [(wins, leads, low, high)] = query(
        olist,
        "select needed_wins, weekly_leads, low_80_weekly_leads, high_80_weekly_leads"
        " from marts.plan_targets"
        " where scenario = 'stated_price' and is_total and funnel = 'unknown'",
    )
    assert wins == pytest.approx(300)
    assert 0 < low < leads < high


def test_without_a_price_the_plan_says_so(olist: Path) -> None:
    told = query(
        olist,
        "select distinct outcome from marts.plan_targets"
        " where scenario = 'base' and funnel = 'unknown' and new_target_amount > 0",
    )
    assert told == [("no_price",)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
