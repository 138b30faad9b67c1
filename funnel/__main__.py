"""`python -m funnel` is the command `funnel`."""

from funnel.cli import funnel

funnel(prog_name="funnel")
