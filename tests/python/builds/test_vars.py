"""A var reaches the SQL only as what it is: a number, a moment, a plain word."""

from pathlib import Path
from typing import Any

import pytest

from tests.python.conftest import Built
from tests.python.warm_dbt import run_dbt

BREAK = "1); drop table marts.fct_lifecycle; select (1"
QUOTE = "x' union all select '1"


@pytest.mark.parametrize(
    ("model", "variables"),
    [
        ("int_journeys_identified", {"recycle_after_days": BREAK}),
        ("int_journeys_identified", {"recycle_after_days": -1}),
        ("int_records_clustered", {"identity_rounds": BREAK}),
        ("int_records_clustered", {"largest_person": "5 or 1=1"}),
        ("int_people_rows_checked", {"cutoff": f"2026-01-01'{BREAK}"}),
        ("int_people_rows_checked", {"cutoff": "yesterday"}),
        ("int_people_rows_checked", {"earliest_date": QUOTE}),
        ("int_opportunities_rows_checked", {"default_currency": QUOTE}),
        ("int_plan_week_shapes_estimated", {"planning_shape": QUOTE}),
        ("stg_hubspot__touches", {"hubspot_email_events": [QUOTE]}),
        ("stg_zendesk__service_events", {"zendesk_onboarding_tag": QUOTE}),
        ("stg_stripe__companies", {"stripe_company_keys": {QUOTE: "salesforce"}}),
        ("stg_zendesk__companies", {"zendesk_company_systems": {"digits": QUOTE, "other": "x"}}),
    ],
)
def test_what_is_no_plain_value_stops_the_build(
    built: Built, tmp_path: Path, model: str, variables: dict[str, Any]
) -> None:
    outcome = run_dbt(
        ["compile", "--quiet", "--select", model], built.database, tmp_path, variables
    )
    message = str(outcome.exception) + "".join(
        str(node.message) for node in getattr(outcome.result, "results", [])
    )
    assert not outcome.success
    assert next(iter(variables)) in message
    assert "must be" in message or "write it as" in message or "may stand in it" in message


def test_a_misspelt_entity_stops_the_build_and_is_named(built: Built, tmp_path: Path) -> None:
    """It would be left out in silence, with all that its system knows of it."""
    variables = {**built.vars, "systems": {"hubspot": ["people", "oportunities"]}}
    outcome = run_dbt(
        ["build", "--quiet", "--select", "stg_hubspot__people"],
        built.database,
        tmp_path,
        variables,
    )
    assert not outcome.success
    said = str(outcome.exception) + "".join(
        str(node.message) for node in getattr(outcome.result, "results", [])
    )
    assert "lists oportunities of hubspot, and there is no such entity" in said
