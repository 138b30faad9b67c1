"""A decision or a var that cannot be carried out stops the build with one sentence."""

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import Built, messages
from tests.python.warm_dbt import run_dbt


def _run(database: Path, target: Path, variables: dict[str, Any], select: str) -> tuple[bool, str]:
    arguments = ["run", "--quiet", "--select", *select.split()]
    outcome = run_dbt(arguments, database, target, variables)
    return outcome.success, messages(outcome)


def test_too_few_rounds_name_the_number_that_is_enough(built: Built, tmp_path: Path) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create or replace table intermediate.int_record_pairs_linked as
            select
                lag(record_key) over (order by record_key) as record_key,
                record_key as other_record_key,
                'address' as link_kind
            from (
                select record_key from intermediate.int_people_rows_checked
                where reason_code is null
                order by record_key
                limit 300
            )
        """)
        connection.execute(
            "delete from intermediate.int_record_pairs_linked where record_key is null"
        )
    select = "int_records_clustered"
    good, message = _run(database, tmp_path / "t", {**built.vars, "identity_rounds": 2}, select)
    named = re.search(r"set the var identity_rounds to (\d+)\.", message)
    assert not good
    assert named, message
    enough = {**built.vars, "identity_rounds": int(named[1])}
    assert _run(database, tmp_path / "t", enough, select)[0]
    fewer = {**built.vars, "identity_rounds": int(named[1]) - 1}
    assert not _run(database, tmp_path / "t", fewer, select)[0]


GOOD = ("join", "hubspot", "1", "hubspot", "2", "same phone", "Ann", "2026-01-05")


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (0, "unite", "says neither join nor separate"),
        (2, "gone", "names a first record that does not exist"),
        (4, "gone", "names a second record that does not exist"),
        (5, "", "gives no reason"),
        (6, "", "does not say who decided it"),
        (7, "", "does not say when it was decided"),
        (0, "separate", "is both joined and separated"),
        (None, "", ""),
    ],
)
def test_an_override_that_cannot_be_carried_out_says_why(
    built: Built, tmp_path: Path, place: int | None, value: str, sentence: str
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        ids = connection.execute("""
            select record_id from intermediate.int_people_rows_checked
            where reason_code is null and system = 'hubspot' and created_at < '2025-12-01'
            order by record_id limit 2
        """).fetchall()
        good = (*GOOD[:2], ids[0][0], GOOD[3], ids[1][0], *GOOD[5:])
        rows: list[tuple[Any, ...]] = (
            [good] if place is None or value != "separate" else [good, good]
        )
        if place is not None:
            rows[-1] = (*good[:place], value or None, *good[place + 1 :])
        connection.executemany(
            "insert into seeds.identity_overrides values (?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
    good_run, message = _run(
        database, tmp_path / "t", dict(built.vars), "int_identity_overrides_checked"
    )
    assert good_run is (place is None), message
    assert sentence in message


def test_a_separation_without_effect_stops_the_build(built: Built, tmp_path: Path) -> None:
    """Two records are joined through a third one and also separated."""
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        found = connection.execute("""
            select record_id from intermediate.int_people_rows_checked
            where reason_code is null and system = 'hubspot' and created_at < '2025-12-01'
            order by record_id limit 3
        """).fetchall()
        one, other, third = (row[0] for row in found)
        for decision, first, second in (
            ("join", one, third),
            ("join", third, other),
            ("separate", one, other),
        ):
            connection.execute(
                "insert into seeds.identity_overrides values (?, ?, ?, ?, ?, ?, ?, ?)",
                (decision, "hubspot", first, "hubspot", second, *GOOD[5:]),
            )
    good, message = _run(
        database, tmp_path / "t", dict(built.vars), "int_identity_overrides_checked+"
    )
    assert not good
    assert f"hubspot {one}" in message or str(one) in message, message
