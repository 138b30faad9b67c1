"""The server of the Model Context Protocol: each question as a tool that only reads."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from funnel.agents.questions import Questions, RefusedError
from funnel.places import BUILD_FIRST

PeriodKind = Literal["week", "month", "quarter"]
INSTALL = (
    "The server needs the package mcp: .venv/bin/pip install --constraint requirements-dev.txt mcp"
)
INSTRUCTIONS = (
    "KPIs of one company's revenue funnel, as its last publication shows them. Begin with"
    " list_kpis. Give the status and the day of data_up_to with every number; a KPI whose status is"
    " not ok is no ordinary value. There is no SQL and nothing about single persons."
)


def serve(published: Path) -> int:
    """Answers on standard input and output until the client leaves: 1 where it can't begin."""
    if not published.exists():
        print(
            f"Nothing is published at {published}: {BUILD_FIRST}, then `make publish`.",
            file=sys.stderr,
        )
        return 1
    try:
        server = make_server(Questions(published))
    except ImportError:
        print(INSTALL, file=sys.stderr)
        return 1
    server.run("stdio")
    return 0


def make_server(questions: Questions) -> Any:
    """The server with its five tools."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    server = MCPServer("revenue-funnel", instructions=INSTRUCTIONS, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    @server.tool(annotations=reads)
    def list_kpis() -> dict[str, Any]:
        """List every KPI: name, unit, owner team, formula, and by what it can be asked for."""
        return _answered(questions.list_kpis)

    @server.tool(annotations=reads)
    def query_kpi(
        kpi: str, period_kind: PeriodKind = "month", dimension: str = "total", periods: int = 6
    ) -> dict[str, Any]:
        """A KPI in its last periods (1 to 13), in total or by one dimension: funnel, and for many
        KPIs channel, segment or owner_team. list_kpis says which."""
        return _answered(lambda: questions.query_kpi(kpi, period_kind, dimension, periods))

    @server.tool(annotations=reads)
    def explain_number(
        kpi: str, period_start: str, period_kind: PeriodKind = "month", funnel: str = "total"
    ) -> dict[str, Any]:
        """One number: formula, numerator, denominator, status and what it means, target, forecast,
        and the periods compared with. period_start is the first day of the period: 2026-06-01."""
        return _answered(lambda: questions.explain_number(kpi, period_kind, period_start, funnel))

    @server.tool(annotations=reads)
    def explain_record(system: str, record_id: str, stage: str = "lead") -> dict[str, Any]:
        """Why a record of a source system (such as hubspot 1234) is no lead, MQL or SQL: the rules
        of the definition that it does not pass. Says nothing about who it is."""
        return _answered(lambda: questions.explain_record(system, record_id, stage))

    @server.tool(annotations=reads)
    def open_alerts(owner_team: str | None = None) -> dict[str, Any]:
        """Open alerts, of one team or all: what no longer means what it meant, and what to do."""
        return _answered(lambda: questions.open_alerts(owner_team))

    return server


def _answered(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, or the refusal in a form that an agent reads."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        return ask()
    except RefusedError as error:
        raise ToolError(str(error)) from None
