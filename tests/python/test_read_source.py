"""Reading landed tables, in every form in which a connector may land them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import messages, query

TIMES = {
    "2021-01-02 03:04:05": datetime(2021, 1, 2, 3, 4, 5),
    "2021-01-02T03:04:05": datetime(2021, 1, 2, 3, 4, 5),
    "2021-01-02 3:04:05": datetime(2021, 1, 2, 3, 4, 5),
    "2021-01-02 03:04:05.678": datetime(2021, 1, 2, 3, 4, 5, 678000),
    "2021-01-02T03:04:05Z": datetime(2021, 1, 2, 3, 4, 5),
    "2021-01-02 03:04:05.678000 UTC": datetime(2021, 1, 2, 3, 4, 5, 678000),
    "2021-01-02T03:04:05+02:00": datetime(2021, 1, 2, 1, 4, 5),
    "2021-01-02T03:04:05.000+0000": datetime(2021, 1, 2, 3, 4, 5),
    "2021-01-01 23:04:05-05": datetime(2021, 1, 2, 4, 4, 5),
    "2021-01-02": datetime(2021, 1, 2),
    "2021-01-02 03:04:05 EST": datetime(2021, 1, 2, 8, 4, 5),
    "2021-01-02 03:04:05 cest": datetime(2021, 1, 2, 1, 4, 5),
    "2021-01-02T03:04:05+05:30": datetime(2021, 1, 1, 21, 34, 5),
    "2021-01-02 03:04:05-0330": datetime(2021, 1, 2, 6, 34, 5),
    "2021/1/2 03:04": datetime(2021, 1, 2, 3, 4),
    "1609556645": datetime(2021, 1, 2, 3, 4, 5),
    "1609556645.678": datetime(2021, 1, 2, 3, 4, 5, 678000),
    "1609556645678.0": datetime(2021, 1, 2, 3, 4, 5, 678000),
    "1609556645678": datetime(2021, 1, 2, 3, 4, 5, 678000),
    "1609556645678000": datetime(2021, 1, 2, 3, 4, 5, 678000),
    " 2021-01-02 03:04:05 ": datetime(2021, 1, 2, 3, 4, 5),
}

NO_TIMES = [
    "2021-01-02 03:04:05 XYZ",
    "2021-02-30",
    "06/10/26",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "nan",
    "soon",
]

TABLES = """
    create schema shop;
    create table shop.faults as from (values
        ('1', '2021-01-02', 'fine'), (' ', '2021-01-02', 'no key'), (null, '2021-01-02', 'no key'),
        ('2', 'soon', 'unreadable'), ('3', '', 'missing'), ('4', null, 'missing')
    ) as landed(id, moment, note);
    create table shop.parts as from (values
        ('a', '12', 0.5), ('b', 'about fifty', 1e30), ('c', ' ', null)
    ) as landed(id, employees, money);
    create table shop.typed as select
        7 as id, 1609556645 as seconds, 1609556645678 as milliseconds, date '2021-01-02' as day,
        timestamptz '2021-01-02 03:04:05+02' as zoned, 12.5 as money,
        1609556645678::double as rounded, 1609556645.678::decimal(20, 3) as exact,
        ' x ' as blanks, '' as nothing;
    create table shop.fractions as from (values
        (5000001.0::double, 5000001.00::decimal(18, 2), '5000001.0'), (0.5::double, 0.25, '0.5'),
        (-3.0::double, null, 'a.0'), (null, 3.10, '.0'), (1e300::double, null, null)
    ) as landed(id, other, company_id);
    create table shop.ids as from (values
        (5000001.0::double, 7.00::decimal(12, 2), 'whole'), (0.5, 0.25, 'a fraction'),
        (9007199254740993.0, null, 'too large'), (null, 1.00, 'none')
    ) as landed(id, parent_id, note);
    create table shop.dates as from (values
        ('a', '0001-01-01', '2021-01-02'), ('b', '46183', null), ('c', '9999-12-31', ' '),
        ('d', '2021-01-02', '20260610'), ('e', null, 'soon')
    ) as landed(id, closed, created);
    create table shop."User" as select 'a' as id;
    create table shop.kinds as select
        'a' as id, true as flag, time '10:00' as clock, interval 1 day as span;
    create table shop.twins as select 'a' as id, 'b' as account_id, 'c' as "AccountId";
    create table shop.named_twins as select 'a' as id, 'b' as account_id, 'c' as "AccountId";
    create table shop.flags as from (values
        ('kept', null, null, '2021-01-02'), ('also kept', 'FALSE', 'true', '2021-01-02'),
        ('deleted', 'TRUE', 'true', '2021-01-02'), ('unclear', 'ja', null, '2021-01-02'),
        ('old', 'false', 'FALSE', '2021-01-02')
    ) as landed(id, _fivetran_deleted, _fivetran_active, _fivetran_synced);
    create table shop.camel as
        select 'a' as "Id", 'b' as "AccountId", '2021-01-02' as "CreatedDate";
    create table shop.renamed as select 'a' as id, 'NL' as property_country_code;
    create table shop.history as from (values
        ('a', '1', true, 'x'), ('a', '2', false, null)
    ) as landed(id, version, _fivetran_active, value);
    create table shop.versions as from (values
        ('a', '2021-01-01', 'first'), ('a', '2021-02-01', 'second'), ('a', '2022-01-01', 'later'),
        (null, '2021-02-01', 'nobody')
    ) as landed(id, updated_at, name);
"""

PROBES = {
    "times": "{'text': 'text', 'moment': 'timestamp'}, key=['text'], needs=['moment']",
    "faults": "{'id': 'text', 'moment': 'timestamp', 'note': 'text'}, key=['id'], needs=['moment']",
    "parts": "{'id': 'text', 'employees': 'bigint', 'money': 'decimal'}, key=['id']",
    "typed": """{'id': 'text', 'seconds': 'timestamp', 'milliseconds': 'timestamp', 'day': 'date',
        'rounded': 'timestamp', 'exact': 'timestamp',
        'zoned': 'timestamp', 'money': 'decimal', 'blanks': 'text', 'nothing': 'text',
        'absent': 'bigint'}, key=['id']""",
    "fractions": "{'id': 'text', 'other': 'text', 'company_id': 'text'}, key=['id']",
    "flags": "{'id': 'text'}, key=['id']",
    "no_times": "{'text': 'text', 'moment': 'timestamp'}, key=['text'], needs=['moment']",
    "ids": "{'id': 'text', 'parent_id': 'text', 'note': 'text'}, key=['id']",
    "dates": """{'id': 'text', 'closed': 'timestamp', 'created': 'timestamp'}, key=['id'],
        readable=['created'], secondary=['closed']""",
    "user": "{'id': 'text'}, key=['id']",
    "named_twins": "{'id': 'text', 'account_id': 'text'}, key=['id']",
    "camel": "{'id': 'text', 'account_id': 'text', 'created_date': 'timestamp'}, key=['id']",
    "renamed": "{'id': 'text', 'country': 'text'}, key=['id']",
    "history": "{'id': 'text', 'version': 'text', 'value': 'text'}, key=['id'], "
    "apart=['version', 'value'], history=true",
    "absent": "{'id': 'text', 'moment': 'timestamp'}, key=['id'], needs=['moment'], optional=true",
}

LOOKUP = """{{ read_lookup('shop', 'versions',
    {'id': 'text', 'name': 'text', 'updated_at': 'timestamp'},
    key=['id'], changed='updated_at') }}"""

UNITS = """select
    {{ stripe_units('123456', "'usd'", '2') }} as usd,
    {{ stripe_units('123456', "'jpy'", '0') }} as jpy,
    {{ stripe_units('123456', "'kwd'", '3') }} as kwd,
    {{ stripe_units('123456', "'isk'", '0') }} as isk,
    {{ stripe_units('123456', "'xxx'", 'null') }} as xxx,
    {{ stripe_month('3', '100.0', '1', '1') }} as yearly,
    {{ stripe_month('2', '30.0', '12', '3') }} as quarterly"""

SETTINGS = """
name: revenue_funnel
version: 0.1.0
config-version: 2
profile: revenue_funnel
flags: {send_anonymous_usage_stats: false}
vars:
  source_columns:
    shop.renamed: {country: property_country_code}
    shop.named_twins: {account_id: AccountId}
  earliest_date: "1990-01-01"
  cutoff: "2021-07-01"
  time_zone: UTC
  system_connectors: {}
  system_partners: {}
  system_currencies: {}
"""


def write_project(folder: Path, models: dict[str, str]) -> Path:
    """A small dbt project with this project's macros and the given models."""
    (folder / "models").mkdir(parents=True)
    for part in ("macros", "profiles.yml"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "dbt_project.yml").write_text(SETTINGS)
    tables = [*PROBES, "versions", "kinds", "twins"]
    sources = f"sources: [{{name: shop, tables: [{', '.join(f'{{name: {t}}}' for t in tables)}]}}]"
    (folder / "models" / "sources.yml").write_text(sources)
    for name, sql in models.items():
        (folder / "models" / f"read_{name}.sql").write_text(sql)
    return folder


def create_tables(database: Path) -> None:
    """The landed tables that the probes read."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        connection.execute("create table shop.times (text varchar, moment varchar)")
        connection.execute("create table shop.no_times (text varchar, moment varchar)")
        for table, texts in (("times", [*TIMES]), ("no_times", NO_TIMES)):
            rows_of_texts = [[text, text] for text in texts]
            connection.executemany(f"insert into shop.{table} values (?, ?)", rows_of_texts)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every probe has been built."""
    folder = tmp_path_factory.mktemp("read_source")
    models = {t: f"{{{{ read_source('shop', '{t}', {call}) }}}}" for t, call in PROBES.items()}
    project = write_project(folder / "project", {**models, "versions": LOOKUP, "units": UNITS})
    path = folder / "build.duckdb"
    create_tables(path)
    result = run_dbt(["build", "--quiet"], path, folder / "target", project=project)
    assert result.success, messages(result)
    return path


def rows(database: Path, model: str, columns: str, order: str = "1") -> list[tuple[Any, ...]]:
    """Some columns of one probe, in a stable order."""
    return query(database, f"select {columns} from read_{model} order by {order}")


def test_every_way_of_writing_a_time_gives_the_same_moment_in_utc(database: Path) -> None:
    read = dict(rows(database, "times", "row_json ->> 'text', moment"))
    assert read == TIMES


def test_a_text_that_is_no_time_is_an_unreadable_value(database: Path) -> None:
    read = rows(database, "no_times", "text, moment, reason_code")
    assert read == [(text, None, "unreadable_value") for text in sorted(NO_TIMES)]


def test_an_id_with_decimals_is_a_whole_number_unless_it_is_too_large_to_be_exact(
    database: Path,
) -> None:
    read = rows(database, "ids", "note, id, parent_id, reason_code")
    assert read == [
        ("a fraction", "0.5", "0.25", None),
        ("none", None, "1", "no_key"),
        ("too large", None, None, "unreadable_value"),
        ("whole", "5000001", "7", None),
    ]


def test_an_impossible_time_of_less_weight_is_null_and_named(database: Path) -> None:
    read = rows(database, "dates", "id, closed, reason_code, reason_detail")
    assert read == [
        ("a", None, None, "closed"),
        ("b", None, None, "closed"),
        ("c", None, None, "closed"),
        ("d", datetime(2021, 1, 2), None, None),
        ("e", None, "unreadable_value", "created"),
    ]


def test_a_table_is_found_in_any_case(database: Path) -> None:
    assert rows(database, "user", "id") == [("a",)]


def test_the_var_source_columns_chooses_between_two_columns_of_one_name(database: Path) -> None:
    assert rows(database, "named_twins", "account_id") == [("c",)]


def test_an_unusable_row_has_a_reason_and_the_column_at_fault(database: Path) -> None:
    read = rows(database, "faults", "note, reason_code, reason_detail", "note, row_json")
    assert sorted(set(read)) == [
        ("fine", None, None),
        ("missing", "missing_value", "moment"),
        ("no key", "no_key", "id"),
        ("unreadable", "unreadable_value", "moment"),
    ]
    assert len(read) == 6


def test_a_row_is_used_and_flagged_where_a_value_it_can_do_without_is_unreadable(
    database: Path,
) -> None:
    read = rows(database, "parts", "id, employees, money::text, reason_code, reason_detail")
    assert read == [
        ("a", 12, "0.5000", None, None),
        ("b", None, None, None, "employees"),
        ("c", None, None, None, None),
    ]


def test_columns_are_read_from_any_type(database: Path) -> None:
    columns = (
        "id, seconds, milliseconds, rounded, exact, cast(day as varchar), zoned, "
        "cast(money as varchar), blanks"
    )
    assert rows(database, "typed", columns) == [
        (
            "7",
            datetime(2021, 1, 2, 3, 4, 5),
            datetime(2021, 1, 2, 3, 4, 5, 678000),
            datetime(2021, 1, 2, 3, 4, 5, 678000),
            datetime(2021, 1, 2, 3, 4, 5, 678000),
            "2021-01-02",
            datetime(2021, 1, 2, 1, 4, 5),
            "12.5000",
            "x",
        )
    ]


def test_a_whole_number_that_landed_as_a_fraction_is_a_text_without_a_point(database: Path) -> None:
    assert rows(database, "fractions", "id, other, company_id", "1, 2") == [
        ("-3", None, "a.0"),
        ("0.5", "0.25", "0.5"),
        ("5000001", "5000001", "5000001"),
        (None, "3.10", ".0"),
        (None, None, None),
    ]


def test_a_blank_text_and_a_column_that_has_not_landed_are_null(database: Path) -> None:
    assert rows(database, "typed", "nothing, absent, typeof(absent)") == [(None, None, "BIGINT")]


def test_only_a_row_that_is_marked_as_deleted_is_deleted(database: Path) -> None:
    landed = datetime(2021, 1, 2)
    assert rows(database, "flags", "id, deleted_at, reason_code, reason_detail") == [
        ("also kept", None, None, None),
        ("deleted", landed, None, None),
        ("kept", None, None, None),
        ("old", None, "superseded", "_fivetran_active"),
        ("unclear", None, None, "_fivetran_deleted"),
    ]


def test_names_match_whatever_their_case(database: Path) -> None:
    assert rows(database, "camel", "id, account_id, created_date") == [
        ("a", "b", datetime(2021, 1, 2))
    ]


def test_the_var_source_columns_renames_a_column(database: Path) -> None:
    assert rows(database, "renamed", "country") == [("NL",)]


def test_a_history_keeps_its_older_rows_and_their_keys_apart(database: Path) -> None:
    assert rows(database, "history", "source_key, reason_code") == [("a|1|x", None), ("a|2|", None)]


def test_an_optional_table_that_is_absent_has_no_rows(database: Path) -> None:
    assert rows(database, "absent", "*", "source_key") == []


def test_a_lookup_has_one_row_per_key_and_none_after_the_cutoff(database: Path) -> None:
    assert rows(database, "versions", "id, name") == [("a", "second")]


def test_amounts_follow_the_minor_unit_of_their_currency(database: Path) -> None:
    read = rows(database, "units", "usd::text, jpy::text, kwd::text, isk::text, xxx::text")
    assert read == [("1234.5600", "123456.0000", "123.4560", "1234.5600", "1234.5600")]


def test_prices_of_any_interval_become_monthly_amounts(database: Path) -> None:
    assert rows(database, "units", "yearly::text, quarterly::text") == [("25.0000", "20.0000")]


@pytest.mark.parametrize(
    ("table", "call", "sentence"),
    [
        (
            "absent",
            PROBES["absent"].replace(", optional=true", ""),
            "The table absent of shop is missing",
        ),
        (
            "camel",
            "{'id': 'text', 'moment': 'timestamp'}, key=['id'], needs=['moment']",
            "The table camel of shop has no column moment",
        ),
        (
            "camel",
            "{'email': 'text'}, key=['email']",
            "The table camel of shop has no column email",
        ),
        (
            "twins",
            "{'id': 'text', 'account_id': 'text'}, key=['id']",
            "The table twins of shop has the columns account_id and AccountId",
        ),
        *(
            (
                "kinds",
                f"{{'id': 'text', '{name}': 'timestamp'}}, key=['id']",
                f"The column {name} of the table kinds of shop has landed as {landed}",
            )
            for name, landed in (("flag", "BOOLEAN"), ("clock", "TIME"), ("span", "INTERVAL"))
        ),
    ],
)
def test_a_table_that_cannot_be_read_stops_the_build_with_one_sentence(
    tmp_path: Path, table: str, call: str, sentence: str
) -> None:
    project = write_project(
        tmp_path / "project", {table: f"{{{{ read_source('shop', '{table}', {call}) }}}}"}
    )
    database = tmp_path / "build.duckdb"
    create_tables(database)
    result = run_dbt(["build", "--quiet"], database, tmp_path / "target", project=project)
    assert not result.success
    assert sentence in messages(result)
