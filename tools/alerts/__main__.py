"""Shows the open alerts, and sends each channel of alerts.yml what it has not been sent yet.

python -m tools.alerts --database warehouse/revenue_funnel.duckdb
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from tools.alerts.deliver import deliver
from tools.alerts.read import NoAlertsError, read_alerts
from tools.alerts.settings import SettingsError, read_settings
from tools.alerts.show import show
from tools.places import ROOT


def main() -> int:
    options = _options()
    try:
        channels = read_settings(options.settings)
        alerts = read_alerts(options.database)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except NoAlertsError as error:
        print(error)
        return 0
    show(Console() if sys.stdout.isatty() else Console(width=120), alerts)
    if not options.only_show:
        for sentence in deliver(alerts, channels, options.database):
            print(sentence)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.alerts", description=__doc__)
    parser.add_argument("--database", type=Path, required=True, help="the DuckDB file")
    parser.add_argument("--settings", type=Path, default=ROOT / "alerts.yml", help="the channels")
    parser.add_argument("--only-show", action="store_true", help="send nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
