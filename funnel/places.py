"""Where the project is, and what says where its database is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "REVENUE_FUNNEL_DATABASE"
