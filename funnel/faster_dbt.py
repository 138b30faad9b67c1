"""Two things that dbt 1.11 does slowly, done at once.

In each command it looks for a cycle of models along every path of the graph: half of what a
command costs that runs one model. And for each node it looks up each of 700 macros in up to five
dictionaries, several times. What comes out is the same: tests/python/test_faster_dbt.py."""

from collections.abc import Callable
from typing import Any

import networkx
from dbt.compilation import Linker
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace
from dbt.context.manifest import ManifestContext
from dbt.include.global_project import PROJECT_NAME as GLOBAL_PROJECT

describe_cycle: Callable[[Linker], str | None] = Linker.find_cycles
one_by_one: Callable[[ManifestContext], dict[str, Any]] = ManifestContext.to_dict


def make_dbt_faster() -> None:
    """For all commands of dbt that this process runs from now on."""
    Linker.find_cycles = find_cycles  # type: ignore[method-assign]
    ManifestContext.to_dict = to_dict  # type: ignore[method-assign]


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
