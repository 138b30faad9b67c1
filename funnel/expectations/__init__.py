"""Checks a build against what the teams agreed about the data, with Great Expectations.

The seed data_agreements has the limits, one suite per topic. `measure` computes one small table per
suite (measures/*.sql), `validate` runs Great Expectations on them, `pages` writes what it found."""

import os

# Must be set before the import: it then sends no usage statistics.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
