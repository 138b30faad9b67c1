"""Where the project is, and what says where its database is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "REVENUE_FUNNEL_DATABASE"
# On a user's own data plain `make build` would load the demo company.
BUILD_FIRST = "run `make build` first (on your own data: `make build DEMO=no`)"
