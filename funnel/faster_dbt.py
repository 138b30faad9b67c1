"""What dbt 1.11 does slowly, done at once. tests/python/test_faster_dbt.py: the result is the same.

A build of a small company is 1,400 steps, and most of its time is what dbt does around their SQL.
For each step dbt wraps each of 770 macros several times, and compiles templates that it has
compiled before. Each of thirty messages per step goes by way of JSON, and for each the environment
is searched for secrets, whether anybody reads them or not. To find the relations of one schema dbt
goes through all that it knows. In each command it looks for a cycle of models along every path of
the graph."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from types import CodeType
from typing import Any, cast

import agate
import networkx
from dbt.adapters.cache import RelationsCache
from dbt.adapters.exceptions.cache import NoneRelationFoundError
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.contracts.graph.nodes import Macro
from dbt.include.global_project import PROJECT_NAME as GLOBAL_PROJECT
from dbt.tracking import track_behavior_change_warn
from dbt_common.clients import agate_helper, jinja
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.constants import SECRET_ENV_PREFIX
from dbt_common.events import base_types, event_manager, functions
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.invocation import get_invocation_id
from dbt_common.utils.formatting import lowercase
from google.protobuf import json_format

describe_cycle: Callable[[Linker], str | None] = Linker.find_cycles
one_by_one: Callable[[ManifestContext], dict[str, Any]] = ManifestContext.to_dict
build_one_by_one: Callable[..., MacroNamespace] = MacroNamespaceBuilder.build_namespace
compile_anew: Callable[..., CodeType] = MacroFuzzEnvironment.compile
types_anew: Callable[..., Any] = agate_helper.build_type_tester
fill_by_json: Callable[..., Any] = json_format.ParseDict
fire: Callable[..., None] = EventManager.fire_event
read_all: Callable[..., list[Any]] = RelationsCache.get_relations
Listener = Callable[[Any], None]
KEPT_TEMPLATES = 20_000


def make_dbt_faster() -> None:
    """For all commands of dbt that this process runs from now on."""
    ways: list[tuple[object, str, Callable[..., Any]]] = [
        (Linker, "find_cycles", find_cycles),
        (ManifestContext, "to_dict", to_dict),
        (MacroNamespaceBuilder, "build_namespace", build_namespace),
        (MacroFuzzEnvironment, "compile", compile_once),
        (base_types, "ParseDict", fill),
        (event_manager, "msg_from_base_event", message_of),
        (functions, "env_secrets", secrets),
        (agate_helper, "build_type_tester", types_of_columns),
        (agate_helper, "empty_table", empty_table_once),
        (RelationsCache, "get_relations", relations_of_schema),
        (EventManager, "fire_event", fire_if_heard),
    ]
    for place, name, faster in ways:
        setattr(place, name, faster)


def find_cycles(linker: Linker) -> str | None:
    """The cycle as dbt describes it, which is looked for only where there is one."""
    if networkx.is_directed_acyclic_graph(linker.graph):
        return None
    return describe_cycle(linker)


def to_dict(context: ManifestContext) -> dict[str, Any]:
    """All that a model's SQL can call or read, by name."""
    if not isinstance(context.namespace, MacroNamespace):
        return one_by_one(context)
    # dbt's own dictionary is filled, and no copy: it contains itself under a name.
    found: dict[str, Any] = ConfiguredContext.to_dict(context)
    found.update(macros_by_name(context.namespace))
    return found


def macros_by_name(namespace: MacroNamespace) -> dict[str, Any]:
    """dbt looks first into the place that stands last here: it wins over the others."""
    return {
        **namespace.global_project_namespace,
        GLOBAL_PROJECT: namespace.global_project_namespace,
        **namespace.packages,
        **namespace.global_namespace,
        **namespace.local_namespace,
    }


def build_namespace(
    builder: MacroNamespaceBuilder,
    macros_by_package: Mapping[str, Mapping[str, Macro]],
    context: dict[str, Any],
) -> MacroNamespace:
    """Where a step finds the macros: dbt sorts them one by one, here package by package."""
    made = {
        package: _generators(macros, builder, context)
        for package, macros in macros_by_package.items()
    }
    own, root, internal = builder.search_package, builder.root_package, {}
    for package in reversed(builder.internal_package_names_order):
        internal.update(made.get(package, {}))
    packages = {
        package: macros
        for package, macros in made.items()
        if package not in builder.internal_package_names
    }
    return MacroNamespace(
        global_namespace=dict(packages.get(root, {})) if root != own else {},
        local_namespace=dict(packages.get(own, {})),
        global_project_namespace=internal,
        packages=packages,
    )


def _generators(
    macros: Mapping[str, Macro], builder: MacroNamespaceBuilder, context: dict[str, Any]
) -> dict[str, Any]:
    """Each macro as a function; three constructors that call each other would take most of the
    time."""
    found: dict[str, Any] = {}
    node, stack = builder.node, builder.thread_ctx
    for name, macro in macros.items():
        generator = found[name] = MacroGenerator.__new__(MacroGenerator)
        generator.context, generator.macro = context, macro
        generator.node, generator.stack = node, stack
    return found


def compile_once(
    environment: MacroFuzzEnvironment, source: Any, *others: Any, **named: Any
) -> CodeType:
    """A template's code, which depends on its text and on dbt's two kinds of environments alone."""
    if not isinstance(source, str) or others or named or jinja.MACRO_DEBUGGING:
        return compile_anew(environment, source, *others, **named)
    return _code(type(environment) is not MacroFuzzEnvironment, source)


@lru_cache(KEPT_TEMPLATES)
def _code(native: bool, source: str) -> CodeType:
    return compile_anew(jinja.get_environment(native=native), source)


def fill(values: dict[str, Any], message: Any) -> Any:
    """A message with these values; what its constructor does not take goes by way of JSON."""
    try:
        return type(message)(**values)
    except (TypeError, ValueError, AttributeError):
        return fill_by_json(values, message)


def message_of(event: BaseEvent, level: EventLevel | None = None) -> Any:
    """What loggers and callbacks get of an event."""
    name = type(event).__name__
    message = getattr(event.PROTO_TYPES_MODULE, f"{name}Msg")(data=event.pb_msg)
    info, microseconds = message.info, time.time_ns() // 1000
    info.level = (level or event.level_tag()).value
    info.msg, info.code, info.name = event.message(), event.code(), name
    info.invocation_id = get_invocation_id()
    info.extra.update(functions.get_metadata_vars())
    info.ts.seconds, info.ts.nanos = microseconds // 10**6, microseconds % 10**6 * 1000
    info.pid, info.thread = base_types.get_pid(), base_types.get_thread_name()
    return message


def secrets() -> list[str]:
    """Values that dbt's log must not show: it asks for each line."""
    names = [name for name in os.environ if name.startswith(SECRET_ENV_PREFIX)]
    return [value for value in map(os.environ.__getitem__, names) if value.strip()]


def types_of_columns(
    text_columns: Iterable[str], string_null_values: Iterable[str] = ("null", "")
) -> agate.TypeTester:
    """What an answer's columns can be: dbt makes parsers of dates anew for each answer."""
    types = _types(tuple(string_null_values))
    return agate.TypeTester(force=dict.fromkeys(text_columns, types[-1]), types=types)


@cache
def _types(string_null_values: tuple[str, ...]) -> list[Any]:
    return types_anew((), string_null_values)._possible_types  # type: ignore[no-any-return]


@cache
def empty_table_once() -> agate.Table:
    """The result of a statement that gives none; tables of agate are never changed."""
    return agate.Table(rows=[])


def relations_of_schema(
    known: RelationsCache, database: str | None, schema: str | None
) -> list[Any]:
    """The cache's own keys are in lower case already."""
    wanted = (lowercase(database), lowercase(schema))
    with known.lock:
        found = [
            relation.inner
            for key, relation in known.relations.items()
            if (key.database, key.schema) == wanted
        ]
    if None in found:
        raise NoneRelationFoundError()
    return found


def looks_at(*details: str) -> Callable[[Listener], Listener]:
    """Marks a callback: of the many events that dbt has for those who debug, it looks at these."""

    def marked(listener: Listener) -> Listener:
        cast(Any, listener).details = details
        return listener

    return marked


def fire_if_heard(
    manager: EventManager, e: BaseEvent, level: EventLevel | None = None, *args: Any, **kw: Any
) -> None:
    """Details that no log keeps and no callback looks at are not written down."""
    listeners = [*manager.loggers, *manager.callbacks]
    if (level or e.level_tag()) != EventLevel.DEBUG or _is_heard(e, listeners):
        fire(manager, e, level, *args, **kw)


def _is_heard(detail: BaseEvent, listeners: Iterable[Any]) -> bool:
    """Whether any of these logs, which have a level, and callbacks wants it."""
    for listener in listeners:
        if hasattr(listener, "details"):
            wants = type(detail).__name__ in listener.details
        elif hasattr(listener, "level"):
            wants = listener.level == EventLevel.DEBUG
        else:
            # dbt's own callback looks for one kind of warning.
            wants = listener is not track_behavior_change_warn
        if wants:
            return True
    return False
