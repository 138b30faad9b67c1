"""How well and how fast records become people, compared with a join by lower-cased address."""

import time
from pathlib import Path

import duckdb

PREPARE = """
    create temp table told as
    select records.human_id, people.record_key, resolved.person_key,
        coalesce(nullif(lower(people.email), ''), 'no address ' || people.record_key) as lowered,
        case when people.email like '%@%' then lower(people.email)
            else 'no address ' || people.record_key end as lowered_at
    from (
        select * from built.intermediate.int_people_rows_checked where reason_code is null
    ) as people
    inner join built.intermediate.int_record_persons_mapped as resolved using (record_key)
    inner join read_parquet('{truth}/records.parquet') as records
        on people.system = records.system and people.record_id = records.record_id
"""
# A group of n records makes n * (n - 1) / 2 pairs: no pair is ever written out.
PAIRS = """
    select coalesce(sum(n * (n - 1) / 2), 0) from (
        select count(*) as n from told group by {columns}
    )
"""
WAYS = {
    "this project": "person_key",
    "lower(email)": "lowered",
    "lower(email) with an @": "lowered_at",
}
SCAN = """
    select record_key, count(*) from built.intermediate.int_people_rows_checked
    where reason_code is null
    group by record_key
"""


def measure_identity(database: Path, truth: Path) -> None:
    """Prints precision and recall of pairs of records, for each way to match them."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as built (read_only)")
        connection.execute(PREPARE.format(truth=truth))
        records = _number(connection, "select count(*) from told")
        print(f"{records:,.0f} records; scan and count of each {_seconds(connection):.2f} s")
        for name, by in WAYS.items():
            precision, recall = _quality(connection, by)
            print(f"{name:22} precision {precision:.5f}  recall {recall:.5f}")


def _quality(connection: duckdb.DuckDBPyConnection, by: str) -> tuple[float, float]:
    """Of the pairs told, how many are true; of the true pairs, how many are told."""
    both = _number(connection, PAIRS.format(columns=f"human_id, {by}"))
    told = _number(connection, PAIRS.format(columns=by))
    true = _number(connection, PAIRS.format(columns="human_id"))
    return both / max(told, 1), both / max(true, 1)


def _seconds(connection: duckdb.DuckDBPyConnection) -> float:
    started = time.monotonic()
    connection.execute(f"create or replace temp table scanned as {SCAN}")
    return time.monotonic() - started


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = connection.execute(sql).fetchone()
    return float(row[0]) if row else 0.0
