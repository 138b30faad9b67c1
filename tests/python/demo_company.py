"""A demo company of a few people, generated once for each set of arguments, and what landed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

PEOPLE = 600
END = datetime(2026, 7, 1)
MIDDLE = datetime(2025, 3, 14, 15, 30)

Make = Callable[..., Path]


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Run a query in which `@system.table` stands for a landed table."""
    sql = re.sub(r"@(\w+)\.(\w+)", rf"'{folder}/\1/\2.parquet'", query)
    return duckdb.sql(sql).fetchall()
