"""Command line: `python -m demo --people 8000 --seed 7 --out data/demo`."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime

from demo.generate import generate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Generate a believable software company as its connectors land it.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=8_000, help="how many humans")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another company")
    parser.add_argument(
        "--until",
        type=datetime.fromisoformat,
        default=datetime(2026, 7, 1),
        help="land only what happened before this moment (UTC)",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="nothing changes its meaning in the last months"
    )
    parser.add_argument(
        "--look",
        type=datetime.fromisoformat,
        action="append",
        default=[],
        dest="looks",
        help="an earlier moment at which the systems were read (may be given several times)",
    )
    parser.add_argument("--out", default="data/demo", help="the folder to write")
    return parser


def _progress(done: int, total: int) -> None:
    if total > 1:
        print(f"chunk {done} of {total}", file=sys.stderr)


def main() -> int:
    """Generate and say what was written."""
    options, began = _parser().parse_args(), time.perf_counter()
    try:
        made = generate(
            options.people,
            options.seed,
            options.until,
            options.out,
            is_quiet=options.quiet,
            looks=options.looks,
            progress=_progress,
        )
    except (ValueError, FileExistsError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    if not made.is_new:
        print(f"{options.out} already holds these {made.people:,} people")
        return 0
    took = time.perf_counter() - began
    counts = f"{made.people:,} people, {made.rows:,} rows, {made.files} files"
    print(f"{options.out}: {counts}, {took:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
