"""sqlfluff as its own command runs it, with less of Python's search for waste.

Each of some 500 files becomes a large tree. Python would search all that is in memory for waste
after every 700 new objects."""

import gc

from sqlfluff.cli.commands import cli

if __name__ == "__main__":
    gc.set_threshold(500_000, 5, 20)
    cli()
