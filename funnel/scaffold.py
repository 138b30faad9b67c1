"""Writes a project for a company's own tables, which installs this one as a package: a typed
staging model for each entity, the counts of rows, and the seeds that a company must write, with
neutral rows. It builds as it is; what is the company's own is then written into it.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from funnel.places import ROOT
from funnel.seeds.describe import describe_seeds

RECIPES = ROOT / "examples" / "recipes"
# What of a recipe's folder is no part of the project that is written.
NOT_COPIED = ("recipe.yml", "rows.sql")
TYPES = {"text": "varchar", "decimal": "decimal(18, 4)"}
# The columns that identify a row, where it is not the first one alone.
KEYS = {
    "person_links": ("record_id", "other_record_id", "link_kind"),
    "stage_claims": ("record_id", "label", "claimed_at"),
    "attribute_changes": ("record_id", "entity", "attribute", "changed_at"),
    "opportunity_people": ("opportunity_id", "record_id"),
    "opportunity_changes": ("opportunity_id", "label", "changed_at"),
    "ad_spend": ("campaign", "channel_label", "spend_date"),
    "settings": ("kind", "name", "value"),
}
# Nothing of these is the same for two companies. The fingerprint is that of the rules and scores.
SEEDS = {
    "lead_definition_versions": """definition_version,valid_from,valid_to,fingerprint,summary
1,1990-01-01,,d1a27b0a67ca,Who asks to be contacted is a lead
""",
    "lead_definition_rules": """\
definition_version,stage,rule,attribute,operator,value,if_unknown,meaning
1,lead,evidence,evidence,is,form_submitted,fails,Asked to be contacted
1,mql,score,score,at_least,1,fails,Has a point
1,sql,evidence,evidence,is,sales_call,fails,Spoke with sales
""",
    "lead_definition_scores": "definition_version,kind,points\n1,form_submitted,1\n",
    "lead_definition_agreements": """definition_version,team,agreed_by,agreed_on
1,marketing,Head of Marketing,1990-01-01
1,sales,Head of Sales,1990-01-01
1,account_services,Head of Account Services,1990-01-01
""",
    "exchange_rates": "currency,valid_from,rate\n{currency},1990-01-01,1\n",
    "funnels": "funnel,funnel_name,employees_from,employees_to\nunknown,Size not known,,\n",
    # Only their first lines: who has no target, scenario or holiday has no rows.
    "targets": "",
    "kpi_targets": "",
    "owner_capacity": "",
    "acquisition_costs": "",
    "planning_scenarios": "",
    "holidays": "",
}
MODEL = """\
{{# Grain: one row per row of the table {entity}. Where a null stands, write the name of your column
   in its place, or leave the line out if you have none. The page of the entity in docs/reference
   says what each column means. #}}
select
{columns},
    '{entity}' as source_table,
    {key} as source_key,
    cast(null as varchar) as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{{{ source('{system}', '{entity}') }}}} as landed
"""


@dataclass(frozen=True)
class Recipe:
    """A company with made-up rows, whose project shows one case: a folder of examples/recipes."""

    name: str
    system: str
    entities: tuple[str, ...]
    currency: str
    # The tables that its own staging models read, with the entity whose rows they are, where they
    # are not named like the entities.
    tables: Mapping[str, str] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return RECIPES / self.name

    @property
    def rows(self) -> str:
        """The SQL that makes its tables."""
        return (self.folder / "rows.sql").read_text()


def recipe_names() -> list[str]:
    return sorted(path.parent.name for path in RECIPES.glob("*/recipe.yml"))


def read_recipe(name: str) -> Recipe:
    described = yaml.safe_load((RECIPES / name / "recipe.yml").read_text())
    described["entities"] = tuple(described.get("entities", ()))
    return Recipe(name, **described)


def write_recipe(out: Path, recipe: Recipe, package: str, database: Path) -> int:
    """The made-up tables in a file of their own, and the project that reads them."""
    if out.exists() and any(out.iterdir()):
        print(f"{out} holds files: choose a folder of its own.", file=sys.stderr)
        return 1
    if database.exists():
        print(
            f"{database} exists, and the recipe's rows are made up: name a new file"
            " with --database.",
            file=sys.stderr,
        )
        return 1
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute(f"create schema {recipe.system}")
        connection.execute(recipe.rows)
        connection.execute("commit")
    code = write_scaffold(
        out, recipe.system, recipe.entities, recipe.currency, package, database, recipe
    )
    if code == 0:
        ignored = shutil.ignore_patterns(*NOT_COPIED)
        shutil.copytree(recipe.folder, out, ignore=ignored, dirs_exist_ok=True)
    return code


def write_scaffold(
    out: Path,
    system: str,
    entities: Sequence[str],
    currency: str,
    package: str,
    database: Path,
    recipe: Recipe | None = None,
) -> int:
    """0, or 1 with the reason why nothing was written."""
    shapes = entity_shapes()
    unknown = [entity for entity in entities if entity not in shapes]
    if unknown or not (entities or recipe):
        print(f"There is no entity {', '.join(unknown)}; use {', '.join(shapes)}.", file=sys.stderr)
        return 1
    if not re.fullmatch("[a-z][a-z0-9_]*", system) or "__" in system:
        print(f"“{system}” is no name of a system: use a-z, 0-9 and _.", file=sys.stderr)
        return 1
    if out.exists() and any(out.iterdir()):
        print(f"{out} holds files: choose a folder of its own.", file=sys.stderr)
        return 1
    landed = _landed_columns(database, system)
    files = dict(_files(out.name, system, entities, currency, package, landed, recipe))
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for entity in entities:
        found = len(landed.get(entity, set()) & set(shapes[entity]))
        print(
            f"{system}.{entity}: {found} of {len(shapes[entity])} columns have the entity's names"
        )
    print(f"{out} holds {len(files)} files. Now: dbt deps, then dbt build, in that folder.")
    return 0


def entity_shapes() -> dict[str, dict[str, str]]:
    """The columns of each entity with their types, as the macro shape lists them."""
    text = (ROOT / "macros" / "sources" / "shape.sql").read_text()
    found = re.findall(r"'(\w+)': \{(.*?)\}", text, re.DOTALL)
    return {entity: dict(re.findall(r"'(\w+)': '(\w+)'", body)) for entity, body in found}


def _landed_columns(database: Path, system: str) -> dict[str, set[str]]:
    """The columns of the tables that are there already, in a schema named like the system."""
    if not database.exists():
        return {}
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select lower(table_name), list(lower(column_name)) from information_schema.columns"
            " where table_schema = ? group by all",
            [system],
        ).fetchall()
    return {table: set(columns) for table, columns in found}


def _files(
    name: str,
    system: str,
    entities: Sequence[str],
    currency: str,
    package: str,
    landed: Mapping[str, set[str]],
    recipe: Recipe | None,
) -> Iterator[tuple[str, str]]:
    """Each file of the project and what is in it."""
    project = re.sub(r"\W", "_", name.lower())
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text())["revenue_funnel"]
    outputs = {"duckdb": profile["outputs"]["duckdb"]}
    settings = _settings(project, system, entities, currency)
    if recipe:
        settings["vars"]["revenue_funnel"].update(recipe.vars)
        own = sorted(path.stem for path in recipe.folder.glob("seeds/*.csv"))
        _add_seeds(settings["seeds"], project, own)
    yield "dbt_project.yml", _yaml(settings)
    yield "packages.yml", _yaml({"packages": [{"local": package}]})
    yield "profiles.yml", _yaml({project: {"target": "duckdb", "outputs": outputs}})
    folder = f"models/staging/{system}"
    for entity in entities:
        # A recipe's own models are copied afterwards, and take the place of these.
        yield f"{folder}/stg_{system}__{entity}.sql", _model(system, entity, landed.get(entity))
    if entities:
        rows_of = (recipe and recipe.tables) or {entity: entity for entity in entities}
        tables = [
            {"name": table, "config": {"meta": {"rows_of": entity}}}
            for table, entity in rows_of.items()
        ]
        sources = {"version": 2, "sources": [{"name": system, "tables": tables}]}
        yield f"{folder}/_{system}__sources.yml", _yaml(sources)
    for seed, rows in seed_rows(currency).items():
        yield f"seeds/{seed}.csv", rows


def _model(system: str, entity: str, landed: set[str] | None) -> str:
    """Before the tables are there, each column is expected under the entity's own name."""
    shape = entity_shapes()[entity]
    lines = []
    for name, kind in shape.items():
        value = name if landed is None or name in landed else "null"
        lines.append(f"    cast({value} as {TYPES.get(kind, kind)}) as {name}")
    keys = KEYS.get(entity, tuple(shape)[:1])
    parts = [f"coalesce(cast({key} as varchar), '')" for key in keys if not landed or key in landed]
    key = " || '|' || ".join(parts) or "cast(null as varchar)"
    return MODEL.format(entity=entity, system=system, columns=",\n".join(lines), key=key)


def seed_rows(currency: str) -> dict[str, str]:
    """The seeds that a company must write, with neutral rows."""
    rows = {name: text.format(currency=currency) for name, text in SEEDS.items()}
    for name, text in rows.items():
        first = (ROOT / "seeds" / f"{name}.csv").read_text().splitlines()[0]
        rows[name] = text or f"{first}\n"
    domains = (ROOT / "seeds" / "email_domains.csv").read_text().splitlines()
    free = [line for line in domains[1:] if line.endswith(",free")]
    rows["email_domains"] = "\n".join([domains[0], *free]) + "\n"
    rows["data_agreements"] = neutral_agreements()
    return rows


def neutral_agreements() -> str:
    """The demo's of its first version that fit any company; a broken one is a warning but where
    rows are lost."""
    header, *lines = (ROOT / "seeds" / "data_agreements.csv").read_text().splitlines(keepends=True)
    own = [line for line in lines if line.startswith("1,") and "fill_rates," not in line]
    kept = [line for line in own if ",warning," in line or "source_reconciliation" in line]
    words = [line.replace(",error,", ",warning,") for line in own if "vocabulary" in line]
    return "".join([header, *kept, *words])


def _add_seeds(settings: dict[str, Any], project: str, names: Sequence[str]) -> None:
    """Further seeds of the project's own take the place of the package's."""
    described = describe_seeds(ROOT / "seeds")
    for name in names:
        settings[project][name] = {"+column_types": dict(described[name].types)}
        settings["revenue_funnel"][name] = {"+enabled": False}


def _settings(project: str, system: str, entities: Sequence[str], currency: str) -> dict[str, Any]:
    described = describe_seeds(ROOT / "seeds")
    names = list(seed_rows(currency))
    typed = {name: {"+column_types": dict(described[name].types)} for name in names}
    return {
        "name": project,
        "version": "0.1.0",
        "profile": project,
        "flags": {
            "send_anonymous_usage_stats": False,
            "require_ref_prefers_node_package_to_root": True,
            "warn_error_options": {"silence": ["PackageNodeDependsOnRootProjectNode"]},
        },
        "vars": {
            "revenue_funnel": {
                "cutoff": "now",
                "systems": {system: list(entities)},
                "reporting_currency": currency,
                "default_currency": currency,
            }
        },
        "models": {project: {"+materialized": "view", "+schema": "staging"}},
        "seeds": {
            project: {"+schema": "seeds", "+full_refresh": True, **typed},
            "revenue_funnel": {name: {"+enabled": False} for name in names},
        },
    }


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=120)
