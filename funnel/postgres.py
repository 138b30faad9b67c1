"""Where PostgreSQL is, for who builds there instead of on DuckDB: profiles.yml reads the same
variables of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg2.extensions import connection  # type: ignore[import-untyped]

PREFIX = "REVENUE_FUNNEL_POSTGRES_"


class PostgresError(Exception):
    """PostgreSQL can't be reached; its text says what is missing."""


def postgres_settings() -> dict[str, str]:
    """Host, port, user, password and database, by the names of the driver."""
    defaults = {
        "host": ("HOST", "localhost"),
        "port": ("PORT", "5432"),
        "user": ("USER", "revenue_funnel"),
        "password": ("PASSWORD", ""),
        "dbname": ("DATABASE", "revenue_funnel"),
    }
    return {name: os.environ.get(PREFIX + end, value) for name, (end, value) in defaults.items()}


def connect_to_postgres() -> connection:
    """A connection to the database that the environment names."""
    try:
        import psycopg2  # type: ignore[import-untyped]
    except ImportError as missing:
        raise PostgresError(
            "PostgreSQL needs one package more: pip install -r requirements-postgres.txt"
        ) from missing
    try:
        return psycopg2.connect(**postgres_settings())
    except psycopg2.OperationalError as problem:
        raise PostgresError(
            f"{str(problem).strip()} (variables {PREFIX}HOST, _PORT, _USER, _PASSWORD, _DATABASE)"
        ) from problem
