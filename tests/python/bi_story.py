"""What the tests of BI queries share: the built demo company beside its truth."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tests.python.conftest import Built

# Deals and payments of the truth in the reporting currency, at the rate of their day.
IN_DOLLARS = """
    select paid.*, round(paid.amount * rates.rate, 2) as dollars
    from {paid} as paid
    asof join seeds.exchange_rates as rates
        on paid.currency = rates.currency and paid.{day} >= rates.valid_from
"""
SIGNED_PAYMENTS = """
    (select account_id, currency, paid_at,
        case when kind = 'payment' then 1 else -1 end * cast(amount as decimal(18, 2)) as amount
    from '{truth}/payments.parquet')
"""
TABLES = {
    "deals": "select * from '{truth}/deals.parquet' where not is_deleted",
    "won_deals": IN_DOLLARS.format(
        paid="(select * replace (cast(amount as decimal(18, 2)) as amount)"
        " from '{truth}/deals.parquet' where outcome = 'won' and not is_deleted)",
        day="closed_at",
    ),
    "payments": IN_DOLLARS.format(paid=SIGNED_PAYMENTS, day="paid_at"),
    **{
        name: f"select * from '{{truth}}/{name}.parquet'"
        for name in (
            "exits",
            "humans",
            "journeys",
            "label_changes",
            "stage_entries",
            "subscriptions",
        )
    },
}


@contextmanager
def beside_truth(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has the marts, the seeds, and the truth as tables without a schema."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{built.database}' as revenue_funnel (read_only)")
        connection.execute("use revenue_funnel")
        for name, sql in TABLES.items():
            connection.execute(f"create temp table {name} as {sql.format(truth=built.truth)}")
        yield connection
