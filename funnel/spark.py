"""Apache Spark in this process, as the target `spark` of profiles.yml says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2
import yaml

from funnel.places import ROOT

PREFIX = "REVENUE_FUNNEL_SPARK_"
JAVA = 17
"""The oldest version that Spark 4 runs on."""


class SparkError(Exception):
    """Spark can't be started; its text says what is missing."""


def spark_settings() -> dict[str, str]:
    """The settings of the session, with the values that the environment gives."""
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profiles["revenue_funnel"]["outputs"]["spark"]["server_side_parameters"]
    return {
        name: jinja2.Template(value).render(env_var=os.environ.get)
        for name, value in settings.items()
    }


def open_spark(other_settings: Mapping[str, str] | None = None) -> Any:
    """The session of this process, which dbt uses, too."""
    check_java()
    try:
        sessions = import_module("pyspark.sql").SparkSession
    except ImportError as missing:
        raise SparkError(
            "Spark needs two packages more: pip install -r requirements-spark.txt"
        ) from missing
    builder = sessions.builder.enableHiveSupport()
    for name, value in {**spark_settings(), **(other_settings or {})}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def end_spark() -> None:
    """Ends the session and its Java."""
    context = import_module("pyspark").SparkContext
    if context._active_spark_context:
        context._active_spark_context.stop()
    gateway = context._gateway
    if gateway:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        context._gateway = context._jvm = None


def check_java() -> None:
    """Spark runs on Java: it is the one thing that no Python package brings."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    found = ""
    if java and Path(java).exists():
        found = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', found)
    if not version or int(version[1]) < JAVA:
        raise SparkError(
            f"Spark needs Java {JAVA}, and it is not here: install your system's package"
            f" openjdk-{JAVA}-jre-headless, or name its folder in JAVA_HOME"
        )
