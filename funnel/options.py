"""Options that several commands of the command line share."""

from pathlib import Path
from typing import Any

import click
import yaml

from funnel.places import DATABASE, ROOT


class Vars(click.ParamType[dict[str, Any]]):
    """Vars of the dbt project, as YAML or JSON."""

    name = "yaml"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> dict[str, Any]:
        try:
            found = yaml.safe_load(value) if isinstance(value, str) else value
        except yaml.YAMLError as error:
            self.fail(f"this is not YAML: {error}", param, context)
        if not isinstance(found or {}, dict):
            self.fail("write vars as '{name: value}', such as '{cutoff: 2026-07-01}'")
        return found or {}


FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
BACKUPS = Path("backups/history")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

database_option = click.option(
    "--database",
    type=FILE,
    envvar=DATABASE,
    default=Path("warehouse/revenue_funnel.duckdb"),
    show_default=True,
    show_envvar=True,
    help="DuckDB file of the warehouse.",
)
vars_option = click.option(
    "--vars",
    "variables",
    type=Vars(),
    default="{}",
    help="Vars of the project for this build, as YAML: '{cutoff: \"2026-06-01\"}'.",
)
same_vars_option = click.option(
    "--vars",
    "variables",
    type=Vars(),
    default="{}",
    help="The same vars that the build was run with, as YAML: '{cutoff: \"2026-06-01\"}'.",
)
target_option = click.option(
    "--target", type=FOLDER, default=Path("target"), show_default=True, help="dbt's own files."
)
settings_option = click.option(
    "--settings",
    type=FILE,
    default=ROOT / "alerts.yml",
    help="File that lists the channels. Default: alerts.yml.",
)
