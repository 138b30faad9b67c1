"""A Spark cluster on this machine, for as long as a command runs: a master, two workers, and a
metastore: the service that knows the tables, so that several programs can build and read them.

All of it is in PySpark's package; everything listens on 127.0.0.1 alone."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from funnel.run_dbt import environment
from funnel.spark import PREFIX, SparkError, check_java, spark_settings

Process = subprocess.Popen[bytes]
HOST = "127.0.0.1"
WORKERS = 2
JAVA = (
    "-XX:TieredStopAtLevel=1",  # No optimizing of what runs for seconds only.
    "-XX:ReservedCodeCacheSize=240m",
    "-XX:+UseSerialGC",
    "-Xms2g",
    "-Xmn1g",
    "-XX:MetaspaceSize=400m",
    "-Dspark.buffer.pageSize=1m",  # Else each sort of a few rows fills 64 MB with zeros.
)
QUICK = {
    f"{PREFIX}JAVA": " ".join(JAVA),
    f"{PREFIX}CODEGEN": "false",
    f"{PREFIX}PARTITIONS": "1",
}
"""Variables that make small tables quick."""
SECONDS_TO_START = 180


@dataclass
class Cluster:
    """Where it is; its programs log into the folder."""

    folder: Path
    master_port: int
    metastore_port: int
    workers: list[Process] = field(default_factory=list)

    @property
    def place(self) -> dict[str, str]:
        """The variables that make the target `spark` work on it."""
        return {
            "SPARK_LOCAL_IP": HOST,
            f"{PREFIX}MASTER": f"spark://{HOST}:{self.master_port}",
            f"{PREFIX}METASTORE": f"thrift://{HOST}:{self.metastore_port}",
            f"{PREFIX}WAREHOUSE": str(self.folder / "warehouse"),
            **QUICK,
        }


@contextmanager
def spark_cluster(folder: Path) -> Iterator[Cluster]:
    """Its programs end with it."""
    check_java()
    cluster = Cluster(folder, _free_port(), _free_port())
    _write_settings(folder)
    with ExitStack() as programs:
        start = [_METASTORE, "-p", str(cluster.metastore_port)]
        programs.enter_context(_program(folder, "metastore", start))
        ports = ["--host", HOST, "--port", str(cluster.master_port), "--webui-port", "0"]
        programs.enter_context(_program(folder, "master", [f"{_DEPLOY}.master.Master", *ports]))
        for port in (cluster.metastore_port, cluster.master_port):
            _wait_for(port, folder)
        for number in range(WORKERS):
            worker = _start_worker(cluster, number)
            cluster.workers.append(programs.enter_context(worker))
        yield cluster


@contextmanager
def thrift_server(cluster: Cluster) -> Iterator[int]:
    """The port of a Thrift server that works on the cluster, with the settings of profiles.yml."""
    port = _free_port()
    with environment(cluster.place):
        settings = spark_settings()
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    place = {"hive.server2.thrift.port": str(port), "hive.server2.thrift.bind.host": HOST}
    place["hive.exec.scratchdir"] = str(cluster.folder / "scratch")
    hive = [part for name, value in place.items() for part in ("--hiveconf", f"{name}={value}")]
    start = [f"{_DEPLOY}.SparkSubmit", "--class", _THRIFT_SERVER, *options, "spark-internal", *hive]
    memory = settings["spark.driver.memory"]
    with _program(cluster.folder, "thrift_server", start, memory):
        _wait_for(port, cluster.folder)
        yield port


_DEPLOY = "org.apache.spark.deploy"
_THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
_METASTORE = "org.apache.hadoop.hive.metastore.HiveMetaStore"


def _start_worker(cluster: Cluster, number: int) -> AbstractContextManager[Process]:
    size = ["--host", HOST, "--cores", "1", "--memory", "1g", "--webui-port", "0"]
    place = ["--work-dir", str(cluster.folder / f"worker_{number}")]
    master = cluster.place[f"{PREFIX}MASTER"]
    arguments = [f"{_DEPLOY}.worker.Worker", *size, *place, master]
    return _program(cluster.folder, f"worker_{number}", arguments)


def _write_settings(folder: Path) -> None:
    """Of the metastore, which has its tables in files of Derby."""
    names = f"{folder}/metastore;create=true"
    settings = {
        "javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={names}",
        "datanucleus.schema.autoCreateAll": "true",
        "hive.metastore.schema.verification": "false",
        "hive.metastore.warehouse.dir": str(folder / "warehouse"),
        "hive.async.log.enabled": "false",  # It would need a package that Spark leaves out.
    }
    properties = "".join(
        f"<property><name>{name}</name><value>{escape(value)}</value></property>"
        for name, value in settings.items()
    )
    (folder / "settings").mkdir()
    (folder / "settings" / "hive-site.xml").write_text(
        f"<configuration>{properties}</configuration>", encoding="utf-8"
    )


@contextmanager
def _program(
    folder: Path, name: str, arguments: Sequence[str], memory: str = "512m"
) -> Iterator[Process]:
    """One of Spark's programs, and what it starts itself."""
    settings = {
        "SPARK_CONF_DIR": str(folder / "settings"),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": memory,
    }
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [spark_home() / "bin" / "spark-class", *arguments],
            stdout=log,
            stderr=log,
            env={**os.environ, **settings},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


def kill_group(process: Process) -> None:
    """kill -9 of a program and of all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def spark_home() -> Path:
    """The folder of PySpark's package, which has Spark in it."""
    found = find_spec("pyspark")
    if not found or not found.origin:
        raise SparkError("Spark needs two packages more: pip install -r requirements-spark.txt")
    return Path(found.origin).parent


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        with socket.socket() as tried:
            if tried.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.2)
    # The folder goes with this program.
    ends = [f"{log.name}:\n{_end(log)}" for log in sorted(folder.glob("*.log"))]
    raise SparkError("\n".join([f"Spark did not start within {SECONDS_TO_START} seconds", *ends]))


def _end(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]
