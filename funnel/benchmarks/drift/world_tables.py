"""Worlds as the tables that the models of drift read, each system named for its company."""

from collections.abc import Iterable
from datetime import timedelta

import duckdb
import numpy as np
import pyarrow as pa

from funnel.benchmarks.drift.company import DAYS
from funnel.benchmarks.drift.land import FIRST
from funnel.benchmarks.drift.people import (
    CHANNELS,
    COUNTRIES,
    NO_LABEL,
    RULES,
    SIZES,
    Ints,
    People,
)
from funnel.benchmarks.drift.worlds import World

END = FIRST + timedelta(DAYS)  # the cutoff: labels of the last day's leads have still to come
LATE = 14  # days after which a label no longer belongs to a touch (var label_late_days)
BASE = 1000  # first key of a profile, above those of the other simulator
PROFILES = f"""
    insert into intermediate.int_profile_rules_evaluated
    select
        {BASE} + number, 1, 'mql', rule,
        list_extract(['failed', 'passed', 'unknown'], outcome + 1), outcome = 1
    from (
        select
            number, unnest({list(RULES[:3])}) as rule,
            unnest([number % 3, number // 3 % 3, number // 9 % 3]) as outcome
        from range(27 * 25) as profiles(number)
    );
    insert into intermediate.int_profile_segments_matched
    select {BASE} + number, 'country ' || list_extract({list(COUNTRIES)}, number // 27 % 5 + 1)
    from range(27 * 25) as profiles(number) where number // 9 % 3 != 2
    union all
    select {BASE} + number, 'employees ' || list_extract({list(SIZES)}, number // 135 + 1)
    from range(27 * 25) as profiles(number)
    where number // 3 % 3 != 2 and number // 135 < 4
"""
TRIALS = f"""
    insert into intermediate.int_label_trials_evaluated by name
    select
        ? as system, row_number() over () as person_key, 'mql' as stage, 1 as definition_version,
        {BASE} + profile as profile_key, list_extract({list(CHANNELS)}, channel + 1) as channel,
        score, system_score, failed as failed_rule_count,
        case failed when 0 then 'none' when 1 then list_extract({list(RULES)}, first)
            else 'several' end as blocking_rule,
        case failed when 0 then 'none'
            when 1 then list_extract(['has_business_email', 'employees', 'country', 'score'], first)
            else 'several' end as blocking_attribute,
        failed = 0 as is_defined, is_labelled, has_unknown_label, true as has_touch,
        date '{FIRST}' + day::integer as trial_date,
        case when is_labelled then date '{FIRST}' + label_day::integer end as label_date
    from leads
"""
COUNTS = f"""
    insert into intermediate.int_bad_rows_counted
    select ?, signal, subject, 1, bad, all_count, date '{FIRST}' + day::integer
    from counts where all_count > 0
"""


def land_world(
    connection: duckdb.DuckDBPyConnection,
    system: str,
    world: World,
    people: People,
    rng: np.random.Generator,
) -> None:
    """Adds the trials and counts of a world, whose last day is the day before the cutoff."""
    failed = people.outcome != 1
    leads = pa.table(
        {
            "day": people.day,
            "channel": people.channel,
            "score": people.score,
            "system_score": people.system_score,
            "profile": people.outcome[:, :3] @ np.array([1, 3, 9])
            + 27 * people.country
            + 135 * people.size,
            "failed": failed.sum(axis=1),
            "first": failed.argmax(axis=1) + 1,
            "is_labelled": (people.label_day != NO_LABEL)
            & (people.label_day - people.day <= LATE)
            & (people.label_day < DAYS),
            "has_unknown_label": people.has_unknown_label,
            "label_day": people.label_day,
        }
    )
    connection.register("leads", leads)
    connection.execute(TRIALS, [system])
    connection.unregister("leads")
    connection.register("counts", _counts(rng, world, people))
    connection.execute(COUNTS, [system])
    connection.unregister("counts")


def _counts(rng: np.random.Generator, world: World, people: People) -> pa.Table:
    """What is wrong with rows, by signal, subject and day."""
    rows = _by_day(world, people.day)
    labels = _by_day(world, people.label_day[people.label_day != NO_LABEL])
    unknown = _by_day(world, people.day[people.has_unknown_label])
    counts = [
        ("missing_data", "people", 0 * rows, rows),
        ("vanished_label", "mql", 0 * labels, labels),
        ("unknown_label", "nurture", unknown, unknown),
        ("reopened", "", rng.binomial(labels, 0.02), labels),
        *_clock(rng, world, labels),
        *_words(rng, world, people),
    ]
    start, repeated, people_before = _duplicates(rng, world, rows)
    if world.unknown_stage_every:
        stage = (np.arange(DAYS) % world.unknown_stage_every == 0).astype(np.int64)
        counts.append(("unknown_label", "opportunity stage security review", stage, stage))
    parts = [*counts, ("duplicates", "", repeated, people_before)]
    lengths = [len(each[3]) for each in parts]
    days = [np.arange(each) for each in lengths]
    days[-1] += start
    return pa.table(
        {
            "signal": np.repeat([each[0] for each in parts], lengths),
            "subject": np.repeat([each[1] for each in parts], lengths),
            "day": np.concatenate(days),
            "bad": np.concatenate([each[2] for each in parts]),
            "all_count": np.concatenate([each[3] for each in parts]),
        }
    )


def _duplicates(rng: np.random.Generator, world: World, rows: Ints) -> tuple[int, Ints, Ints]:
    """The first rate, then slowly the last one; with the days before ours, if it began then."""
    first, last = world.duplicates_grow
    low, high = world.duplicate_rates
    start = min(first, 0)
    people = np.concatenate([rows[np.arange(start, 0) % 7], rows])
    share = np.clip((np.arange(start, DAYS) - first) / (last - first), 0, 1)
    return start, rng.binomial(people, low + (high - low) * share), people


def _clock(
    rng: np.random.Generator, world: World, labels: Ints
) -> list[tuple[str, str, Ints, Ints]]:
    """Labels dated before their record, by days or hours: one in seven is set within the hour."""
    hours = rng.binomial(labels, 0.002)
    days = rng.binomial(labels, 0.008)
    if world.early_clock_from is not None:
        hours[world.early_clock_from :] += rng.binomial(labels[world.early_clock_from :], 0.15)
    return [("back_dated", "", days, labels), ("clock_shifted", "", hours, labels)]


def _words(
    rng: np.random.Generator, world: World, people: People
) -> list[tuple[str, str, Ints, Ints]]:
    """Countries in a form that no rule can read."""
    is_word = people.outcome[:, 2] == 2
    if not is_word.any():
        return []
    words = 60 if world.bot_day is not None else 1
    word = rng.integers(0, words, len(is_word))
    return [
        (
            "unknown_value",
            f"country Word{each}",
            found := _by_day(world, people.day[is_word & (word == each)]),
            found,
        )
        for each in range(words)
    ]


def _by_day(world: World, days: Ints) -> Ints:
    return np.bincount(days[days < DAYS], minlength=DAYS).astype(np.int64)


def holidays(worlds: Iterable[World]) -> list[str]:
    """The days off of all worlds, as the seed holidays has them."""
    found = {day for each in worlds for day in each.holidays}
    for each in worlds:
        found |= set(range(*each.closing)) if each.closing else set()
    return [str(FIRST + timedelta(day)) for day in sorted(found)]
