"""The project's variables, as dbt_project.yml has them."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from funnel.places import ROOT

# Where SQL asks for a var.
ASKED = re.compile(r"\b(?:\w+_)?var\(\s*'(\w+)'")


def project_variables(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The project's, and above them those that were given."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["revenue_funnel"]
    return {**project, **(given or {})}


def misspelt(given: Mapping[str, Any], project: Path = ROOT) -> str:
    """A sentence about a var that nobody reads and that looks like one which is needed, or nothing.
    Vars that only the company's own models read are its own affair."""
    listed: dict[str, str] = {}
    for folder in dict.fromkeys((ROOT, project)):
        path = folder / "dbt_project.yml"
        listed |= dict.fromkeys(_flat(yaml.safe_load(path.read_text()).get("vars")), str(path))
    asked = {
        name
        for folder in ("macros", "models", "tests", "analyses")
        for path in (ROOT / folder).rglob("*.sql")
        for name in ASKED.findall(path.read_text())
    }
    missing = asked - listed.keys() - given.keys()
    for name, place in listed.items():
        if name not in asked and (near := difflib.get_close_matches(name, missing, 1, 0.75)):
            return f"{place}: nothing reads the var {name}, and {near[0]} is missing: rename it."
    for name in given.keys() - listed.keys() - asked:
        if near := difflib.get_close_matches(name, listed.keys(), 1, 0.75):
            return f"--vars: there is no var {name} (did you mean {near[0]}?)."
    return ""


def _flat(variables: Any) -> dict[str, Any]:
    """Vars may stand under the name of the project."""
    found: dict[str, Any] = {}
    for name, value in (variables or {}).items():
        found |= value if name == "revenue_funnel" and isinstance(value, dict) else {name: value}
    return found
