"""Companies as the tables that the models of drift read, each system named for its company."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from funnel.benchmarks.drift.company import CHANNELS, DAYS, SYSTEMS
from funnel.benchmarks.drift.integrity import Signal
from funnel.benchmarks.drift.leads import RULES, THRESHOLD, Leads

FIRST = date(2026, 1, 5)
CUTOFF = FIRST + timedelta(DAYS + 1)
ATTRIBUTES = ("has_business_email", "employees", "country", "score")
# A profile is how a person does by the three rules of attributes: 0 failed, 1 passed, 2 unknown.
ATTRIBUTE_RULES = list(RULES[:3])
TABLES = f"""
    create schema intermediate; create schema seeds; create schema marts;
    create table intermediate.int_label_trials_evaluated (
        system varchar, person_key bigint, stage varchar, definition_version bigint,
        profile_key bigint, channel varchar, score bigint, system_score bigint,
        failed_rule_count bigint, blocking_rule varchar, blocking_attribute varchar,
        is_defined boolean, is_labelled boolean, has_unknown_label boolean, has_touch boolean,
        trial_date date, label_date date,
        has_several_records boolean default false);
    create table intermediate.int_profile_segments_matched (profile_key bigint, segment varchar);
    create table intermediate.int_bad_rows_counted (
        system varchar, signal varchar, subject varchar, definition_version bigint,
        bad_count bigint, all_count bigint, event_date date);
    create table intermediate.int_stage_claims_rows_checked (system varchar, label varchar);
    create table intermediate.int_profile_rules_evaluated as
        select
            profile_key::bigint as profile_key, 1::bigint as definition_version, 'mql' as stage,
            rule,
        list_extract(['failed', 'passed', 'unknown'], outcome + 1) as outcome,
        outcome = 1 as is_passed
        from (
            select number as profile_key, unnest({ATTRIBUTE_RULES}) as rule,
            unnest([number % 3, number // 3 % 3, number // 9]) as outcome
            from range(27) as profiles(number)
        );
    create table intermediate.int_evaluation_versions_dated as
        select 'in_force' as evaluation, 1::bigint as definition_version, false as is_draft,
        timestamp '1990-01-01' as valid_from, timestamp '9999-12-31' as valid_to;
    create table intermediate.int_required_rules_listed (
        definition_version bigint, stage varchar, rule varchar, attribute varchar,
        operator varchar, value varchar, if_unknown varchar, meaning varchar, rule_order bigint);
    create schema history;
    create table history.history_stage_counts (
        period_kind varchar, period_start date, stage varchar, entered_count bigint,
        snapshot_number bigint, snapshotted_at timestamp);
    create table marts.stage_count_changes_by_period (
        period_kind varchar, period_start date, stage varchar, driver varchar, rule varchar,
        change decimal(18, 2), qualified_count bigint, earlier_reported_count bigint);
    create table marts.fct_lifecycle (
        journey_key bigint, stage varchar, stage_entry_number bigint, is_qualified boolean,
        qualified_at timestamp);
    create table marts.open_journeys (stage varchar, expected_amount decimal(18, 2));
    insert into intermediate.int_required_rules_listed values
        (1, 'mql', '{RULES[0]}', '{ATTRIBUTES[0]}', 'is', 'true', 'fails', '', 1),
        (1, 'mql', '{RULES[1]}', '{ATTRIBUTES[1]}', 'at_least', '20', 'fails', '', 2),
        (1, 'mql', '{RULES[2]}', '{ATTRIBUTES[2]}', 'is_one_of', 'US', 'fails', '', 3),
        (1, 'mql', '{RULES[3]}', '{ATTRIBUTES[3]}', 'at_least', '{THRESHOLD}', 'fails', '', 4);
"""
FAILED_RULES = " + ".join(f"(rule_{each} != 1)::bigint" for each in range(len(RULES)))
TRIALS = f"""
    insert into intermediate.int_label_trials_evaluated
    with failures as (
        select
            *, {FAILED_RULES} as failed_rule_count,
            list_position([{", ".join(f"rule_{each} != 1" for each in range(len(RULES)))}], true)
                as first_failed
        from leads
    )
    select
        ? || '_' || list_extract({list(SYSTEMS)}, system + 1), row_number() over (), 'mql', 1,
        rule_0 + 3 * rule_1 + 9 * rule_2, list_extract({list(CHANNELS)}, channel + 1),
        score, system_score, failed_rule_count,
        case failed_rule_count
            when 0 then 'none' when 1 then list_extract({list(RULES)}, first_failed)
            else 'several' end,
        case failed_rule_count
            when 0 then 'none' when 1 then list_extract({list(ATTRIBUTES)}, first_failed)
            else 'several' end,
        is_defined, is_labelled, has_unknown_label, true, date '{FIRST}' + day::integer,
        case when is_labelled then date '{FIRST}' + day::integer end, false
    from failures
"""
COUNTS = f"""
    insert into intermediate.int_bad_rows_counted
    select
        ? || '_' || list_extract({list(SYSTEMS)}, system + 1), ?, ?, 1, bad, all_count,
        date '{FIRST}' + day::integer
    from counts where all_count > 0
"""


def land_company(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    leads: Leads,
    signals: list[Signal],
    has_system_score: bool,
) -> None:
    """Adds a company's trials and counts."""
    columns = {
        "system": leads.system,
        "day": leads.day,
        "channel": leads.channel,
        **{f"rule_{each}": leads.outcome[:, each] for each in range(len(RULES))},
        "score": leads.score,
        "system_score": leads.system_score if has_system_score else [None] * len(leads.day),
        "is_defined": leads.is_defined,
        "is_labelled": leads.is_labelled,
        "has_unknown_label": leads.has_unmapped_label,
    }
    connection.register("leads", pa.table(columns))
    connection.execute(TRIALS, [name])
    connection.unregister("leads")
    for signal in signals:
        _land_signal(connection, name, signal)


def _land_signal(connection: duckdb.DuckDBPyConnection, name: str, signal: Signal) -> None:
    system, day = (each.ravel() for each in np.indices(signal.bad.shape))
    counts = {
        "system": system,
        "day": day,
        "bad": signal.bad.ravel(),
        "all_count": signal.rows.ravel(),
    }
    connection.register("counts", pa.table(counts))
    connection.execute(COUNTS, [name, signal.name, signal.subject])
    connection.unregister("counts")
