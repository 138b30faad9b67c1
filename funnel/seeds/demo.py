"""Which seeds still are the demo company's, in a project that builds from other data.

What the demo company agreed, sells and employs stands in seeds whose yml has a `demo_fingerprint`:
who changed nothing in them judges an own business by that of a company that does not exist."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from funnel.seeds.describe import describe_seeds

SCHEMAS = """
    select count(*) filter (where table_schema = 'demo' and table_name = 'generation'),
        count(*) filter (where list_contains($1, table_schema))
    from information_schema.tables where table_catalog = current_database()
"""


def demo_seeds_in_force(project: Path, package: Path, switched_off: Iterable[str]) -> Iterator[str]:
    """The names of seeds that have the demo's rows, unless the project has switched them off."""
    for name, seed in sorted(describe_seeds(package / "seeds").items()):
        own = project / "seeds" / f"{name}.csv"
        if not own.exists() and name in switched_off:
            continue
        path = own if own.exists() else package / "seeds" / f"{name}.csv"
        if seed.demo_fingerprint and seed.demo_fingerprint == fingerprint(path):
            yield name


def fingerprint(path: Path) -> str:
    """The same on every system, whatever ends its lines."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]


def has_own_data(database: Path, schemas: Iterable[str]) -> bool:
    """Whether a file has tables in these schemas, and the demo has not made them."""
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            ((demo, own),) = connection.execute(SCHEMAS, [list(schemas)]).fetchall()
    except duckdb.Error:
        return False
    return bool(own and not demo)
