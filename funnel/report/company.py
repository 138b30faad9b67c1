"""What every section needs: the names of teams and stages, the last periods, the caveats."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from funnel.report import words
from funnel.report.charts import SOFT, TEAMS
from funnel.report.read import Record, Rows

# Teams by what they do, whatever a company calls them (Company.roles).
FINDING, SELLING, KEEPING = "(finds leads)", "(sells)", "(keeps customers)"
# The first of these that is worse comes first.
SEVERITIES = ("error", "warning", "notice")


@dataclass(frozen=True)
class Company:
    """The rows of all queries, and names for what is in them."""

    rows: Mapping[str, Rows]
    as_of: date | None
    currency: str
    # The project's variables.
    variables: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def locale(self) -> str:
        """Of numbers and dates, such as en-GB."""
        return str(self.variables.get("report_locale", words.DEFAULT_LOCALE)).replace("_", "-")

    def money(self, value: Any) -> str:
        """An amount that stands alone."""
        return words.money(value, self.currency)

    def __getitem__(self, name: str) -> Rows:
        return self.rows[name]

    @cached_property
    def teams(self) -> dict[str, str]:
        return {row["team"]: row["team_name"] for row in self["teams"].records}

    @cached_property
    def stages(self) -> dict[str, str]:
        return {row["stage"]: row["stage_name"] for row in self["stages"].records}

    @cached_property
    def funnels(self) -> dict[str, str]:
        """Whole company first, then each market."""
        found = {row["funnel"]: row["funnel_name"] for row in self["funnels"].records}
        used = {row["funnel"] for row in self["review"].records}
        return {"all": "Whole company"} | {key: name for key, name in found.items() if key in used}

    @cached_property
    def channels(self) -> dict[str, str]:
        return {row["channel"]: row["channel_name"] for row in self["channels"].records}

    @cached_property
    def stage_teams(self) -> dict[str, str]:
        return {row["stage"]: row["owner_team"] for row in self["stages"].records}

    @cached_property
    def stages_to_win(self) -> list[str]:
        """The stages that lead to the win, in order, without it."""
        stages = [row for row in self["stages"].records if not row["is_exit"]]
        win = [row["stage_order"] for row in stages if row["planning_node"] == "win"]
        return [row["stage"] for row in stages if win and row["stage_order"] < max(win)]

    @cached_property
    def roles(self) -> dict[str, str | None]:
        """The teams that own the stages lead and win, and most of the stages after the win."""
        stages = [row for row in self["stages"].records if not row["is_exit"]]
        owners = {row["planning_node"]: row["owner_team"] for row in stages}
        to_win = {*self.stages_to_win, *(row["stage"] for row in stages if row["planning_node"])}
        later = Counter(row["owner_team"] for row in stages if row["stage"] not in to_win)
        selling = owners.get("win")
        keeping = later.most_common(1)[0][0] if later else selling
        return {FINDING: owners.get("lead"), SELLING: selling, KEEPING: keeping}

    def stage_of(self, name: str) -> str | None:
        """The stage of a planning node, whatever it is called; else the stage of that name."""
        nodes = {row["planning_node"]: row["stage"] for row in self["stages"].records}
        return nodes.get(name) or (name if name in self.stages else None)

    def team(self, code: str | None) -> str:
        code = self.roles.get(code or "", code)
        return "All teams" if code is None else self.teams.get(code, words.plain(code))

    def place_of(self, team: str) -> str:
        """Where the page begins to speak of what a team does; else its ground."""
        places = {FINDING: "#new-business", SELLING: "#pipeline", KEEPING: "#mrr"}
        return next((places[role] for role in places if self.roles.get(role) == team), "#ground")

    def stage(self, code: str | None) -> str:
        return words.NOTHING if code is None else self.stages.get(code, words.plain(code))

    def channel(self, code: str | None) -> str:
        return words.NOTHING if code is None else self.channels.get(code, words.plain(code))

    def number(self, team: str | None) -> int:
        """The place of a team among the teams, which gives its colour."""
        teams, team = list(self.teams), self.roles.get(team or "", team)
        return teams.index(team) % len(TEAMS) if team in teams else -1

    def colour(self, team: str | None) -> str:
        number = self.number(team)
        return SOFT if number < 0 else TEAMS[number]

    @cached_property
    def open_alerts(self) -> list[Record]:
        alerts = self["alerts"].records
        return [alert for alert in alerts if alert["status"] in ("open", "acknowledged")]

    @cached_property
    def recorded(self) -> set[str]:
        """The KPIs that have a value in some period."""
        columns = ("actual", "target", "prior_actual", "year_before_actual")
        return {
            row["metric"]
            for row in self["review"].records
            if any(row[column] for column in columns)
        }

    def caveats(self, metric: str, before: date = date.max) -> tuple[str, ...]:
        """What a reader of the KPI must know: a source is silent, or a field of a rule is empty.
        Only what began before the end of the period that is read."""
        alerts = [
            row for row in self.open_alerts if (row["window_first_date"] or date.min) < before
        ]
        found = [
            alert["summary"]
            for alert in alerts
            if alert["kind"] == "missing_data" and self._is_read_by(alert["subject"], metric)
        ]
        found += [
            alert["summary"]
            for alert in alerts
            if alert["kind"] == "fill_rate" and metric in ("mqls", "sqls")
        ]
        return tuple(dict.fromkeys(found))

    def is_lower_better(self, metric: str) -> bool:
        """Whether a KPI is the better the lower it is, such as spend."""
        return any(row["is_lower_better"] for row in self["kpis"].where(metric=metric))

    def _is_read_by(self, entity: str, metric: str) -> bool:
        """Whether a KPI needs an entity; recurring revenue is silent without payments, too."""
        for row in self["kpis"].where(metric=metric):
            wanted = "subscriptions" if entity == "payments" else entity
            return wanted in row["entities"].split()
        return False

    @cached_property
    def planned(self) -> str:
        """The months that have a target: July 2026 to June 2027."""
        months = [
            row["period_start"]
            for row in self["targets"].where(is_total=False)
            if row["new_target_amount"]
        ]
        return words.months(min(months), max(months)) if months else ""

    def days(self, variable: str) -> str:
        """A variable that is a number of days, as people read it."""
        return f"{self.variables.get(variable, words.NOTHING)} days"

    def review(self, kind: str, funnel: str = "all") -> list[Record]:
        return self["review"].where(period_kind=kind, funnel=funnel)

    @cached_property
    def fiscal_quarters(self) -> dict[date, str]:
        """The names of the quarters of a fiscal year that is not the calendar year."""
        return {
            row["period_start"]: row["period_name"]
            for row in self["review"].records
            if row["period_kind"] == "quarter" and row["period_name"].startswith("FY")
        }

    def period(self, kind: str, start: date) -> str:
        """A period as people read it; a fiscal quarter with its name and its months."""
        name = self.fiscal_quarters.get(start) if kind == "quarter" else None
        text = words.period(kind, start)
        return f"{name} ({text.removeprefix('quarter ')})" if name else text

    def quarter(self, start: date) -> str:
        """A quarter in a table: April to June 2026."""
        return self.period("quarter", start).removeprefix("quarter ")

    def starts(self, kind: str, is_complete: bool) -> list[date]:
        """First days of the periods of a kind, in order."""
        return sorted(
            {
                row["period_start"]
                for row in self["review"].records
                if row["period_kind"] == kind and row["is_complete"] == is_complete
            }
        )

    def last(self, kind: str) -> date | None:
        """The last period that is over."""
        starts = self.starts(kind, is_complete=True)
        return starts[-1] if starts else None

    def next(self, kind: str) -> date | None:
        """The period under way, or the one that begins with the cutoff."""
        starts = self.starts(kind, is_complete=False)
        return starts[0] if starts else None

    def kpi(self, kind: str, start: date | None, metric: str, funnel: str = "all") -> Record:
        """The row of a KPI; all of it is null where there is none."""
        found = self._kpis.get((kind, start, metric, funnel))
        return dict.fromkeys(self["review"].columns) if found is None else found

    @cached_property
    def _kpis(self) -> dict[tuple[Any, ...], Record]:
        columns = ("period_kind", "period_start", "metric", "funnel")
        return {tuple(row[name] for name in columns): row for row in self["review"].records}

    def compared_forecast(self, kind: str, start: date | None, metric: str) -> float | None:
        """The forecast of the markets with a target, as what came in them is compared with it."""
        whole = self.kpi(kind, start, metric)
        rows = [self.kpi(kind, start, metric, funnel) for funnel in self.funnels if funnel != "all"]
        others = [row for row in rows if row["target"] is None]
        if whole["forecast"] is None:
            return None
        if len(others) == len(rows) or any(row["forecast"] is None for row in others):
            return float(whole["forecast"])
        return float(whole["forecast"]) - total(others, "forecast")


def total(records: Iterable[Mapping[str, Any]], column: str) -> float:
    """The sum of a column; a null is nothing."""
    return float(sum(record[column] or 0 for record in records))
