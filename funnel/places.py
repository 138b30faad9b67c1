"""Where the project is, and where its files of data are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "revenue_funnel"
DATABASE = "REVENUE_FUNNEL_DATABASE"
SOURCES = "REVENUE_FUNNEL_SOURCES"
# On a user's own data plain `make build` would load the demo company.
BUILD_FIRST = (
    "run `make build` first (on your own data: `make build DEMO=no`; what PostgreSQL or Spark has"
    " built: `funnel copy`)"
)


def unreadable(database: Path, reason: object) -> str:
    """What to say of a database that is there and cannot be opened."""
    return (
        f"{database} can't be read just now: {str(reason).splitlines()[0]}. If another program has"
        " it open, close that or wait until it is done, then ask again."
    )


def sources_of(database: Path) -> Path | None:
    """The file with the source systems' tables, which builds only read: the one that the
    environment names, else sources.duckdb beside the warehouse; none if they are in its own file.
    """
    if (named := os.environ.get(SOURCES)) is not None:
        return Path(named) if named else None
    beside = database.with_name("sources.duckdb")
    return beside if beside.exists() else None
