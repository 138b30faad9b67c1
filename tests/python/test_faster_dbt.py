"""What is faster than dbt's own gives what dbt's own gives."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import agate
import pytest
from dbt.adapters.cache import RelationsCache
from dbt.adapters.duckdb.relation import DuckDBRelation
from dbt.adapters.events import types as events
from dbt.adapters.events.types import ConnectionUsed
from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.contracts.graph.nodes import Macro
from dbt_common.clients import jinja
from dbt_common.events.base_types import EventLevel, msg_from_base_event
from dbt_common.events.event_manager import EventManager
from dbt_common.exceptions.base import env_secrets

from funnel import faster_dbt
from funnel.faster_dbt import (
    describe_cycle,
    find_cycles,
    looks_at,
    macros_by_name,
    make_dbt_faster,
    read_all,
)

make_dbt_faster()

# Each name is that of the places that have it, the nearest first.
NEAREST = {
    "local": "own, root, package, dbt",
    "root": "root, package, dbt",
    "package": "package, dbt",
    "plugin": "dbt",
    "dbt": "package",
}


def _found_in(place: str) -> dict[str, str]:
    return {name: f"{name} of {place}" for name, places in NEAREST.items() if place in places}


@pytest.mark.parametrize("also", ["local", "root", "package", "plugin", "dbt"])
def test_of_two_macros_of_one_name_the_one_that_dbt_finds_first_is_called(also: str) -> None:
    order = ("root", "own", "dbt", "package")
    places: list[Any] = [_found_in(place) | {also: place} for place in order]
    namespace = MacroNamespace(*places)
    assert len(macros_by_name(namespace)) == len(NEAREST)
    assert macros_by_name(namespace) == dict(namespace)


@pytest.mark.parametrize(
    ("edges", "has_cycle"),
    [
        ([("a", "b"), ("b", "c"), ("a", "c")], False),
        ([("a", "b"), ("b", "c"), ("c", "b")], True),
        ([("a", "a")], True),
    ],
)
def test_a_cycle_is_found_and_described_as_dbt_describes_it(
    edges: list[tuple[str, str]], has_cycle: bool
) -> None:
    linker = Linker()
    for node, other in edges:
        linker.dependency(node, other)
    assert (find_cycles(linker) is not None) == has_cycle
    assert find_cycles(linker) == describe_cycle(linker)


def _macro(package: str, name: str) -> Macro:
    parts: dict[str, Any] = dict.fromkeys(("original_file_path", "path", "macro_sql"), "")
    id = f"macro.{package}.{name}"
    return Macro.from_dict(
        {"package_name": package, "name": name, "unique_id": id, **parts, "resource_type": "macro"}
    )


@pytest.mark.parametrize("own", ["root", "package", "elsewhere"])
def test_each_place_has_the_macros_that_dbt_puts_there(own: str) -> None:
    packages = ("root", "package", "dbt", "dbt_duckdb")
    macros = {
        package: {name: _macro(package, name) for name in ("shared", f"only_{package}")}
        for package in packages
    }
    stack, context, node = MacroStack(), {"a": 1}, object()
    made = [
        build(
            MacroNamespaceBuilder("root", own, stack, ["dbt_duckdb", "dbt"], node),
            macros,
            context,
        )
        for build in (faster_dbt.build_namespace, faster_dbt.build_one_by_one)
    ]
    assert _places(made[0]) == _places(made[1])
    generator = cast(MacroGenerator, made[0]["shared"])
    assert (generator.node, generator.stack, generator.context) == (node, stack, context)
    assert vars(generator) == vars(made[1]["shared"])


def _places(namespace: MacroNamespace) -> list[Any]:
    internal = {"dbt": namespace.global_project_namespace}
    flat = {"own": namespace.local_namespace, "root": namespace.global_namespace, **internal}
    return [
        {place: _ids(macros) for place, macros in places.items()}
        for places in (flat, namespace.packages)
    ]


def _ids(macros: dict[str, Any]) -> dict[str, str]:
    return {name: generator.macro.unique_id for name, generator in macros.items()}


@pytest.mark.parametrize("native", [False, True])
def test_a_template_of_one_kind_is_compiled_once_and_renders_as_before(native: bool) -> None:
    source = "{% set one = 1 %}{{ one + given }}{{ ' | as_text' if given > 5 }}"
    environment = jinja.get_environment(native=native)
    code = environment.compile(source)
    assert jinja.get_environment(native=native).compile(source) is code
    assert jinja.get_environment(native=not native).compile(source) is not code
    for given in (2, 7):
        values = {"given": given}
        anew = faster_dbt.compile_anew(environment, source)
        template = environment.template_class.from_code(environment, anew, values)
        shown = jinja.get_template(source, values, native=native).render(values)
        assert shown == template.render(values)
        assert str(shown).startswith(str(1 + given))


FIELDS: list[dict[str, Any]] = [
    {"conn_name": "build", "sql": "select 'ä'"},
    {"conn_name": None, "sql": ""},
    {"connName": "by the name that JSON has", "sql": "select 1"},
    {
        "sql": "select 1",
        "node_info": {
            "node_name": "fct_lifecycle",
            "node_finished_at": None,
            "meta": {"tags": ["a", 1, None], "deep": {"is_deep": True}},
            "node_relation": {"alias": "fct_lifecycle", "database": None},
        },
    },
]


@pytest.mark.parametrize("fields", FIELDS)
def test_a_message_holds_what_it_holds_by_way_of_json(fields: dict[str, Any]) -> None:
    empty = type(events.SQLQuery(sql="").pb_msg)
    assert faster_dbt.fill(fields, empty()) == faster_dbt.fill_by_json(fields, empty())


def test_a_field_that_a_message_does_not_have_is_refused() -> None:
    with pytest.raises(Exception, match="no field named"):
        faster_dbt.fill({"unknown": 1}, type(events.SQLQuery(sql="").pb_msg)())


@pytest.mark.parametrize("level", [None, EventLevel.WARN])
def test_a_message_tells_loggers_what_dbt_tells_them(level: EventLevel | None) -> None:
    event = events.SQLQuery(conn_name="build", sql="select 1")
    ours, theirs = faster_dbt.message_of(event, level), msg_from_base_event(event, level)
    made_at = ours.info.ts.ToDatetime(tzinfo=UTC)
    assert abs(datetime.now(UTC) - made_at) < timedelta(seconds=30)
    assert ours.info.thread == threading.current_thread().name
    ours.info.ts.CopyFrom(theirs.info.ts)
    assert ours == theirs


def test_secrets_are_those_of_the_environment_as_it_is_now(monkeypatch: Any) -> None:
    assert faster_dbt.secrets() == env_secrets()
    monkeypatch.setenv("DBT_ENV_SECRET_TOKEN", "hidden")
    monkeypatch.setenv("DBT_ENV_SECRET_EMPTY", " ")
    monkeypatch.setenv("NO_DBT_ENV_SECRET", "shown")
    assert faster_dbt.secrets() == env_secrets()
    assert "hidden" in faster_dbt.secrets()
    assert "shown" not in faster_dbt.secrets()


@pytest.mark.parametrize("null_values", [("null", ""), ()])
def test_an_answer_has_the_types_that_dbt_gives_it(null_values: tuple[str, ...]) -> None:
    rows = [["01", "1", "1.5", "2026-07-01", "2026-07-01 10:00:00", "true", "null", "", None]]
    names = [f"column_{place}" for place in range(len(rows[0]))]
    for text in ([], ["column_0", "column_7"]):
        testers = [
            build(text, null_values)
            for build in (faster_dbt.types_of_columns, faster_dbt.types_anew)
        ]
        tables = [agate.Table(rows, names, column_types=each) for each in testers]
        assert [_described(table) for table in tables[:1]] == [_described(tables[1])]
        assert len({repr(kind) for kind in tables[0].column_types}) > 1


def _described(table: Any) -> list[Any]:
    kinds = [type(kind).__name__ for kind in table.column_types]
    return [kinds, [tuple(row) for row in table.rows]]


class _Listener:
    """A log of dbt: what it keeps, and what reached it."""

    def __init__(self, level: EventLevel) -> None:
        self.level, self.lines = level, list[Any]()

    def filter(self, _: Any) -> bool:
        return True

    def write_line(self, message: Any) -> None:
        self.lines.append((message.info.level, message.info.msg, message.data.conn_name))


def _said(listeners: list[Any], callbacks: list[Any], level: EventLevel | None = None) -> None:
    manager = EventManager()
    manager.loggers, manager.callbacks = listeners, callbacks
    manager.fire_event(ConnectionUsed(conn_type="duckdb", conn_name="model.a"), level)


def test_a_detail_is_written_in_full_where_a_log_keeps_it() -> None:
    log = _Listener(EventLevel.DEBUG)
    _said([log], [])
    assert log.lines == [("debug", 'Using duckdb connection "model.a"', "model.a")]


def test_a_detail_reaches_each_callback_that_does_not_say_what_it_looks_at() -> None:
    heard: list[str] = []
    _said([_Listener(EventLevel.ERROR)], [lambda message: heard.append(message.info.msg)])
    assert heard == ['Using duckdb connection "model.a"']


def test_a_detail_that_nobody_keeps_is_not_described() -> None:
    log, heard = _Listener(EventLevel.ERROR), list[Any]()
    _said([log], [looks_at()(lambda message: heard.append(message))])
    assert (log.lines, heard) == ([], [])


def test_a_callback_gets_the_detail_that_it_looks_at() -> None:
    heard = list[Any]()
    _said([], [looks_at("ConnectionUsed")(lambda message: heard.append(message.info.name))])
    _said([], [looks_at("NodeFinished")(lambda message: heard.append(message.info.name))])
    assert heard == ["ConnectionUsed"]


def test_what_is_said_louder_than_it_is_meant_reaches_all() -> None:
    log, heard = _Listener(EventLevel.ERROR), list[Any]()
    _said([log], [looks_at()(lambda message: heard.append(message))], EventLevel.WARN)
    assert log.lines == [("warn", 'Using duckdb connection "model.a"', "model.a")]
    assert len(heard) == 1


def test_the_relations_of_a_schema_are_found_whatever_the_case() -> None:
    cache, names = RelationsCache(), [("Db", "Marts", "A"), ("db", "marts", "b"), ("db", "x", "c")]
    for database, schema, name in names:
        cache.add(DuckDBRelation.create(database=database, schema=schema, identifier=name))
    for schema in ("MARTS", "marts", "x", "y"):
        found = [relation.identifier for relation in cache.get_relations("DB", schema)]
        assert found == [relation.identifier for relation in read_all(cache, "DB", schema)]
    assert len(cache.get_relations("db", "Marts")) == 2
