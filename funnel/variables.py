"""The project's variables, as dbt_project.yml has them."""

from collections.abc import Mapping
from typing import Any

import yaml

from funnel.places import ROOT


def project_variables(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The project's, and above them those that were given."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["revenue_funnel"]
    return {**project, **(given or {})}
