"""Checks whether the data of a build meets what was agreed; exits with 1 if there is an error.

python -m tools.expectations --database warehouse/revenue_funnel.duckdb
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from tools import stamp
from tools.expectations.agreements import AgreementError


def main() -> int:
    options = _options()
    if not options.database.exists():
        print(f"There is no database {options.database}: run `make build` first.", file=sys.stderr)
        return 2
    from tools.expectations.run import validate

    try:
        with duckdb.connect(str(options.database), read_only=True) as connection:
            verdict = validate(connection, _cutoff(options), options.out)
    except AgreementError as error:
        print(error, file=sys.stderr)
        return 1
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        print(f"{options.database} can't be validated: {message}", file=sys.stderr)
        return 2
    print("\n".join(verdict.sentences()))
    return 1 if verdict.errors else 0


def _cutoff(options: argparse.Namespace) -> datetime:
    """The cutoff of --vars, else that of the last good build, else that of the project."""
    known = None if options.vars else stamp.last_good(options.database)
    setting = stamp.cutoff(options.vars)
    now = datetime.now(UTC).replace(tzinfo=None)
    return known or (now if setting == "now" else datetime.fromisoformat(setting))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.expectations", description=__doc__)
    parser.add_argument("--database", type=Path, required=True, help="the DuckDB file")
    parser.add_argument("--vars", type=yaml.safe_load, default={}, help="vars of the build")
    parser.add_argument("--out", type=Path, default=Path("target/validation"), help="the pages")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
