"""Writes small dbt projects of companies unlike the demo, which install this one as a package."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

from funnel.places import ROOT
from funnel.scaffold import SEEDS as SCAFFOLDED
from funnel.scaffold import neutral_agreements, write_scaffold
from funnel.seeds.describe import describe_seeds
from tests.python.canaries import canary_models, land_canaries

Row = Mapping[str, Any]
PEOPLE, COMPANIES, OPPORTUNITIES = 40, 12, 30
TYPES = {
    "id": "varchar",
    "email": "varchar",
    "company": "varchar",
    "name": "varchar",
    "person": "varchar",
    "kind": "varchar",
    "channel": "varchar",
    "employees": "bigint",
    "amount": "decimal(28, 4)",
    "currency": "varchar",
    "is_won": "boolean",
    "is_closed": "boolean",
    "created_at": "timestamp",
    "closed_at": "timestamp",
    "occurred_at": "timestamp",
    "ended_at": "timestamp",
}
STAGING = {
    "people": "id as record_id, email, company as company_record_id, created_at",
    "companies": "id as company_record_id, name, employees",
    "touches": "id as touch_id, person as record_id, kind, channel as channel_label, occurred_at",
    "opportunities": "id as opportunity_id, company as company_record_id, person as"
    " primary_record_id, amount, currency, is_won, is_closed, created_at, closed_at",
    "subscriptions": "id as subscription_id, company as customer_record_id, amount as"
    " monthly_amount, currency, occurred_at as started_at, ended_at",
    "payments": "id as payment_id, company as customer_record_id, amount, currency, occurred_at as"
    " paid_at",
}
"""The columns of each entity, out of a table of the same name."""


@dataclass(frozen=True)
class Company:
    """A company of the package tests: what it records, until when, and in which money."""

    name: str
    entities: tuple[str, ...] = ("people", "companies", "touches", "opportunities")
    until: datetime = datetime(2026, 7, 1)
    currency: str = "EUR"
    amount: int = 1000
    has_dates: bool = True
    schema: str = "main"
    # Texts that must not be published, in each text column of each entity: see canaries.py.
    has_canaries: bool = False
    # Its tables have the columns of the entities, and `funnel scaffold` writes its project.
    is_scaffolded: bool = False
    vars: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> dict[str, list[Row]]:
        """Forty people of twelve companies, thirty opportunities, a third of each outcome."""
        random = Random(5)

        def moment(days: int) -> datetime | None:
            return (
                self.until - timedelta(days, random.randrange(80_000)) if self.has_dates else None
            )

        made: dict[str, list[Row]] = {entity: [] for entity in self.entities}
        for number in range(COMPANIES):
            employees = (5, 50, 500, 5000)[number % 4]
            firm = {"id": f"c{number}", "name": f"Firm {number}", "employees": employees}
            made.get("companies", []).append(firm)
        for number in range(PEOPLE):
            company, days = f"c{number % COMPANIES}", 30 + 12 * number
            address = f"p{number}@firm{number % COMPANIES}.example"
            row = {"id": f"p{number}", "email": address, "company": company}
            made.get("people", []).append({**row, "created_at": moment(days)})
            touch = {"id": f"t{number}", "person": f"p{number}", "kind": "form_submitted"}
            occurred = {"channel": "organic_search", "occurred_at": moment(days - 2)}
            made.get("touches", []).append({**touch, **occurred})
        for number in range(OPPORTUNITIES):
            made.get("opportunities", []).append(self._opportunity(number, moment))
            bill = {"id": f"b{number}", "company": f"c{number % COMPANIES}"}
            money = {"amount": self.amount * (1 + number) / 12, "currency": self.currency}
            made.get("payments", []).append({**bill, **money, "occurred_at": moment(number + 1)})
        for number in range(COMPANIES):
            price = {"amount": self.amount * (1 + number), "currency": self.currency}
            times = {"occurred_at": moment(300 + number), "ended_at": None}
            who = {"id": f"s{number}", "company": f"c{number}"}
            made.get("subscriptions", []).append({**who, **price, **times})
        return made

    def _opportunity(self, number: int, moment: Any) -> Row:
        is_closed, is_won = number % 3 > 0, number % 3 == 1
        row = {"id": f"o{number}", "company": f"c{number % COMPANIES}", "person": f"p{number}"}
        money = {"amount": self.amount * (1 + number), "currency": self.currency}
        flags = {"is_won": is_won, "is_closed": is_closed}
        times = {"created_at": moment(20 + 12 * number)}
        times["closed_at"] = moment(10 + 8 * number) if is_closed else None
        return {**row, **money, **flags, **times}


# The definition that a scaffolded project begins with; the rest of the seeds is this company's own.
SEEDS = {
    **{
        name: SCAFFOLDED[name]
        for name in (
            "lead_definition_versions",
            "lead_definition_rules",
            "lead_definition_scores",
            "lead_definition_agreements",
            "exchange_rates",
        )
    },
    "email_domains": "domain,kind\ngmail.com,free\nown.example,internal\n",
    "holidays": "holiday_date,holiday_name,funnel\n",
    "kpi_targets": "metric,funnel,team,system,owner,period_kind,period_start,target,agreed_on\n",
    "acquisition_costs": "cost_month,team,cost_kind,amount\n",
    "owner_capacity": "funnel,planning_node,owner,weekly_count\n",
    "planning_scenarios": """scenario,funnel,lever,from_node,new_value,factor
dearer,,price,,,1.1
""",
    "targets": """\
funnel,target_month,target_amount,new_share,expansion_share,renewal_share,marketing_agreed_on,\
sales_agreed_on,account_services_agreed_on
smb,{month},{target},1,0,0,{agreed},{agreed},{agreed}
unknown,{month},{target},1,0,0,{agreed},{agreed},{agreed}
""",
}


def write_project(company: Company, folder: Path) -> Path:
    """The project's folder, with its raw tables in the warehouse's own file."""
    project = folder / company.name
    (project / "models").mkdir(parents=True)
    (project / "seeds").mkdir()
    (project / "dbt_project.yml").write_text(json.dumps(_settings(company)))
    (project / "packages.yml").write_text(
        json.dumps({"packages": [{"local": str(package_in(folder))}]})
    )
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text())
    outputs = profiles["revenue_funnel"]["outputs"]["duckdb"] | {"schema": company.schema}
    profile = {company.name: {"target": "duckdb", "outputs": {"duckdb": outputs}}}
    (project / "profiles.yml").write_text(yaml.safe_dump(profile))
    words = {
        "currency": company.currency,
        "month": f"{company.until:%Y-%m}-01",
        "target": 10 * company.amount,
        "agreed": f"{company.until - timedelta(20):%Y-%m-%d}",
    }
    for name, rows in SEEDS.items():
        (project / "seeds" / f"{name}.csv").write_text(rows.format(**words))
    (project / "seeds" / "data_agreements.csv").write_text(neutral_agreements())
    for path, text_of_model in _models(company):
        (project / "models" / path).write_text(text_of_model)
    install(project)
    return project


def scaffold(company: Company, folder: Path) -> Path:
    """The project as `funnel scaffold` writes it, without a change but the cutoff."""
    project, package = folder / company.name, str(package_in(folder))
    database = folder / f"{company.name}.duckdb"
    made = write_scaffold(project, "crm", company.entities, company.currency, package, database)
    assert made == 0
    settings = project / "dbt_project.yml"
    settings.write_text(
        settings.read_text().replace("cutoff: now", f"cutoff: {company.until:%Y-%m-%d}")
    )
    install(project)
    return project


def install(project: Path) -> None:
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    assert dbtRunner().invoke(["deps", "--quiet", *places]).success


def package_in(folder: Path) -> Path:
    """What a user installs: the project without its tests in Python and its surroundings."""
    package = folder / "package"
    if not package.exists():
        package.mkdir()
        for part in ("dbt_project.yml", "models", "macros", "seeds", "tests"):
            (package / part).symlink_to(ROOT / part)
    return package


def _settings(company: Company) -> dict[str, Any]:
    described = describe_seeds(ROOT / "seeds")
    typed = {
        name: {"+column_types": dict(described[name].types)} for name in (*SEEDS, "data_agreements")
    }
    return {
        "name": company.name,
        "version": "1.0.0",
        "profile": company.name,
        "flags": {
            "send_anonymous_usage_stats": False,
            "require_ref_prefers_node_package_to_root": True,
            "warn_error_options": {"silence": ["PackageNodeDependsOnRootProjectNode"]},
        },
        "vars": {
            "revenue_funnel": {
                "cutoff": f"{company.until:%Y-%m-%d}",
                "systems": {"crm": list(company.entities)},
                "reporting_currency": company.currency,
                "default_currency": company.currency,
                **company.vars,
            }
        },
        "models": {company.name: {"+materialized": "view", "+schema": "staging"}},
        "seeds": {
            company.name: {"+schema": "seeds", **typed},
            "revenue_funnel": {name: {"+enabled": False} for name in (*SEEDS, "data_agreements")},
        },
    }


def _models(company: Company) -> Iterator[tuple[str, str]]:
    """A view per entity, and the tables that they read."""
    for entity in company.entities if not company.has_canaries else ():
        origin = (
            f"'{entity}' as source_table, id as source_key, cast(null as varchar) as reason_code"
        )
        select = f"select {STAGING[entity]}, {origin} from {{{{ source('crm', '{entity}') }}}}"
        yield f"stg_crm__{entity}.sql", select
    if company.has_canaries:
        yield from canary_models()
    tables = [
        {"name": entity, "config": {"meta": {"rows_of": entity}}} for entity in company.entities
    ]
    yield "_sources.yml", json.dumps({"version": 2, "sources": [{"name": "crm", "tables": tables}]})


def land(company: Company, database: Path) -> None:
    """The company's tables, as its connector leaves them."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema crm")
        if company.has_canaries:
            land_canaries(connection)
            return
        for entity, rows in company.rows().items():
            columns = ", ".join(f"{name} {TYPES[name]}" for name in rows[0])
            connection.execute(f"create table crm.{entity} ({columns})")
            marks = ", ".join("?" for _ in rows[0])
            values = [list(row.values()) for row in rows]
            connection.executemany(f"insert into crm.{entity} values ({marks})", values)
            if company.is_scaffolded:
                connection.execute(
                    f"create or replace table crm.{entity} as select {STAGING[entity]}"
                    f" from crm.{entity}"
                )
