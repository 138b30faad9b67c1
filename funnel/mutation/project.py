"""The dbt project in this process: builds single models and tests in a database of its own."""

import copy
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dbt.tracking
import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import get_adapter, register_adapter
from dbt.cli.flags import Flags
from dbt.cli.types import Command
from dbt.config.runtime import RuntimeConfig, load_profile, load_project
from dbt.context.providers import generate_runtime_macro_context
from dbt.context.query_header import generate_query_header_context
from dbt.contracts.graph.manifest import Manifest
from dbt.flags import set_flags
from dbt.mp_context import get_mp_context
from dbt.task.compile import CompileRunner
from dbt.task.run import ModelRunner
from dbt.task.test import TestRunner
from dbt_common.context import set_invocation_context
from dbt_common.exceptions import DbtRuntimeError

from funnel.places import DATABASE, ROOT

# The rows of a table as two numbers: tables of the same rows have the same two.
CONTENT = "select count(*), sum(cast(hash(each_row) as hugeint)) from {} as each_row"
CONNECTION = "mutation"


class Project:
    """One process's own copy of a built database, and everything that can be built in it.

    The copy has the original's name, which views hold as part of the names that they read."""

    def __init__(
        self, built: Path, folder: Path, variables: Mapping[str, Any], manifest: Manifest
    ) -> None:
        self.built = built
        self.database = folder / built.name
        self.manifest = manifest
        self._contents: dict[str, Any] = {}
        self._tests: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(built, self.database)
        os.environ[DATABASE] = str(self.database)
        self.config = _load_config(variables, folder / "target")
        register_adapter(self.config, get_mp_context())
        self.adapter: Any = get_adapter(self.config)
        self.adapter.set_macro_context_generator(generate_runtime_macro_context)
        self.adapter.set_macro_resolver(manifest)
        self.adapter.connections.set_query_header(
            generate_query_header_context(self.config, manifest)
        )
        self._open()

    def restore(self) -> None:
        """The copy as it was."""
        self.adapter.cleanup_connections()
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
        self.database.with_name(self.database.name + ".wal").unlink(missing_ok=True)
        shutil.copy(self.built, self.database)
        self._open()

    def _open(self) -> None:
        self.adapter.acquire_connection(CONNECTION)
        relations = [node for node in self.manifest.nodes.values() if node.is_relational]
        self.adapter.set_relations_cache(relations, clear=True)
        self.adapter.acquire_connection(CONNECTION)

    def content(self, name: str) -> Any:
        """What a relation holds now."""
        node = self.manifest.nodes[name]
        return self._rows(CONTENT.format(node.relation_name))[0]

    def content_before(self, name: str) -> Any:
        """What it holds in the built database; first asked before anything is changed."""
        if name not in self._contents:
            self._contents[name] = self.content(name)
        return self._contents[name]

    def explain(self, model: str) -> None:
        """Fails where the database does not understand a model's SQL."""
        self._rows(f"explain {self._compile(self.manifest.nodes[model])}")

    def build(self, model: str) -> None:
        """Builds one model; a table that grows with each build is made anew."""
        node: Any = self.manifest.nodes[model]
        if node.get_materialization() == "incremental":
            self._rows(f"drop table if exists {node.relation_name}")
            self.adapter.cache.drop(self.adapter.Relation.create_from(self.config, node))
        runner = ModelRunner(self.config, self.adapter, node, 1, 1)
        runner.execute(runner.compile(self.manifest), self.manifest)

    def unit_test_holds(self, name: str) -> bool:
        test: Any = self.manifest.unit_tests[name]
        runner = TestRunner(self.config, self.adapter, test, 1, 1)
        return bool(runner.execute(test, self.manifest).status == "pass")

    def data_test_holds(self, name: str) -> bool:
        """Whether dbt would not fail; of a warning nobody is stopped."""
        if name not in self._tests:
            node: Any = self.manifest.nodes[name]
            self._tests[name] = (
                f"select {node.config.fail_calc} {node.config.error_if} "
                f"from (\n{self._compile(node)}\n) as failures"
            )
        return not self._rows(self._tests[name])[0][0]

    @contextmanager
    def mutated(self, model: str, sql: str) -> Iterator[None]:
        """The model with other SQL, for as long as this lasts."""
        original = self.manifest.nodes[model]
        changed = copy.deepcopy(original)
        changed.raw_code = sql
        self.manifest.nodes[model] = changed
        try:
            yield
        finally:
            self.manifest.nodes[model] = original

    @contextmanager
    def limited_to(self, seconds: float) -> Iterator[threading.Event]:
        """Stops what runs in the database when time is up, which the event then shows."""
        is_over = threading.Event()
        connection = self.adapter.connections.get_thread_connection()

        def stop() -> None:
            is_over.set()
            connection.handle.cursor().interrupt()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            yield is_over
        finally:
            timer.cancel()

    def _compile(self, node: Any) -> str:
        runner = CompileRunner(self.config, self.adapter, node, 1, 1)
        return str(runner.compile(self.manifest).compiled_code)

    def _rows(self, sql: str) -> list[Any]:
        _, cursor = self.adapter.connections.add_query(sql, auto_begin=False)
        try:
            return list(cursor.fetchall())
        except duckdb.Error as error:
            raise DbtRuntimeError(str(error)) from error


def load_manifest(database: Path, target: Path, variables: Mapping[str, Any]) -> Manifest:
    """The parsed project: nodes without the comments that a build would write to the database."""
    from funnel.run_dbt import run_dbt

    outcome = run_dbt(["parse", "--quiet", "--no-partial-parse"], database, target, variables)
    if not isinstance(outcome.result, Manifest):
        raise ValueError(f"the project can't be read: {outcome.exception}")
    manifest = outcome.result
    nodes: list[Any] = list(manifest.nodes.values())
    for node in nodes:
        if "persist_docs" in node.config:
            node.config.persist_docs = {}
    manifest.build_flat_graph()
    return manifest


def _load_config(variables: Mapping[str, Any], target: Path) -> RuntimeConfig:
    set_invocation_context(os.environ)
    places = {"project_dir": ROOT, "profiles_dir": ROOT, "target_path": target, "log_path": target}
    settings = {"vars": dict(variables), "log_level": "none", "log_level_file": "none"}
    named = {name: str(path) for name, path in places.items()}
    flags = Flags.from_dict(Command.BUILD, named | settings)
    set_flags(flags)
    dbt.tracking.initialize_from_flags(False, ROOT)
    profile = load_profile(
        flags.PROJECT_DIR, flags.VARS, flags.PROFILE, flags.TARGET, threads_override=1
    )
    project = load_project(flags.PROJECT_DIR, flags.VERSION_CHECK, profile, flags.VARS)
    return RuntimeConfig.from_parts(project, profile, flags)
