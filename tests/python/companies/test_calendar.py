"""Days, weeks and quarters are the business's, right to the second, in three companies: in the
marts, in reviews, in the plan's weeks and on the report.

What is expected comes from Python's zoneinfo and date arithmetic."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from funnel.demo.schema import SYNCED
from funnel.demo.schema import SYSTEMS as LANDED
from funnel.places import ROOT
from funnel.report.command import read_company
from tests.python.cases.landing import Case, Company, case_rows, land_company, shared_rows
from tests.python.conftest import NAME, messages, query
from tests.python.warm_dbt import run_dbt

SYSTEMS = {
    "hubspot": ["people", "companies", "touches", "opportunities", "opportunity_people", "users"],
}
READ = (
    "+kpi_sales_by_period",
    "+stage_volumes_by_period",
    "+int_revenue_targets_aggregated",
    "+dim_dates",
    "+kpi_reviews_by_period",
    "+plan_targets",
)
# How many periods a review shows.
SHOWN = {"week": 6, "month": 13, "quarter": 9}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
with (ROOT / "seeds" / "holidays.csv").open() as lines:
    HOLIDAYS = {
        date.fromisoformat(row["holiday_date"])
        for row in csv.DictReader(lines)
        if not row["funnel"]
    }
KINDS = ("week", "month", "quarter")


@dataclass(frozen=True)
class Business:
    """A company's three vars, and the moment of the build on its own clock."""

    zone: str
    week_start: str
    fiscal_month: int
    cutoff: datetime

    @property
    def vars(self) -> dict[str, object]:
        return {
            "time_zone": self.zone,
            "week_start": self.week_start,
            "fiscal_year_start_month": self.fiscal_month,
            "cutoff": self.cutoff.isoformat(sep=" "),
            "systems": SYSTEMS,
        }

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def start(self, kind: str, day: date) -> date:
        """The first day of a day's week, month or quarter, found by going back day by day."""
        while not self._begins(kind, day):
            day -= timedelta(days=1)
        return day

    def _begins(self, kind: str, day: date) -> bool:
        if kind == "week":
            return WEEKDAYS[day.weekday()] == self.week_start
        starts = range(1, 13) if kind == "month" else [self.fiscal_month + 3 * n for n in range(4)]
        return day.day == 1 and day.month in {(month - 1) % 12 + 1 for month in starts}

    def name(self, quarter: date) -> str:
        """The quarter's name: the year is the one in which its fiscal year ends."""
        months = [(self.fiscal_month + n - 1) % 12 + 1 for n in range(12)]
        place = months.index(quarter.month)
        last = date(quarter.year + (quarter.month + 11 - place - 1) // 12, 1, 1).year
        if self.fiscal_month == 1:
            return f"Q{place // 3 + 1} {quarter.year}"
        return f"FY{last} Q{place // 3 + 1}"

    def shifts(self) -> Iterator[date]:
        """The days of the last year on which the clocks change."""
        day = self.cutoff.date() - timedelta(days=364)
        while day < self.cutoff.date():
            noon = [datetime(each.year, each.month, each.day, 12) for each in (day, _next(day))]
            if len({self.utc(moment).hour for moment in noon}) == 2:
                yield _next(day)
            day = _next(day)

    def moments(self) -> list[datetime]:
        """Moments in UTC around the first second of days, weeks, quarters and every shift."""
        days = set()
        for shift in self.shifts():
            days |= {shift, _next(shift), self.start("week", shift + timedelta(days=7))}
        quarter = self.start("quarter", self.cutoff.date())
        days |= {quarter, self.start("quarter", quarter - timedelta(days=1))}
        days |= {self.start("week", self.cutoff.date())}
        steps = [timedelta(seconds=n) for n in (-5400, -1800, -1, 0, 1800)]
        found = {
            self.utc(datetime(day.year, day.month, day.day)) + step
            for day in days
            for step in steps
        }
        for shift in self.shifts():
            night = self.utc(datetime(shift.year, shift.month, shift.day))
            found |= {night + timedelta(minutes=30 * n) for n in range(1, 10)}
        limit = self.utc(self.cutoff)
        return sorted({each for each in found if each < limit} | {limit - timedelta(seconds=1)})


def _next(day: date) -> date:
    return day + timedelta(days=1)


BUSINESSES = {
    "Auckland": Business("Pacific/Auckland", "monday", 7, datetime(2026, 4, 8, 10)),
    "Denver": Business("America/Denver", "sunday", 2, datetime(2026, 3, 11, 15, 30)),
    "Warsaw": Business("Europe/Warsaw", "monday", 1, datetime(2026, 4, 1, 9)),
}
Made = Callable[[str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A company with a win and a first touch at each moment, built once."""
    root = tmp_path_factory.mktemp("calendar")

    @cache
    def build(name: str) -> Path:
        business, database = BUSINESSES[name], root / name / NAME
        database.parent.mkdir()
        moments = business.moments()
        # Loaded with the last of them; what happens at the cutoff comes too late.
        late = business.utc(business.cutoff)
        cases = [_case(n, moment, moments[-1]) for n, moment in enumerate(moments, 70001)]
        cases += [_case(80001, late, late)]
        tables = [table for table in _tables() if not table.startswith("hubspot.")]
        land_company(Company(cases, shared_rows(), without_tables=tables), database)
        outcome = run_dbt(
            ["build", "--quiet", "--exclude-resource-type", "unit_test", "test", "--select", *READ],
            database,
            root / "target",
            business.vars,
        )
        assert outcome.success, messages(outcome)
        return database

    return build


def _tables() -> list[str]:
    return [f"{system}.{table}" for system, tables in LANDED.items() for table in tables]


def _case(number: int, moment: datetime, loaded: datetime) -> Case:
    """A company won at a moment, and a person of another company first seen at it."""
    text, loaded_at = (each.replace(tzinfo=None).isoformat(sep=" ") for each in (moment, loaded))
    old = "2024-01-05 09:00:00"
    rows: Mapping[str, object] = {
        "hubspot.company": {"property_createdate": old, "property_numberofemployees": 20},
        "hubspot.contact": {"property_createdate": old},
        "hubspot.contact_form_submission": [
            {"timestamp": old},
            {"contact_id": "1{n}", "conversion_id": "1{n}", "timestamp": text},
        ],
        "hubspot.deal": {
            "property_createdate": "2024-02-05 09:00:00",
            "property_closedate": text,
            "property_amount": number,
        },
    }
    landed = case_rows({"base": "hubspot_deal", "rows": rows}, number)
    other = dict(landed["hubspot.contact"][0])
    other |= {"id": f"1{number}", "property_email": f"eve@other{number}.com"}
    other |= {"property_createdate": text, "property_associatedcompanyid": None}
    landed["hubspot.contact"].append(other)
    for each in (row for rows_of in landed.values() for row in rows_of):
        each[SYNCED] = loaded_at
    return Case(str(number), number, landed, {})


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_clocks_of_each_business_change_twice_in_its_year(name: str) -> None:
    business = BUSINESSES[name]
    shifts = list(business.shifts())
    assert len(shifts) == 2
    assert len(business.moments()) > 40


@pytest.mark.parametrize("name", BUSINESSES)
def test_wins_are_at_the_hours_that_are_easily_counted_wrongly(name: str) -> None:
    """Half an hour before a fiscal quarter ends, and in the hour that comes twice, both times. The
    hour that never comes has no moment."""
    business = BUSINESSES[name]
    moments = business.moments()
    quarter = business.start("quarter", business.cutoff.date())
    last_evening = datetime(quarter.year, quarter.month, quarter.day) - timedelta(minutes=30)
    assert business.utc(last_evening) in moments
    twice = Counter(business.local(moment) for moment in moments)
    assert [local for local, count in twice.items() if count == 2]


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_win_is_in_the_week_month_and_quarter_of_its_second(made: Made, name: str) -> None:
    business = BUSINESSES[name]
    wanted = _won(business)
    found = query(
        made(name),
        "select period_kind, period_start, sum(won_amount) from marts.kpi_sales_by_period"
        " where won_count > 0 group by 1, 2",
    )
    assert {(kind, start): int(amount) for kind, start, amount in found} == wanted


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_first_touch_is_in_the_period_of_its_second(made: Made, name: str) -> None:
    business = BUSINESSES[name]
    wanted: Counter[tuple[str, date]] = Counter()
    for moment in business.moments():
        for kind in KINDS:
            wanted[kind, business.start(kind, business.local(moment).date())] += 1
    found = query(
        made(name),
        "select period_kind, period_start, sum(entered_count) from marts.stage_volumes_by_period"
        " where stage = 'awareness' and period_start >= '2025-01-01' and period_kind != 'undated'"
        " group by 1, 2 having sum(entered_count) > 0",
    )
    assert {(kind, start): int(count) for kind, start, count in found} == wanted
    quarters = query(
        made(name),
        "select distinct entered_quarter from intermediate.int_stage_stays_measured"
        " where entered_at >= '2025-01-01'",
    )
    assert {start for (start,) in quarters} == {
        start for kind, start in wanted if kind == "quarter"
    }


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_period_has_its_name_and_the_targets_of_its_months(made: Made, name: str) -> None:
    business = BUSINESSES[name]
    found = query(
        made(name),
        "select periods.period_kind, period_start, is_complete, sum(target_amount)"
        " from intermediate.int_reporting_periods_listed as periods"
        " left join intermediate.int_revenue_targets_aggregated as targets"
        " using (period_kind, period_start) where period_start >= '2025-01-01' group by all",
    )
    names = dict(query(made(name), NAMES))
    targets = _targets()
    seen = Counter(kind for kind, _, _, target in found if target)
    assert min(seen[kind] for kind in ("month", "quarter")) >= 2
    for kind, start, is_complete, target in found:
        assert start == business.start(kind, start)
        months = [start, _month_after(start), _month_after(_month_after(start))]
        if kind == "quarter":
            assert names.get(start) in {business.name(start), None}
            assert is_complete == (_month_after(months[-1]) <= business.cutoff.date())
            whole = all(month in targets for month in months)
            assert target == (sum(targets[month] for month in months) if whole else None)
        elif kind == "month":
            assert target == targets.get(start)
        else:
            assert is_complete == (start + timedelta(days=7) <= business.cutoff.date())
    assert len(names) >= 3


@pytest.mark.parametrize("name", BUSINESSES)
def test_reviews_show_the_periods_of_the_business_and_what_was_won_in_each(
    made: Made, name: str
) -> None:
    business = BUSINESSES[name]
    won = _won(business)
    found = query(
        made(name),
        "select period_kind, period_start, actual, prior_actual, is_complete"
        " from marts.kpi_reviews_by_period where metric = 'bookings' and is_total",
    )
    today = business.cutoff.date()
    for kind, count in SHOWN.items():
        shown = sorted(row[1] for row in found if row[0] == kind and row[1] <= today)
        starts = [business.start(kind, today)]
        while len(starts) < count:
            starts.append(business.start(kind, starts[-1] - timedelta(days=1)))
        assert shown == sorted(starts)
    for kind, start, actual, prior, is_complete in found:
        assert int(actual or 0) == won[kind, start]
        if start <= today:
            before = business.start(kind, start - timedelta(days=1))
            assert int(prior or 0) == won[kind, before]
        assert is_complete == (start < business.start(kind, today))


def _won(business: Business) -> Counter[tuple[str, date]]:
    won: Counter[tuple[str, date]] = Counter()
    for number, moment in enumerate(business.moments(), 70001):
        for kind in KINDS:
            won[kind, business.start(kind, business.local(moment).date())] += number
    return won


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_plan_is_of_the_months_from_the_one_under_way(made: Made, name: str) -> None:
    """Its weeks, on Mondays and Sundays, are held by the unit tests of plan_weeks."""
    business = BUSINESSES[name]
    rows = query(
        made(name),
        "select period_start, sum(total_target_amount) from marts.plan_targets"
        " where scenario = 'base' and not is_total group by 1 order by 1",
    )
    months = [business.start("month", business.cutoff.date())]
    while len(months) < len(rows):
        months.append(_month_after(months[-1]))
    assert len(rows) > 2
    assert [start for start, _ in rows] == months
    targets = _targets()
    assert all(amount == targets[start] for start, amount in rows if start in targets)


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_report_names_the_periods_of_the_business(made: Made, name: str) -> None:
    """And counts in each what was won in it."""
    business = BUSINESSES[name]
    company = read_company(made(name), business.vars)
    assert company is not None
    won = _won(business)
    for kind in KINDS:
        under_way = business.start(kind, business.cutoff.date())
        last = business.start(kind, under_way - timedelta(days=1))
        assert (company.last(kind), company.next(kind)) == (last, under_way)
        assert int(company.kpi(kind, last, "bookings")["actual"] or 0) == won[kind, last]
    quarter = business.start("quarter", business.cutoff.date())
    label = company.period("quarter", quarter)
    end = _month_after(_month_after(quarter))
    assert all(f"{month:%b}" in label for month in (quarter, end))
    if business.fiscal_month != 1:
        assert label.startswith(business.name(quarter))


NAMES = """select distinct period_start, period_name from marts.kpi_sales_by_period
    where period_kind = 'quarter' and period_start >= '2025-01-01'"""


def _targets() -> dict[date, Decimal]:
    """The company's target of each month in which every market that has any target has one."""
    with (ROOT / "seeds" / "targets.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    found: Counter[date] = Counter()
    amounts: dict[date, Decimal] = {}
    for row in rows:
        month = date.fromisoformat(row["target_month"])
        found[month] += 1
        amounts[month] = amounts.get(month, Decimal(0)) + Decimal(row["target_amount"])
    return {
        month: amount for month, amount in amounts.items() if found[month] == max(found.values())
    }


def _month_after(start: date) -> date:
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


@pytest.mark.parametrize("name", BUSINESSES)
def test_each_day_is_in_the_periods_of_its_business(made: Made, name: str) -> None:
    business = BUSINESSES[name]
    rows = query(
        made(name),
        "select calendar_date, week_start, month_start, quarter_start, fiscal_year_start,"
        " fiscal_year_name, weekday, is_working_day, is_past from marts.dim_dates order by 1",
    )
    days = [row[0] for row in rows]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert days[0] == rows[0][4]
    assert days[-1] == business.cutoff.date() + timedelta(days=800)
    for day, week, month, quarter, year, year_name, weekday, is_working_day, is_past in rows:
        assert (week, month, quarter) == tuple(business.start(kind, day) for kind in KINDS)
        first = date(day.year, business.fiscal_month, 1)
        assert year == (first if first <= day else date(day.year - 1, business.fiscal_month, 1))
        last = date(year.year + 1, business.fiscal_month, 1) - timedelta(days=1)
        assert year_name == (str(year.year) if business.fiscal_month == 1 else f"FY{last.year}")
        assert weekday == day.isoweekday()
        assert is_working_day == (weekday <= 5 and day not in HOLIDAYS)
        assert is_past == (datetime(day.year, day.month, day.day) < business.cutoff)
