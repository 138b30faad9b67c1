"""Writes the metrics as an Open Semantic Interchange file, core specification 1.0.

Each semantic model is a dataset, each entity that another one has a relationship. A measure is a
field of its dataset, and a metric sums it. What needs a calendar to be added up (a balance such as
the open pipeline, a window of days) has no expression in the specification, and is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from funnel.metrics.generate import FILE
from funnel.places import ROOT
from funnel.variables import project_variables

SEMANTIC_MODELS = Path("models/semantic/_semantic_models.yml")
VERSION = "1.0"
DATABASE = "revenue_funnel"
REF = re.compile(r"ref\('(\w+)'\)")
VAR = re.compile(r"\{\{\s*var\('(\w+)'\)\s*\}\}")
FILTER = re.compile(r"\{\{\s*Dimension\('(\w+)__(\w+)'\)\s*\}\}")
INSTRUCTIONS = (
    "KPIs of a revenue funnel. Group by period with the field of the metric's dataset that is its"
    " time (custom extension), and give the status of the marts beside a number."
)
Entry = dict[str, Any]


def export_osi(out: Path, root: Path = ROOT) -> int:
    """Writes the file; how many metrics are in it, and which are not."""
    content, left_out = make_osi(root)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(yaml.safe_dump(content, sort_keys=False, width=120, allow_unicode=True))
    model = content["semantic_model"][0]
    print(f"{out}: {len(model['datasets'])} datasets, {len(model['metrics'])} metrics.")
    print(f"Left out, because they need a calendar: {', '.join(left_out)}.")
    return 0


def make_osi(root: Path = ROOT) -> tuple[Entry, list[str]]:
    """The content of the file, and the KPIs that it can't express."""
    variables = project_variables()
    text = VAR.sub(
        lambda found: str(variables[found.group(1)]), (root / SEMANTIC_MODELS).read_text()
    )
    models = yaml.safe_load(text)["semantic_models"]
    metrics = yaml.safe_load((root / FILE).read_text())["metrics"]
    writer = _Writer(models, metrics, _schemas(root))
    written = {metric["name"]: writer.metric(metric) for metric in metrics}
    content = {
        "semantic_model": [
            {
                "name": DATABASE,
                "description": "One revenue funnel of marketing, sales and account services.",
                "ai_context": {"instructions": INSTRUCTIONS},
                "datasets": [writer.dataset(model) for model in models],
                "relationships": list(writer.relationships()),
                "metrics": [entry for entry in written.values() if entry],
            }
        ]
    }
    kpis = (metric for metric in metrics if metric["config"]["meta"]["kpi"])
    return content, [metric["name"] for metric in kpis if not written[metric["name"]]]


class _Writer:
    """Knows all semantic models and metrics while it writes one of them."""

    def __init__(
        self, models: list[Entry], metrics: list[Entry], schemas: Mapping[str, str]
    ) -> None:
        self.models, self.schemas = models, schemas
        self.metrics = {metric["name"]: metric for metric in metrics}
        self.owners = {
            measure["name"]: model for model in models for measure in model.get("measures", [])
        }
        self.keys = {
            entity["name"]: (model["name"], entity["expr"])
            for model in models
            for entity in model.get("entities", [])
            if entity["type"] == "primary"
        }

    def dataset(self, model: Entry) -> Entry:
        table = REF.findall(model["model"])[0]
        primary = [e["expr"] for e in model.get("entities", []) if e["type"] == "primary"]
        return {
            "name": model["name"],
            "source": f"{DATABASE}.{self.schemas.get(table, 'seeds')}.{table}",
            **({"primary_key": primary} if primary else {}),
            "description": model["description"],
            "fields": list(self._fields(model)),
        }

    def _fields(self, model: Entry) -> Iterator[Entry]:
        for entity in model.get("entities", []):
            yield _field(entity["expr"], entity["expr"], f"Key of the {entity['name']}.", False)
        keys = {entity["expr"] for entity in model.get("entities", [])}
        for dimension in model.get("dimensions", []):
            if dimension["name"] not in keys:
                is_time = dimension["type"] == "time"
                expression = str(dimension.get("expr", dimension["name"]))
                yield _field(dimension["name"], expression, dimension["description"], is_time)
        for measure in model.get("measures", []):
            expression = str(measure.get("expr", measure["name"]))
            yield _field(measure["name"], expression, measure["description"], None)

    def relationships(self) -> Iterator[Entry]:
        for model in self.models:
            for entity in model.get("entities", []):
                to, column = self.keys[entity["name"]]
                if entity["type"] == "foreign":
                    yield {
                        "name": f"{model['name']}_{entity['name']}",
                        "from": model["name"],
                        "to": to,
                        "from_columns": [entity["expr"]],
                        "to_columns": [column],
                    }

    def metric(self, metric: Entry) -> Entry | None:
        expression = self._expression(metric)
        if expression is None:
            return None
        meta = metric["config"]["meta"]
        time = {measure: self._time(measure) for measure in self._measures(metric)}
        data = {**meta, "label": metric["label"], "time": time}
        return {
            "name": metric["name"],
            "expression": _dialects(expression),
            "description": metric["description"],
            "custom_extensions": [{"vendor_name": "DBT", "data": json.dumps(data)}],
        }

    def _expression(self, metric: Entry) -> str | None:
        """An aggregate; none where it is a balance or a window, or made of one."""
        parameters = metric["type_params"]
        if metric["type"] == "simple":
            return self._sum(parameters["measure"]["name"], metric.get("filter", ""))
        if metric["type"] == "ratio":
            parts = [parameters[part] for part in ("numerator", "denominator")]
            upper, lower = (self._expression(self.metrics[part]) for part in parts)
            return f"{upper} / NULLIF({lower}, 0)" if upper and lower else None
        return None

    def _sum(self, measure: str, condition: str) -> str:
        dataset = self.owners[measure]["name"]
        column = f"{dataset}.{measure}"
        if not condition:
            return f"SUM({column})"
        filters = FILTER.sub(lambda found: f"{dataset}.{found.group(2)}", condition)
        return f"SUM(CASE WHEN {filters} THEN {column} END)"

    def _measures(self, metric: Entry) -> list[str]:
        parameters = metric["type_params"]
        if metric["type"] == "simple":
            return [parameters["measure"]["name"]]
        parts = [self.metrics[parameters[part]] for part in ("numerator", "denominator")]
        return [measure for part in parts for measure in self._measures(part)]

    def _time(self, measure: str) -> str:
        """The field by which the measure is cut into periods."""
        model = self.owners[measure]
        own = next(each for each in model["measures"] if each["name"] == measure)
        dimension = own.get("agg_time_dimension", model["defaults"]["agg_time_dimension"])
        return f"{model['name']}.{dimension}"


def _field(name: str, expression: str, description: str, is_time: bool | None) -> Entry:
    return {
        "name": name,
        "expression": _dialects(" ".join(expression.split())),
        **({} if is_time is None else {"dimension": {"is_time": is_time}}),
        "description": description,
    }


def _dialects(expression: str) -> Entry:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": expression}]}


def _schemas(root: Path) -> dict[str, str]:
    """The schema of each model: that of its folder."""
    return {
        path.stem: path.relative_to(root / "models").parts[0]
        for path in (root / "models").rglob("*.sql")
    }
