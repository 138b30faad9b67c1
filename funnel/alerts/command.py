"""Shows the open alerts, and sends each channel of alerts.yml what it has not been sent yet."""

import sys
from pathlib import Path

from rich.console import Console

from funnel.alerts.deliver import deliver
from funnel.alerts.read import NoAlertsError, read_alerts
from funnel.alerts.settings import SettingsError, read_settings
from funnel.alerts.show import show
from funnel.places import ROOT


def send_alerts(
    database: Path, settings: Path = ROOT / "alerts.yml", only_show: bool = False
) -> int:
    """Shows and sends: 0 even where a channel can't be reached, 2 if the settings are wrong."""
    try:
        channels = read_settings(settings)
        alerts = read_alerts(database)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except NoAlertsError as error:
        print(error)
        return 0
    show(Console() if sys.stdout.isatty() else Console(width=120), alerts)
    if not only_show:
        for sentence in deliver(alerts, channels, database):
            print(sentence)
    return 0
