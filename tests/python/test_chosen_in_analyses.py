"""An analysis shows the record that its reader names, and says so where there is none."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.python.conftest import Built, messages, query
from tests.python.warm_dbt import run_dbt

# A person whom two systems know, and one of the records.
KNOWN_TO_TWO = """
    select persons.person_key, people.system, people.record_id
    from intermediate.int_people_rows_checked as people
    inner join intermediate.int_record_persons_mapped as persons using (record_key)
    where people.reason_code is null
    window of_person as (partition by persons.person_key)
    qualify min(people.system) over of_person != max(people.system) over of_person
    order by all limit 1
"""


def test_the_person_whose_record_is_named_is_shown(built: Built, tmp_path: Path) -> None:
    person, system, record = query(built.database, KNOWN_TO_TWO)[0]
    chosen = {"system": system, "record_id": record}
    names = "why_is_this_person_not_a_lead", "why_are_these_one_person"
    for name, sql in _compiled(built, tmp_path, chosen, *names).items():
        keys = query(built.database, f"select distinct person_key from ({sql})")
        assert keys == [(person,)], name


def test_the_journey_that_is_named_is_shown(built: Built, tmp_path: Path) -> None:
    key = query(built.database, "select min(journey_key) from marts.fct_journeys")[0][0]
    name = "the_story_of_a_journey"
    sql = _compiled(built, tmp_path, {"journey_key": key}, name)[name]
    stages = f"select stage from marts.fct_lifecycle where journey_key = {key} order by all"
    assert query(built.database, f"select stage from ({sql}) order by all") == query(
        built.database, stages
    )


def test_the_plans_add_up_to_recurring_revenue(built: Built, tmp_path: Path) -> None:
    name = "recurring_revenue_by_plan"
    sql = _compiled(built, tmp_path, {}, name)[name]
    by_month = "select month_start, sum(closing_amount) from ({}) group by all order by all"
    closing = """
        select movement_month as month_start, closing_amount from marts.fct_mrr_movements
        where closing_amount > 0
    """
    assert query(built.database, by_month.format(sql)) == query(
        built.database, by_month.format(closing)
    )
    # The demo company sells three editions, each by month and by year.
    plans = query(built.database, f"select distinct plan from ({sql}) order by all")
    assert [plan for (plan,) in plans] == [
        f"{edition}, {interval}"
        for edition in ("Seat", "Starter", "Suite")
        for interval in ("monthly", "yearly")
    ]


@pytest.mark.parametrize(
    ("name", "chosen", "sentence"),
    [
        (
            "why_is_this_person_not_a_lead",
            {"system": "hubspot", "record_id": "nobody"},
            "No record of a person that can be used has the system 'hubspot' and the id 'nobody'."
            ' One of each system that has some: {system: hubspot, record_id: "',
        ),
        (
            "the_story_of_a_journey",
            {"journey_key": 1},
            "No row of marts.fct_journeys has the journey_key 1.",
        ),
        (
            "why_did_this_alert_fire",
            {"alert_key": 1},
            "No row of marts.alerts has the alert_key 1.",
        ),
        ("who_is_behind_an_alert", {"alert_key": 1}, "No row of marts.alerts has the alert_key 1."),
    ],
)
def test_who_names_nothing_that_is_there_is_told(
    built: Built, tmp_path: Path, name: str, chosen: dict[str, Any], sentence: str
) -> None:
    outcome = _compile(built, tmp_path, chosen, name)
    assert not outcome.success
    assert sentence in messages(outcome)


def _compile(built: Built, folder: Path, chosen: dict[str, Any], *names: str) -> Any:
    shutil.copytree(built.target, folder / "target")
    arguments = ["compile", "--quiet", "--select", *names]
    return run_dbt(arguments, built.database, folder / "target", {**built.vars, **chosen})


def _compiled(built: Built, folder: Path, chosen: dict[str, Any], *names: str) -> dict[str, str]:
    outcome = _compile(built, folder, chosen, *names)
    assert outcome.success, messages(outcome)
    compiled = (folder / "target" / "compiled").rglob("*.sql")
    return {path.stem: path.read_text() for path in compiled if path.stem in names}
