"""dbt's own documentation of every node as one file that opens without a network."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from funnel.progress import working
from funnel.run_dbt import run_dbt


def build_site(database: Path, target: Path, variables: Mapping[str, Any]) -> int:
    """Writes index.html, for the database that was built with these vars: 1 where dbt fails."""
    arguments = ["docs", "generate", "--static", "--quiet"]
    with working("Describing every table and column"):
        outcome = run_dbt(arguments, database, target, variables)
    if not outcome.success:
        print(f"The pages can't be made: {outcome.exception or 'see above'}", file=sys.stderr)
        return 1
    page = target / "static_index.html"
    page.replace(target / "index.html")
    print(f"Open {target / 'index.html'} in a browser; it needs no network.")
    return 0
