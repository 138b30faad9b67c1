"""Says which tables of a build keep rows of the last one, and why the others were made anew."""

from collections import defaultdict
from pathlib import Path

import duckdb

ENTRIES = """
    select table_name, reason, key_count, changed_count
    from operations.increments
    where invocation_id = (
        select invocation_id from operations.dbt_runs order by started_at desc limit 1
    )
    order by all
"""


def increments_of(database: Path) -> list[str]:
    """A sentence about the tables that kept rows, and one for each reason why some did not."""
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            entries = connection.execute(ENTRIES).fetchall()
        except duckdb.CatalogException:
            return []
    anew = defaultdict(list)
    kept = []
    for table, reason, keys, changed in entries:
        if reason:
            anew[reason].append(table)
        else:
            kept.append(f"{table} ({changed:,} of {keys:,} recomputed)")
    sentences = [f"Rows of the last build kept: {', '.join(kept)}."] if kept else []
    return sentences + [
        f"Made anew, since {reason}: {', '.join(tables)}." for reason, tables in anew.items()
    ]
