"""Companies as the tables that the models of drift read, each system named for its company."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.drift.company import CHANNELS, DAYS, SYSTEMS
from benchmarks.drift.integrity import Signal
from benchmarks.drift.leads import RULES, THRESHOLD, Leads

FIRST = date(2026, 1, 5)
CUTOFF = FIRST + timedelta(DAYS + 1)
TABLES = f"""
    create schema intermediate; create schema seeds; create schema marts;
    create table intermediate.int_label_chances (
        system varchar, person_key bigint, stage varchar, definition_version bigint,
        funnel varchar, channel varchar, pattern varchar, score bigint, system_score bigint,
        is_defined boolean, is_labelled boolean, has_touch boolean, chance_date date);
    create table intermediate.int_integrity_counted (
        system varchar, signal varchar, subject varchar, definition_version bigint,
        bad_count bigint, all_count bigint, count_date date);
    create table intermediate.int_definition_versions_dated as
        select 'in_force' as evaluation, 1::bigint as definition_version, false as is_draft,
        timestamp '1990-01-01' as valid_from, timestamp '9999-12-31' as valid_to;
    create table intermediate.int_definition_rules_completed (
        definition_version bigint, stage varchar, rule varchar, attribute varchar,
        operator varchar, value varchar, if_unknown varchar, meaning varchar, rule_order bigint);
    create schema history;
    create table history.history_stage_counts (
        period_kind varchar, period_start date, stage varchar, entered_count bigint,
        snapshot_number bigint, snapshotted_at timestamp);
    create table marts.stage_count_changes (
        period_kind varchar, period_start date, stage varchar, part varchar, rule varchar,
        change decimal(18, 2), entered_count bigint, earlier_reported_count bigint);
    insert into intermediate.int_definition_rules_completed values
        (1, 'mql', '{RULES[0]}', 'has_business_email', 'is', 'true', 'fails', '', 1),
        (1, 'mql', '{RULES[1]}', 'employees', 'at_least', '20', 'fails', '', 2),
        (1, 'mql', '{RULES[2]}', 'country', 'is_one_of', 'US', 'fails', '', 3),
        (1, 'mql', '{RULES[3]}', 'score', 'at_least', '{THRESHOLD}', 'fails', '', 4);
"""
CHANCES = f"""
    insert into intermediate.int_label_chances
    select
        ? || '_' || list_extract({list(SYSTEMS)}, system + 1), row_number() over (), 'mql', 1,
        'all', list_extract({list(CHANNELS)}, channel + 1),
        {" || ".join(f'''substr('fpu', rule_{each} + 1, 1)''' for each in range(len(RULES)))},
        score, system_score,
        is_defined, is_labelled, true, date '{FIRST}' + day::integer
    from leads
"""
COUNTS = f"""
    insert into intermediate.int_integrity_counted
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
    """Adds a company's chances and counts."""
    columns = {
        "system": leads.system,
        "day": leads.day,
        "channel": leads.channel,
        **{f"rule_{each}": leads.outcome[:, each] for each in range(len(RULES))},
        "score": leads.score,
        "system_score": leads.system_score if has_system_score else [None] * len(leads.day),
        "is_defined": leads.is_defined,
        "is_labelled": leads.is_labelled,
    }
    connection.register("leads", pa.table(columns))
    connection.execute(CHANCES, [name])
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
