"""A PostgreSQL database of its own, for as long as a command runs.

It is on the server that REVENUE_FUNNEL_POSTGRES_HOST names; without it on a server that is started
here, on a free port and in a temporary folder, from the system's package, which is installed if it
is missing and may be."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from funnel.postgres import PREFIX, PostgresError, connect_to_postgres, postgres_settings
from funnel.run_dbt import environment

PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu have the server, one folder for each version."""
OWNER = "postgres"
"""Who runs the server where root calls: it refuses root."""
DATABASE_NAME = f"revenue_funnel_test_{os.getpid()}"
NOTHING_TO_START = (
    "PostgreSQL is not here: install your system's package postgresql, or name a server"
    f" on which databases can be created ({PREFIX}HOST, _PORT, _USER, _PASSWORD)"
)
# Nothing must survive a failure of the machine: waiting for the disk is left out.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")


@contextmanager
def postgres_database() -> Iterator[None]:
    """An empty database whose text sorts by its bytes; the variables of the environment name it."""
    with _server() as place, environment(place):
        _run_on_server(
            f"create database {DATABASE_NAME} template template0 encoding 'UTF8' locale 'C.UTF-8'"
        )
        try:
            with environment({f"{PREFIX}DATABASE": DATABASE_NAME}):
                yield
        finally:
            _run_on_server(f"drop database {DATABASE_NAME} with (force)")


@contextmanager
def _server() -> Iterator[Mapping[str, str]]:
    """The variables that name the server, and a database on it that is always there."""
    if os.environ.get(f"{PREFIX}HOST"):
        yield {f"{PREFIX}DATABASE": postgres_settings()["dbname"]}
        return
    programs = _find_programs()
    with _folder() as folder, _free_port() as port:
        _make_cluster(programs, folder)
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options = [part for setting in (*settings, *FAST) for part in ("-c", setting)]
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder, *options],
                stdout=log,
                stderr=log,
                cwd=folder,
                user=_owner(),
                group=_owner(),
            )
        place = {"HOST": "127.0.0.1", "PORT": str(port), "USER": "revenue_funnel"}
        try:
            with environment({f"{PREFIX}{name}": value for name, value in place.items()}):
                _wait_for(server, folder / "log")
                yield {f"{PREFIX}DATABASE": "postgres"}
        finally:
            server.send_signal(signal.SIGINT)  # Waits for no client.
            server.wait()


def _find_programs() -> Path:
    """The folder of the newest version's programs."""
    if not (found := _installed_programs()):
        _install()
        found = _installed_programs()
    if not found:
        raise PostgresError(NOTHING_TO_START)
    return found


def _installed_programs() -> Path | None:
    versions = [path.parent.parent for path in PROGRAMS.glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: int(path.name)) / "bin"
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _install() -> None:
    """By the system's own installer, if the caller may use it without a password."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if not shutil.which("apt-get") or (as_root and not shutil.which("sudo")):
        return
    print("Installing the system's package postgresql ...", flush=True)
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    for rest in (["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]):
        if subprocess.run([*as_root, *quiet, *rest], stdout=subprocess.DEVNULL).returncode:
            return


@contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder of the user that runs the server."""
    with tempfile.TemporaryDirectory(prefix="revenue_funnel_postgres_") as name:
        if os.geteuid() == 0:
            shutil.chown(name, OWNER)
        yield Path(name)


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    yield port


def _owner() -> str | None:
    return OWNER if os.geteuid() == 0 else None


def _make_cluster(programs: Path, folder: Path) -> None:
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username=revenue_funnel"]
    ran = subprocess.run(
        [programs / "initdb", "--pgdata", folder, *options],
        capture_output=True,
        text=True,
        cwd=folder,
        user=_owner(),
        group=_owner(),
    )
    if ran.returncode:
        raise PostgresError(f"initdb failed: {ran.stderr.strip()}")


def _wait_for(server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers: half a minute at most."""
    for _ in range(150):
        try:
            _run_on_server("select 1", "postgres")
            return
        except PostgresError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise PostgresError(f"the server did not start: {log.read_text(errors='replace').strip()}")


def _run_on_server(sql: str, database: str | None = None) -> None:
    named = {f"{PREFIX}DATABASE": database} if database else {}
    with environment(named):
        connection = connect_to_postgres()
    try:
        # `create database` runs outside of transactions.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
    finally:
        connection.close()
