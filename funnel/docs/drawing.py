"""The drawing of the layers: folders with their number of models, and what reads what."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from funnel.docs.manifest import Described, Table

START, END = "<!-- layers: made by `funnel docs pages` -->", "<!-- end of layers -->"
LAYERS = ("staging", "intermediate", "history", "marts")
BETWEEN = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)


def draw_layers(project: Described) -> str:
    """A Mermaid flowchart: a box for each folder, an arrow to the layer that reads another one.

    A dotted arrow goes back up: intermediate may read marts/core and the history."""
    models = [table for table in project.tables.values() if table.kind == "model"]
    counts = Counter(_box(table) for table in models)
    seeds = sum(1 for table in project.tables.values() if table.kind == "seed")
    boxes = [line for layer in LAYERS for line in _layer(layer, counts)]
    arrows = [f"  {arrow}" for arrow in _arrows(project, models)]
    return "\n".join(
        ["```mermaid", "flowchart TB", f'  seeds["seeds: {seeds}"]', *boxes, *arrows, "```"]
    )


def with_drawing(page: str, drawing: str) -> str:
    """The page with the drawing between its two marks."""
    if not BETWEEN.search(page):
        raise ValueError(f"the page has no place for the drawing: {START} and {END}")
    return BETWEEN.sub(lambda _: f"{START}\n{drawing}\n{END}", page)


def _box(table: Table) -> tuple[str, str]:
    """The layer and folder of a model; a layer without folders is its own folder."""
    _, layer, *folders = table.folder.split("/")
    return layer, folders[0] if folders else layer


def _layer(layer: str, counts: Mapping[tuple[str, str], int]) -> Iterator[str]:
    folders = sorted(folder for found, folder in counts if found == layer)
    total = sum(counts[layer, folder] for folder in folders)
    yield f'  subgraph {layer} ["{layer}: {total} models"]'
    yield "    direction LR"
    for folder in folders:
        yield f'    {layer}_{folder}["{folder} {counts[layer, folder]}"]'
    yield "  end"


def _arrows(project: Described, models: list[Table]) -> list[str]:
    """From the layer that is read to the one that reads it, in the order of layers."""
    by_id = {table.id: table for table in project.tables.values()}
    found = {
        (_box(by_id[id])[0] if by_id[id].kind == "model" else "seeds", _box(table)[0])
        for table in models
        for id in table.reads
        if id in by_id
    }
    order = {layer: place for place, layer in enumerate(("seeds", *LAYERS))}
    pairs = sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
    return [
        f"{one} {'-->' if order[one] < order[other] else '-.->'} {other}"
        for one, other in pairs
        if one != other
    ]
