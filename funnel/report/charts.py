"""Altair charts as SVG.

Each colour is one of a few, and has one meaning. The page's style sheet finds it in the SVG and
replaces it, so that the same picture is right by day, by night and on paper."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import vl_convert

from funnel.report import words

# The same values stand in templates/style.css, by day and by night.
INK = "#1f2933"
MUTED = "#5f6c7b"
GRID = "#e3e7ec"
SOFT = "#aeb8c4"
TEAMS = ("#0067a5", "#b84e00", "#00785a", "#6b5b95", "#7a5c00", "#8c2d5a")

FONT = "Arial"
# Of charts: as wide as a phone's page, so that text is as large there as anywhere.
WIDTH = 300
# Of the value that is written at the top of a line chart.
LABEL_HEIGHT = 13


@dataclass(frozen=True)
class Point:
    """A value of a period; what is not complete is drawn hollow."""

    start: date
    value: float | None
    label: str = ""
    is_complete: bool = True
    target: float | None = None
    # The part of the value that has a target, where that is not all.
    compared: float | None = None
    earlier: float | None = None
    forecast: float | None = None


@dataclass(frozen=True)
class Bar:
    """A bar from nothing, or from `start`, to `value`."""

    name: str
    value: float
    label: str
    colour: str = SOFT
    start: float = 0


@dataclass(frozen=True)
class Interval:
    """A value with its interval, and the target beside it."""

    name: str
    low: float
    value: float
    high: float
    target: float | None
    label: str


def svg(chart: Any) -> str:
    """The picture, without what only a file of its own needs."""
    text = vl_convert.vegalite_to_svg(
        _configured(chart).to_dict(validate=False), format_locale=_format_locale()
    )
    text = re.sub(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", text)
    text = re.sub(r' (?:font-family|class|aria-[a-z]+|role)="[^"]*"', "", text)
    text = re.sub(r"(\d+\.\d{2})\d+", r"\1", text)
    text = re.sub(r'<svg (?:xmlns(?::xlink)?="[^"]*"\s*)*', "<svg ", text, count=1)
    text = re.sub(r"<svg ([^>]*)>", r'<svg aria-hidden="true" focusable="false" \1>', text, count=1)
    return text.strip()


def _format_locale() -> dict[str, Any]:
    """How Vega writes the numbers of an axis."""
    decimal, thousands = words.separators()
    return {
        "decimal": decimal,
        "thousands": thousands,
        "grouping": [3],
        "currency": ["", ""],
    }


def _data(values: Sequence[dict[str, Any]]) -> Any:
    return alt.InlineData(values=list(values))


def _configured(chart: Any) -> Any:
    return (
        chart.configure(font=FONT, background="transparent", padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            labelFontSize=11,
            titleColor=MUTED,
            titleFontSize=11,
            titleFontWeight="normal",
            gridColor=GRID,
            domainColor=GRID,
            tickColor=GRID,
            ticks=False,
            labelPadding=4,
        )
        .configure_title(color=MUTED, fontSize=11, fontWeight="normal", anchor="start", offset=6)
        .configure_concat(spacing=18)
    )


def trend(weeks: Sequence[Point], months: Sequence[Point], colour: str) -> str:
    """Six weeks and twelve months of one KPI, side by side."""
    parts = [
        _line(points, title, width, colour)
        for points, title, width in (
            (weeks, "weeks", 92 if months else WIDTH),
            (months, "months", 178 if weeks else WIDTH),
        )
        if any(point.value is not None for point in points)
    ]
    return svg(alt.hconcat(*parts, bounds="flush")) if parts else ""


def line(points: Sequence[Point], colour: str, title: str = "") -> str:
    """One KPI over time, with target, forecast and the year before."""
    return svg(_line(points, title, WIDTH, colour, height=150))


def _line(points: Sequence[Point], title: str, width: int, colour: str, height: int = 92) -> Any:
    data = _data(_values(points))
    order = [point.start.isoformat() for point in points]
    marked = _marked(points)
    labels = alt.Axis(
        labelExpr=_labels(points, marked), title=None, labelAngle=0, labelOverlap=False, grid=False
    )
    across = alt.X("start:O", sort=order, axis=labels, scale=alt.Scale(padding=0.4))
    base = alt.Chart(data, title=title, width=width, height=height).encode(x=across)
    up, scale = _height(points, height)

    def upwards(column: str) -> Any:
        return alt.Y(f"{column}:Q", axis=up, scale=scale)

    labelled = "isValid(datum.any) && datum.label != ''"
    layers = [
        # The label stands above all lines, and a thin line leads to it.
        base.mark_rule(color=SOFT, strokeWidth=1)
        .encode(y=upwards("any"), y2=alt.value(LABEL_HEIGHT))
        .transform_filter(labelled),
        _path(base, "earlier", SOFT, upwards, 1.2),
        _path(base, "coming", colour, upwards, 1.4, dash=True),
        _path(base, "whole", colour, upwards, 2),
        base.mark_tick(color=INK, thickness=1.5, size=width / max(len(points), 1) * 0.8).encode(
            y=upwards("target")
        ),
        base.mark_circle(color=colour, size=26, opacity=1)
        .encode(y=upwards("whole"))
        .transform_filter("isValid(datum.whole)"),
        base.mark_point(color=colour, size=26, opacity=1, strokeWidth=1.4)
        .encode(y=upwards("hollow"))
        .transform_filter("isValid(datum.hollow)"),
        base.mark_text(color=INK, fontSize=12, fontWeight="bold", baseline="top")
        .encode(y=alt.value(0), text="label:N")
        .transform_filter(labelled),
    ]
    return alt.layer(*layers)


def _path(
    base: Any, column: str, colour: str, upwards: Any, width: float, dash: bool = False
) -> Any:
    shape = base.mark_line(color=colour, strokeWidth=width, strokeDash=[3, 3] if dash else [1, 0])
    return shape.encode(y=upwards(column)).transform_filter(f"isValid(datum.{column})")


def _height(points: Sequence[Point], height: int) -> tuple[Any, Any]:
    """Axis and scale from nothing up, with room for the label. Values that all are large and alike,
    such as retention, begin near the least of them, and then the axis has numbers."""
    known = [
        value
        for point in points
        for value in (point.value, point.target, point.earlier, point.forecast)
        if value is not None
    ]
    low, high = min(known, default=0.0), max(known, default=1.0)
    is_alike = low > 0 and low > 0.85 * high
    least = low - (high - low) * 0.1 if is_alike else min(low, 0)
    axis = alt.Axis(
        labels=is_alike, format="%" if high < 3 else "~s", title=None, tickCount=3, domain=False
    )
    room = (LABEL_HEIGHT + 6) / height
    top = high + (high - least) * room / (1 - room) or 1
    return axis, alt.Scale(domain=[least, top], nice=False, zero=False)


def _values(points: Sequence[Point]) -> list[dict[str, Any]]:
    """What is drawn of each point; the dashed line starts at the last whole one."""
    whole = [i for i, point in enumerate(points) if point.is_complete and point.value is not None]
    last = whole[-1] if whole else -1
    values = []
    for index, point in enumerate(points):
        is_whole = point.is_complete and point.value is not None
        coming = point.forecast if index > last else point.value if index == last else None
        hollow = None if is_whole else coming
        values.append(
            {
                "start": point.start.isoformat(),
                "whole": point.value if is_whole else None,
                "coming": coming,
                "hollow": hollow,
                "any": point.value if is_whole else hollow,
                "target": point.target,
                "earlier": point.earlier,
                "label": point.label,
            }
        )
    return values


def _marked(points: Sequence[Point]) -> set[int]:
    """Which periods are named on the axis: the first, the last, and some between."""
    step = 1 if len(points) <= 3 else 3 if len(points) <= 8 else 4
    return set(range(len(points) - 1, -1, -step))


def _labels(points: Sequence[Point], marked: set[int]) -> str:
    """An expression of Vega that names the marked periods."""
    is_monthly = len(points) > 1 and (points[1].start - points[0].start).days > 20
    names = {
        point.start.isoformat(): words.short_month_name(point.start)
        if is_monthly
        else words.short_day(point.start)
        for index, point in enumerate(points)
        if index in marked
    }
    pairs = ", ".join(f"'{start}': '{name}'" for start, name in names.items())
    return f"({{{pairs}}})[datum.value] || ''"


def bars(values: Sequence[Bar]) -> str:
    """Bars that lie, each with its name above and its value at its end."""
    rows: list[dict[str, Any]] = [
        {
            "name": bar.name,
            "from": bar.start,
            "to": bar.start + bar.value,
            "left": min(bar.start, bar.start + bar.value),
            "right": max(bar.start, bar.start + bar.value, 0),
            "label": bar.label,
            "colour": bar.colour,
        }
        for bar in values
    ]
    low = min(0.0, *(row["left"] for row in rows))
    high = max(0.0, *(row["right"] for row in rows))
    room = (high - low) * 0.24 or 1
    order = [bar.name for bar in values]
    base = alt.Chart(_data(rows), width=WIDTH - 138, height=alt.Step(21)).encode(
        y=alt.Y(
            "name:N",
            sort=order,
            axis=alt.Axis(title=None, domain=False, labelLimit=136, labelColor=INK),
        )
    )
    across = alt.X("from:Q", axis=None, scale=alt.Scale(domain=[low, high + room], nice=False))
    shapes = base.mark_bar(height=13, cornerRadius=1).encode(
        x=across, x2="to:Q", color=alt.Color("colour:N", scale=None)
    )
    texts = base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(
        x="right:Q", text="label:N"
    )
    return svg(alt.layer(shapes, texts))


def intervals(values: Sequence[Interval], colour: str) -> str:
    """Each value as a point on its interval, with the target as a tick."""
    rows = [
        {
            "name": value.name,
            "low": value.low,
            "value": value.value,
            "high": value.high,
            "target": value.target,
            "label": value.label,
        }
        for value in values
    ]
    base = alt.Chart(_data(rows), width=WIDTH - 116, height=alt.Step(40)).encode(
        y=alt.Y(
            "name:N",
            sort=[value.name for value in values],
            axis=alt.Axis(title=None, domain=False, labelLimit=112, labelColor=INK),
        )
    )
    across = alt.X(
        "low:Q",
        axis=alt.Axis(title=None, format="~s", tickCount=4, domain=False),
        scale=alt.Scale(zero=True),
    )
    return svg(
        alt.layer(
            base.mark_rule(color=colour, strokeWidth=7, opacity=0.28).encode(x=across, x2="high:Q"),
            base.mark_circle(color=colour, size=70, opacity=1).encode(x="value:Q"),
            base.mark_tick(color=INK, thickness=2, size=20).encode(x="target:Q"),
            base.mark_text(color=INK, fontSize=11, dy=-16).encode(x="value:Q", text="label:N"),
        )
    )


def stacks(rows: Sequence[dict[str, Any]], order: Sequence[str], colours: Sequence[str]) -> str:
    """Bars that stand, one for each month, in parts that are named beside the last one."""
    months = sorted({row["start"] for row in rows})
    points = [Point(date.fromisoformat(month), None) for month in months]
    marked = _marked(points)
    numbered = [row | {"place": order.index(row["part"])} for row in rows]
    base = alt.Chart(_data(numbered), width=WIDTH - 20, height=150)
    shapes = base.mark_bar(stroke="transparent").encode(
        x=alt.X(
            "start:O",
            sort=months,
            axis=alt.Axis(title=None, labelExpr=_labels(points, marked), labelAngle=0, grid=False),
        ),
        y=alt.Y("value:Q", axis=alt.Axis(title=None, format="~s", tickCount=3, domain=False)),
        color=alt.Color(
            "part:N", scale=alt.Scale(domain=list(order), range=list(colours)), legend=None
        ),
        order=alt.Order("place:Q"),
    )
    return svg(shapes)


def curves(
    series: Sequence[tuple[str, str, Sequence[tuple[float, float]]]], across: str, form: str
) -> str:
    """Lines, each with its name at its end: name, colour, points."""
    rows: list[dict[str, Any]] = [
        {"name": name, "colour": colour, "x": x, "y": y}
        for name, colour, points in series
        for x, y in points
    ]
    ends = _apart(
        [
            {"name": name, "colour": colour, "x": points[-1][0], "y": points[-1][1]}
            for name, colour, points in series
            if points
        ],
        (max(row["y"] for row in rows) - min(row["y"] for row in rows)) * 0.1,
    )
    x = alt.X("x:Q", axis=alt.Axis(title=across, grid=False, tickCount=6, tickMinStep=1))
    y = alt.Y(
        "y:Q",
        axis=alt.Axis(title=None, format=form, tickCount=4, domain=False),
        scale=alt.Scale(zero=False),
    )
    colour = alt.Color("colour:N", scale=None)
    lines = (
        alt.Chart(_data(rows), width=WIDTH - 96, height=150)
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, color=colour, detail="name:N")
    )
    names = (
        alt.Chart(_data(ends))
        .mark_text(align="left", dx=5, fontSize=11)
        .encode(x="x:Q", y="y:Q", text="name:N", color=colour)
    )
    return svg(alt.layer(lines, names))


def _apart(ends: list[dict[str, Any]], least: float) -> list[dict[str, Any]]:
    """Names at the ends of lines, so far from each other that each can be read."""
    below: float | None = None
    for end in sorted(ends, key=lambda end: float(end["y"])):
        if below is not None:
            end["y"] = max(end["y"], below + least)
        below = end["y"]
    return ends
