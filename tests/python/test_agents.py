"""A client of the Model Context Protocol asks the server for agents, which runs by itself.

What it answers is compared with the tables, and with the demo's truth; what it must not answer, it
refuses with a reason."""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from mcp import Client, StdioServerParameters

from funnel.agents.questions import MEANINGS
from funnel.metrics.kpis import read_kpis
from funnel.open_warehouse import open_warehouse
from funnel.places import ROOT
from funnel.publish import FACTS, copy_marts
from tests.python.bi_story import beside_truth
from tests.python.conftest import Built

PAGE = (ROOT / "docs" / "agents.md").read_text()
ASKED = re.findall(
    r"^\*\*(\d+)\. .*?\*\*\n+`(\w+)\((.*?)\)`: (answer|refusal)\n+(.*?)(?=\n+\*\*\d|\Z)",
    PAGE,
    re.MULTILINE | re.DOTALL,
)
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+\d{6,}")


Job = tuple[Callable[[Client], Awaitable[Any]], Future[Any]]


class Agent:
    """One session with the server, which runs in a process of its own."""

    def __init__(self, published: Path) -> None:
        self.server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "funnel", "mcp", "--published", str(published)],
            cwd=ROOT,
        )
        self.loop = asyncio.new_event_loop()
        self.jobs: asyncio.Queue[Job | None] = asyncio.Queue()
        self.thread = Thread(target=self.loop.run_until_complete, args=(self._work(),))
        self.thread.start()

    async def _work(self) -> None:
        """The client must be opened, used and closed in one task."""
        async with Client(self.server) as client:
            while (job := await self.jobs.get()) is not None:
                ask, asked = job
                asked.set_result(await ask(client))

    def _ask(self, ask: Callable[[Client], Awaitable[Any]]) -> Any:
        asked: Future[Any] = Future()
        self.loop.call_soon_threadsafe(self.jobs.put_nowait, (ask, asked))
        return asked.result(timeout=60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.jobs.put_nowait, None)
        self.thread.join(timeout=60)
        assert not self.thread.is_alive()

    def tools(self) -> dict[str, Any]:
        return {tool.name: tool for tool in self._ask(lambda client: client.list_tools()).tools}

    def call(self, tool: str, **arguments: Any) -> tuple[bool, str]:
        result = self._ask(lambda client: client.call_tool(tool, arguments))
        return bool(result.is_error), "\n".join(
            getattr(part, "text", "") for part in result.content
        )

    def answer(self, tool: str, **arguments: Any) -> Any:
        is_refused, text = self.call(tool, **arguments)
        assert not is_refused, text
        return json.loads(text)

    def refusal(self, tool: str, **arguments: Any) -> str:
        is_refused, text = self.call(tool, **arguments)
        assert is_refused, text
        return text


@pytest.fixture(scope="module")
def published(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "new"
    with open_warehouse(built.database) as connection:
        copy_marts(connection, folder)
    (folder / FACTS).write_text(json.dumps({"cutoff": "2026-07-01T00:00:00"}))
    return folder / "published.duckdb"


@pytest.fixture(scope="module")
def agent(published: Path) -> Iterator[Agent]:
    agent = Agent(published)
    yield agent
    agent.close()


def test_the_server_has_five_tools_that_only_read(agent: Agent) -> None:
    tools = agent.tools()
    assert set(tools) == {
        "list_kpis",
        "query_kpi",
        "explain_number",
        "explain_record",
        "open_alerts",
    }
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    assert "sql" not in json.dumps([tool.input_schema for tool in tools.values()]).lower()


def test_every_kpi_is_listed_with_its_definition(agent: Agent) -> None:
    listed = {each["kpi"]: each for each in agent.answer("list_kpis")["kpis"]}
    assert set(listed) == {kpi.name for kpi in read_kpis()}
    for kpi in read_kpis():
        assert listed[kpi.name]["formula"] == kpi.formula
        assert listed[kpi.name]["owner_team"] == kpi.owner_team


def test_a_kpi_by_each_dimension_adds_up_to_its_total(agent: Agent) -> None:
    """For KPIs that are sums. By funnel, channel, segment and team of the owner."""
    asked = 0
    for kpi in agent.answer("list_kpis")["kpis"]:
        if kpi["unit"] not in ("count", "amount") or kpi["kpi"] in (
            "opportunity_value",
            "velocity",
        ):
            continue
        for dimension in kpi["dimensions"][1:]:
            arguments = {"kpi": kpi["kpi"], "period_kind": "month", "periods": 13}
            total = agent.answer("query_kpi", **arguments)["values"]
            parts = agent.answer("query_kpi", **arguments, dimension=dimension)["values"]
            for row in total:
                mine = [
                    part["value"] for part in parts if part["period_start"] == row["period_start"]
                ]
                assert sum(mine) == pytest.approx(row["value"]), (kpi["kpi"], dimension, row)
            asked += 1
    assert asked > 30


def test_a_win_rate_by_channel_is_that_of_the_opportunities(agent: Agent, built: Built) -> None:
    values = agent.answer(
        "query_kpi", kpi="win_rate", period_kind="quarter", dimension="channel", periods=2
    )["values"]
    with beside_truth(built) as connection:
        wanted = connection.execute(
            "select channel, cast(date_trunc('quarter', closed_at) as date),"
            " avg(case when outcome = 'won' then 1 else 0 end) from marts.dim_opportunities"
            " where revenue_type = 'new' and outcome <> 'open' and closed_at >= '2026-01-01'"
            " group by all"
        ).fetchall()
    found = {(row["channel"], row["period_start"]): row["value"] for row in values}
    assert found == {(channel, str(start)): pytest.approx(rate) for channel, start, rate in wanted}
    assert 0 in found.values()
    assert len(found) > 4


def test_leads_are_those_of_the_truth(agent: Agent, built: Built) -> None:
    number = agent.answer("explain_number", kpi="leads", period_start="2026-06-01")
    with beside_truth(built) as connection:
        truth = connection.execute(
            "select count(*) from stage_entries"
            " where stage = 'lead' and qualified_at >= '2026-06-01'"
        ).fetchall()
    assert number["value"] == truth[0][0]
    assert number["status_meaning"] == MEANINGS["ok"]
    assert number["data_up_to"] == "2026-07-01T00:00:00"


def test_a_ratio_is_explained_by_its_parts(agent: Agent) -> None:
    number = agent.answer(
        "explain_number", kpi="nrr", period_kind="quarter", period_start="2026-04-01"
    )
    parts = number["numerator"]["value"] / number["denominator"]["value"]
    assert number["value"] == pytest.approx(parts, abs=1e-6)
    assert (number["numerator"]["measure"], number["denominator"]["measure"]) == (
        "year_net_amount",
        "year_opening_amount",
    )


def test_a_number_that_is_too_low_says_so(agent: Agent) -> None:
    number = agent.answer("explain_number", kpi="spend", period_start="2026-06-01")
    assert number["status"] == "source_silent"
    assert "too low" in number["status_meaning"]


def test_why_a_record_is_no_lead_has_the_rules_that_fail_and_nobody(
    agent: Agent, built: Built
) -> None:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        system, record, rules = connection.execute(
            "select system, record_id, list(rule) from marts.definition_explained"
            " join marts.dim_persons using (person_key) where stage = 'lead' and not is_stage_met"
            " and not is_passed and record_id <> 'withheld' group by all order by all limit 1"
        ).fetchall()[0]
    answer = agent.answer("explain_record", system=system, record_id=record)
    assert not answer["is_met"]
    assert {rule["rule"] for rule in answer["rules_not_passed"]} == set(rules)
    assert all(rule["meaning"] for rule in answer["rules_not_passed"])
    assert not PERSONAL.search(json.dumps(answer))


def test_the_open_alerts_are_those_of_the_table(agent: Agent, built: Built) -> None:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        sql = "select summary from marts.alerts where status = 'open' and owner_team = 'sales'"
        summaries = {summary for (summary,) in connection.execute(sql).fetchall()}
    alerts = agent.answer("open_alerts", owner_team="sales")["alerts"]
    assert {alert["summary"] for alert in alerts} == summaries
    assert summaries


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("query_kpi", {"kpi": "lead"}, "Did you mean leads"),
        ("query_kpi", {"kpi": "leads", "dimension": "email"}, "Persons and their attributes"),
        ("query_kpi", {"kpi": "leads", "dimension": "1; drop table x"}, "nothing published has it"),
        ("query_kpi", {"kpi": "nrr", "period_kind": "week"}, "by month and quarter, not by week"),
        ("query_kpi", {"kpi": "spend", "dimension": "funnel"}, "It can be shown by total"),
        ("query_kpi", {"kpi": "leads", "periods": 500}, "1 to 13 periods"),
        ("query_kpi", {"kpi": "leads", "period_kind": "year"}, "period_kind"),
        ("explain_number", {"kpi": "leads", "period_start": "2019-01-01"}, "No month begins on"),
        ("explain_number", {"kpi": "leads", "period_start": "June"}, "write it as 2026-06-01"),
        (
            "explain_number",
            {"kpi": "leads", "period_start": "2026-06-01", "funnel": "moon"},
            "there are all, enterprise",
        ),
        ("explain_record", {"system": "hubspot", "record_id": "ann@acme.com"}, "not published"),
        ("explain_record", {"system": "x", "record_id": "1", "stage": "hot"}, "decides"),
        ("open_alerts", {"owner_team": "legal"}, "No alert belongs to legal"),
        ("run_sql", {"sql": "select 1"}, "run_sql"),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(
    agent: Agent, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    assert reason in agent.refusal(tool, **arguments)


def test_the_transcript_of_the_page_is_what_the_server_says(agent: Agent) -> None:
    assert [int(number) for number, *_ in ASKED] == list(range(1, 11))
    for number, tool, written, outcome, shown_text in ASKED:
        arguments = json.loads(f"{{{written}}}")
        is_refused, text = agent.call(tool, **arguments)
        assert is_refused == (outcome == "refusal"), (tool, arguments, text)
        if is_refused:
            assert " ".join(text.split()) == " ".join(shown_text.replace("\n> ", " ")[2:].split())
        else:
            shown = json.loads(shown_text.removeprefix("```json").removesuffix("```"))
            assert _agrees(shown, json.loads(text)), f"question {number} is answered by: {text}"


def _agrees(shown: Any, said: Any) -> bool:
    """What the page shows is what the server said, but for what is cut and the publication."""
    if isinstance(shown, dict):
        return shown.keys() == said.keys() and all(
            name == "published_at" or _agrees(value, said[name]) for name, value in shown.items()
        )
    if isinstance(shown, list):
        kept = [each for each in shown if not (isinstance(each, str) and "..." in each)]
        is_whole = len(kept) == len(shown) == len(said) or len(kept) < len(shown) < len(said) + 1
        return is_whole and all(map(_agrees, kept, said))
    return bool(shown == said)


def test_without_a_publication_the_server_says_what_to_run(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from funnel.cli import funnel

    result = CliRunner().invoke(funnel, ["mcp", "--published", str(tmp_path / "none.duckdb")])
    assert result.exit_code == 1
    assert "make publish" in result.output
