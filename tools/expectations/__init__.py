"""Says whether the data still means what was agreed: Great Expectations over a build."""

import os

# Before it is imported: it tells nothing to anybody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
