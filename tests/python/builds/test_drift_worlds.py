"""What companies do besides drifting: each world raises the right alert once, none is hidden."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from funnel.benchmarks.drift.judge_worlds import Outcome, judge_worlds
from funnel.benchmarks.drift.live_worlds import Builds, watch_worlds
from funnel.benchmarks.drift.worlds import WORLDS
from tests.python.warm_dbt import run_dbt

SEED = 2
# Days from the first affected label to the alert: of weak changes, longer.
WITHIN = {"one_country_5": 14, "one_size_5": 7, "duplicates_rise": 28, "spree_then_threshold": 7}
CHANGED = [world.name for world in WORLDS if world.onset is not None]
QUIET = [world.name for world in WORLDS if world.onset is None]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    folder = tmp_path_factory.mktemp("worlds")
    return {
        each.world.name: each
        for each in judge_worlds(WORLDS, companies=1, seed=SEED, folder=folder, dbt=run_dbt)
    }


@pytest.mark.parametrize("name", CHANGED)
def test_what_changed_is_an_alert_with_its_kind_and_its_rule(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    outcome = outcomes[name]
    found = outcome.found
    assert found, outcome.alerts
    assert (outcome.days or 0) <= WITHIN.get(name, 3), outcome.alerts
    assert outcome.world.rule in (None, found.rule), found


@pytest.mark.parametrize("name", CHANGED)
def test_one_cause_is_one_alert(outcomes: Mapping[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    assert 1 <= len(outcome.of_causes) <= outcome.world.most_alerts, outcome.of_causes


@pytest.mark.parametrize("name", [world.name for world in WORLDS])
def test_there_is_at_most_one_false_alert_in_90_days(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    assert len(outcomes[name].false) <= 1, outcomes[name].false


def test_most_quiet_worlds_raise_no_alert(outcomes: Mapping[str, Outcome]) -> None:
    silent = [name for name in QUIET if not outcomes[name].alerts]
    assert len(silent) > len(QUIET) / 2, [outcomes[name].alerts for name in QUIET]


def test_every_alert_concerns_somebody(outcomes: Mapping[str, Outcome]) -> None:
    nobody = [each for one in outcomes.values() for each in one.alerts if not each.affected]
    assert not nobody


def test_an_alert_that_has_grown_shows_it(outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes["growing_threshold"]
    later = [each for each in outcome.of_causes if each.first_day >= 115]
    assert later or "It has grown" in outcome.of_causes[0].summary, outcome.of_causes


def test_words_of_a_bot_are_listed_in_one_alert(outcomes: Mapping[str, Outcome]) -> None:
    [alert] = outcomes["bot"].of_causes
    assert " and " in alert.summary
    assert "others" in alert.summary


# Builds of days in a row, from the first one after the first label that is missing.
BUILDS = (92, 93, 94, 95, 96, 98)
WATCHED = [world for world in WORLDS if world.name in ("batch_moved", "some_labels_late")]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Builds]:
    return watch_worlds(WATCHED, BUILDS, SEED, tmp_path_factory.mktemp("live"), dbt=run_dbt)


@pytest.mark.parametrize("name", [world.name for world in WATCHED])
def test_no_later_build_takes_an_alert_back(builds: Mapping[str, Builds], name: str) -> None:
    for build, later in pairwise(BUILDS):
        before = {each.name: each for each in builds[name][build]}
        after = {each.name: each for each in builds[name][later]}
        assert before.keys() <= after.keys(), (build, before, after)
        assert all(after[each].affected >= before[each].affected for each in before), build


def test_where_all_labels_begin_to_come_later_that_alert_comes_alone(
    builds: Mapping[str, Builds],
) -> None:
    raised = {each.name for alerts in builds["batch_moved"].values() for each in alerts}
    [(kind, _, first)] = raised
    assert kind == "late_labels"
    assert first <= 94, "late labels come from day 92 on"


def test_an_alert_about_missing_labels_ends_when_they_have_come(
    builds: Mapping[str, Builds],
) -> None:
    """15 % come later: nobody can know that on the first day, so an alert may be about them."""
    alerts = builds["some_labels_late"]
    raised = {each.name for each in alerts[BUILDS[-1]]}
    assert [each for each in raised if each[0] == "late_labels"]
    assert len(raised) <= 2
    missing = [each for each in alerts[BUILDS[-1]] if each.kind != "late_labels"]
    assert all(each.status == "resolved" for each in missing), missing
    assert all("came later" in (each.reason or "") for each in missing), missing
