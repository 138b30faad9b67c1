"""The command line: `funnel <command>`.

A command imports what it runs when it runs, so that `--help` answers at once."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from funnel.benchmarks.commands import benchmark
from funnel.options import (
    BACKUPS,
    FILE,
    FOLDER,
    MOMENT,
    database_option,
    same_vars_option,
    settings_option,
    target_option,
    vars_option,
)
from funnel.places import ROOT
from funnel.progress import be_quiet

EXIT_CODES = """
\b
Exit codes: 0 all is good; 1 a test, a rule or an agreement does not hold, or there is
nothing to read; 2 the command, its options or a settings file are wrong.
"""


@click.group(
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--quiet", is_flag=True, help="No progress: results and faults only.")
def funnel(quiet: bool) -> None:
    """Revenue Funnel: build the warehouse, read it, check it, publish it."""
    if quiet:
        be_quiet()


@funnel.command()
@database_option
@target_option
@vars_option
@click.option("--force", is_flag=True, help="Build even when nothing changed.")
@click.option(
    "--project-dir",
    type=FOLDER,
    default=ROOT,
    help="Project to build: one that installs this one as a package. Default: this one.",
)
def build(
    database: Path, target: Path, variables: dict[str, Any], force: bool, project_dir: Path
) -> None:
    """Build and test the models, and print a summary.

    \b
    Example: funnel build --vars '{cutoff: 2026-06-01}'
    """
    from funnel.build import build_warehouse
    from funnel.summary import show_summary

    code = build_warehouse(database, target, variables, force, project_dir)
    sys.exit(code or show_summary(database))


@funnel.command("unit-test")
@database_option
@target_option
@vars_option
@click.option(
    "--own-data", is_flag=True, help="Leave out those whose rows have the columns of the demo."
)
def unit_test(database: Path, target: Path, variables: dict[str, Any], own_data: bool) -> None:
    """Run dbt's unit tests: each branch of the models, on rows written by hand.

    \b
    Example: funnel unit-test
    """
    from funnel.build import run_unit_tests

    sys.exit(run_unit_tests(database, target, variables, own_data))


@funnel.command()
@database_option
def summary(database: Path) -> None:
    """Print the summary of the last build.

    \b
    Example: funnel summary
    """
    from funnel.summary import show_summary

    sys.exit(show_summary(database))


@funnel.command()
@database_option
@same_vars_option
@click.option("--out", type=FILE, help="File to write. Default: report.html beside the database.")
@click.option("--if-changed", is_flag=True, help="Leave a report that is newer than the build.")
def report(database: Path, variables: dict[str, Any], out: Path | None, if_changed: bool) -> None:
    """Write the report of the last build: one HTML file that opens without a network.

    \b
    Example: funnel report --out warehouse/report.html
    """
    from funnel.report.command import show_report

    sys.exit(show_report(database, out, variables, if_changed))


@funnel.command()
@database_option
@click.option(
    "--people", type=click.IntRange(min=1), default=8_000, show_default=True, help="How many."
)
@click.option("--seed", default=7, show_default=True, help="Another seed, another company.")
@click.option(
    "--until",
    type=MOMENT,
    default="2026-07-01",
    show_default=True,
    help="Land only what happened before this moment (UTC).",
)
@click.option("--quiet", is_flag=True, help="No meaning drifts in the last months.")
@click.option(
    "--look",
    "looks",
    type=MOMENT,
    multiple=True,
    help="Earlier moment at which the systems were read, so that rows which they erased since have"
    " been seen; can be given several times.",
)
@click.option(
    "--out", type=FOLDER, default=Path("data/demo"), show_default=True, help="Folder to write."
)
@click.option("--no-load", is_flag=True, help="Write the files only.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "postgres", "spark"]),
    default="duckdb",
    show_default=True,
    help="Where to load it: for PostgreSQL and Spark see docs/engines.md.",
)
def demo(
    database: Path,
    people: int,
    seed: int,
    until: datetime,
    quiet: bool,
    looks: tuple[datetime, ...],
    out: Path,
    no_load: bool,
    engine: str,
) -> None:
    """Generate a software company as its connectors land it, and load it.

    \b
    Example: funnel demo --people 1500 --seed 8 --database warehouse/small.duckdb
    """
    from funnel.demo.command import (
        generate_demo,
        load_demo,
        load_demo_into_postgres,
        load_demo_into_spark,
    )

    code = generate_demo(people, seed, until, out, quiet, looks)
    if code or no_load:
        sys.exit(code)
    if engine == "duckdb":
        sys.exit(load_demo(out, database))
    sys.exit(load_demo_into_postgres(out) if engine == "postgres" else load_demo_into_spark(out))


@funnel.command()
@database_option
@click.option("--schema", default="marts", show_default=True, help="Whose tables are compared.")
@click.option(
    "--engine",
    type=click.Choice(["postgres", "spark"]),
    default="postgres",
    show_default=True,
    help="Which engine's tables they are compared with.",
)
def parity(database: Path, schema: str, engine: str) -> None:
    """Compare the published tables of the DuckDB file with another engine's, row by row.

    \b
    Example: funnel parity --database warehouse/revenue_funnel.duckdb
    """
    from funnel.parity import show_parity

    sys.exit(show_parity(database, engine, schema))


@funnel.command()
@database_option
@click.option(
    "--engine",
    type=click.Choice(["postgres", "spark"]),
    default="postgres",
    show_default=True,
    help="Where dbt has built.",
)
def copy(database: Path, engine: str) -> None:
    """Copy the warehouse of PostgreSQL or Spark into a DuckDB file, which the other commands read.

    A file in which a build has kept its history is refused; a copy is replaced by the next one.

    \b
    Example: funnel copy --engine spark --database warehouse/copied.duckdb
    """
    from funnel.copy_warehouse import copy_warehouse

    sys.exit(copy_warehouse(database, engine))


@funnel.command()
@database_option
@click.option("--draft", default="all", show_default=True, help="Version to try, such as 3.")
@click.option("--by", type=click.Choice(["funnel", "first_channel"]), help="A row for each.")
def backtest(database: Path, draft: str, by: str | None) -> None:
    """Compare what each version of the lead definition, and each draft, would have counted.

    \b
    Example: funnel backtest --draft 3 --by funnel
    """
    from funnel.backtest import show_backtest

    sys.exit(show_backtest(database, draft, by))


@funnel.command()
@database_option
@same_vars_option
@click.option(
    "--project-dir", type=FOLDER, default=ROOT, help="Project whose seeds are tried. Default: here."
)
def preview(database: Path, variables: dict[str, Any], project_dir: Path) -> None:
    """Show what the identity overrides would change, in a copy of the warehouse.

    \b
    Example: funnel preview
    """
    from funnel.preview import preview_overrides

    sys.exit(preview_overrides(database, variables, project_dir))


@funnel.command()
@database_option
@settings_option
@click.option("--only-show", is_flag=True, help="Send nothing.")
def alerts(database: Path, settings: Path, only_show: bool) -> None:
    """Show the open alerts, and send new ones to the channels of alerts.yml.

    \b
    Example: funnel alerts --only-show
    """
    from funnel.alerts.command import send_alerts

    sys.exit(send_alerts(database, settings, only_show))


@funnel.command()
@database_option
@settings_option
@same_vars_option
@click.option("--only-show", is_flag=True, help="Send nothing.")
@click.option("--link", default="", help="Where readers open the report, such as an address.")
def digest(
    database: Path, settings: Path, variables: dict[str, Any], only_show: bool, link: str
) -> None:
    """Send the first screen of the report to the channels of alerts.yml, once per week.

    \b
    Example: funnel digest --only-show
    """
    from funnel.report.digest import send_digest

    sys.exit(send_digest(database, settings, variables, only_show, link))


@funnel.command()
@database_option
@same_vars_option
@click.option(
    "--out", type=FOLDER, default=Path("target/validation"), show_default=True, help="The pages."
)
def validate(database: Path, variables: dict[str, Any], out: Path) -> None:
    """Check that the data still means what was agreed, with Great Expectations.

    \b
    Example: funnel validate
    """
    from funnel.expectations.command import validate_build

    sys.exit(validate_build(database, variables, out))


@funnel.command()
@database_option
@settings_option
@click.option("--out", type=FILE, help="File for readers. Default: published.duckdb beside it.")
@click.option(
    "--pages", type=FOLDER, default=Path("target/validation"), show_default=True, help="The pages."
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many publications stay, so that you can go back.",
)
def publish(database: Path, settings: Path, out: Path | None, pages: Path, keep: int) -> None:
    """Validate the last good build, publish it for readers, and send alerts.

    \b
    Example: funnel publish --out /srv/bi/published.duckdb
    """
    from funnel.publish import publish_build

    sys.exit(publish_build(database, out, settings, pages, keep))


@funnel.command()
@click.option("--readers", metavar="ROLE", help="A role that may read what is published.")
def publish_on_postgres(readers: str | None) -> None:
    """Show readers what was built on PostgreSQL: all tables at once, in the schema published.

    \b
    Example: funnel publish-on-postgres --readers revenue_funnel_readers
    """
    from funnel.publish_on_postgres import publish_on_postgres

    sys.exit(publish_on_postgres(readers))


@funnel.command()
@database_option
@click.option("--out", type=FILE, help="File for readers. Default: published.duckdb beside it.")
def publications(database: Path, out: Path | None) -> None:
    """List the publications that are kept; a star marks the one that readers see.

    \b
    Example: funnel publications
    """
    from funnel.publish import beside, list_publications

    sys.exit(list_publications(out or beside(database)))


@funnel.command()
@database_option
@click.option("--out", type=FILE, help="File for readers. Default: published.duckdb beside it.")
@click.option("--to", "name", help="Name of a publication. Default: the one before.")
def rollback(database: Path, out: Path | None, name: str | None) -> None:
    """Show readers an earlier publication again.

    \b
    Example: funnel rollback --to 2026-07-01T051500
    """
    from funnel.publish import beside, roll_back

    sys.exit(roll_back(out or beside(database), name))


@funnel.group()
def history() -> None:
    """Back up and restore what no build can make again."""


@history.command()
@database_option
@click.option(
    "--to", "folder", type=FOLDER, default=BACKUPS, show_default=True, help="Folder to write."
)
def backup(database: Path, folder: Path) -> None:
    """Write the schema history to a folder; the last backup is kept next to it.

    \b
    Example: funnel history backup --to backups/history
    """
    from funnel.history import backup as write_backup
    from funnel.history import report

    sys.exit(report(database, lambda: write_backup(database, folder)))


@history.command()
@database_option
@click.option(
    "--from", "folder", type=FOLDER, default=BACKUPS, show_default=True, help="The backup."
)
@click.option("--force", is_flag=True, help="Replace newer history, too.")
def restore(database: Path, folder: Path, force: bool) -> None:
    """Put a backup of the history into the warehouse; works before the first build, too.

    \b
    Example: funnel history restore --from backups/history
    """
    from funnel.aside import AsideError, alone
    from funnel.history import report
    from funnel.history import restore as read_backup

    try:
        with alone(database):
            code = report(database, lambda: read_backup(database, folder, force))
    except AsideError as error:
        sys.exit(str(error))
    sys.exit(code)


@funnel.command()
@database_option
@click.option("--out", type=FOLDER, required=True, help="New folder for the project.")
@click.option("--system", default="", help="Name of your system, which is its schema: crm.")
@click.option("--entities", default="", help="What it provides: people,touches,opportunities.")
@click.option(
    "--recipe", help="A company with made-up rows in place of yours: see docs/connect.md."
)
@click.option("--currency", default="USD", show_default=True, help="Currency of the marts.")
@click.option(
    "--package", default=str(ROOT), help="Folder of Revenue Funnel, as the project installs it."
)
def scaffold(
    database: Path,
    out: Path,
    system: str,
    entities: str,
    recipe: str | None,
    currency: str,
    package: str,
) -> None:
    """Write a project for your own tables: staging models, counts of rows, and seeds to fill.

    \b
    Example: funnel scaffold --out my_funnel --system crm --entities people,opportunities
    """
    from funnel.scaffold import read_recipe, recipe_names, write_recipe, write_scaffold

    if recipe is not None:
        if recipe not in recipe_names():
            sys.exit(f"There is no recipe {recipe}; use {', '.join(recipe_names())}.")
        if system or entities:
            raise click.UsageError("A recipe has its own system and entities: leave them out.")
        sys.exit(write_recipe(out, read_recipe(recipe), package, database))
    if not system or not entities:
        raise click.UsageError("Say --system and --entities, or --recipe.")
    names = [name.strip() for name in entities.split(",") if name.strip()]
    sys.exit(write_scaffold(out, system, names, currency, package, database))


@funnel.command()
@database_option
@click.option(
    "--list",
    "listed",
    type=FILE,
    required=True,
    help="File with one person per line: an e-mail address, or a system and an id (hubspot,501).",
)
@click.option("--only-show", is_flag=True, help="Change nothing; list the rows.")
@click.option(
    "--out", type=FILE, help="File for the rows to delete in the sources. Default: they are shown."
)
def erase(database: Path, listed: Path, only_show: bool, out: Path | None) -> None:
    """Erase persons: with the next build only anonymous rows of them stay (docs/erasure.md).

    \b
    Example: funnel erase --list persons.txt --out rows_to_delete.csv
    """
    from funnel.erasure.command import erase_persons

    sys.exit(erase_persons(database, listed, only_show, out))


@funnel.group(invoke_without_command=True)
@database_option
@click.option(
    "--target", type=FOLDER, default=Path("target/docs"), show_default=True, help="The pages."
)
@same_vars_option
@click.pass_context
def docs(context: click.Context, database: Path, target: Path, variables: dict[str, Any]) -> None:
    """Make dbt's documentation of every table as one file that opens without a network.

    \b
    Example: funnel docs
    """
    from funnel.docs.site import build_site

    if context.invoked_subcommand is None:
        sys.exit(build_site(database, target, variables))


@docs.command()
@click.option(
    "--target",
    type=FOLDER,
    default=ROOT / "target" / "pages",
    help="dbt's own files for it. Default: target/pages.",
)
def pages(target: Path) -> None:
    """Write docs/reference and the drawing in README.md from the descriptions in yml.

    \b
    Example: funnel docs pages
    """
    from funnel.docs.pages import write_pages

    sys.exit(write_pages(target))


@funnel.group()
def metrics() -> None:
    """The KPIs as metrics of dbt's semantic layer."""


@metrics.command()
def write() -> None:
    """Write models/semantic/_kpi_metrics.yml, the metrics of the seed kpi_list.

    \b
    Example: funnel metrics write
    """
    from funnel.metrics.generate import write_metrics

    sys.exit(write_metrics())


@metrics.command()
@click.option(
    "--to",
    "out",
    type=FILE,
    default=Path("target/revenue_funnel.osi.yaml"),
    show_default=True,
    help="File to write.",
)
def export(out: Path) -> None:
    """Write the metrics as an Open Semantic Interchange file, for other tools.

    \b
    Example: funnel metrics export --to target/revenue_funnel.osi.yaml
    """
    from funnel.metrics.osi import export_osi

    sys.exit(export_osi(out))


@funnel.command()
@database_option
@click.option(
    "--published", type=FILE, help="File for readers. Default: published.duckdb beside it."
)
def mcp(database: Path, published: Path | None) -> None:
    """Answer agents about the published KPIs, on standard input and output. It only reads.

    \b
    Example: funnel mcp --published /srv/bi/published.duckdb
    """
    from funnel.agents.server import serve
    from funnel.publish import beside

    sys.exit(serve(published or beside(database)))


@funnel.command()
def countries() -> None:
    """Write the seed country_names, the ways to write a country, from Unicode's lists of names.

    \b
    Example: funnel countries
    """
    from funnel.countries import write_countries

    sys.exit(write_countries())


@funnel.command()
@click.option("--rules", is_flag=True, help="List the rules and stop.")
@click.option(
    "--target", type=FOLDER, default=ROOT / "target" / "check", help="dbt's own files for it."
)
def check(rules: bool, target: Path) -> None:
    """Hold the project to its architecture: layers, names, one definition. Needs no warehouse.

    \b
    Example: funnel check --rules
    """
    try:
        from funnel.check.command import check_project, list_rules
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the check needs {error.name}, which only developers need: run make check, which"
            " installs requirements-dev.txt first."
        ) from None

    sys.exit(list_rules() if rules else check_project(target))


@funnel.command()
@click.option(
    "--database",
    type=FILE,
    help="Built demo of which copies are used. Default: one of 1,500 people is built for it.",
)
@vars_option
@click.option("--count", default=300, show_default=True, help="Mutations, spread over folders.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other mutations.")
@click.option("--folder", "folders", multiple=True, help="Only of this subject, such as planning.")
@click.option("--again", type=FILE, help="Try those that this list shows as not caught.")
@click.option(
    "--least",
    default=85.0,
    show_default=True,
    help="Percent of the mutations with an effect that must be caught in each folder.",
)
@click.option("--processes", default=2, show_default=True, help="Mutations tried at once.")
@click.option(
    "--out", type=FILE, default=Path("target/mutations.csv"), show_default=True, help="The list."
)
def mutate(
    database: Path | None,
    variables: dict[str, Any],
    count: int,
    seed: int,
    folders: tuple[str, ...],
    again: Path | None,
    least: float,
    processes: int,
    out: Path,
) -> None:
    """Measure the tests: plant mistakes in copies of the models, list what no dbt test catches.

    \b
    Example: funnel mutate --folder planning --count 40 --seed 2
    Again:   funnel mutate --again target/mutations.csv --out target/again.csv
    """
    from funnel.mutation.command import mutate_models

    sys.exit(mutate_models(database, variables, count, seed, folders, again, least, processes, out))


funnel.add_command(benchmark)
