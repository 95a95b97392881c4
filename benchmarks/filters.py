"""What the units of each layer want to see: `python benchmarks/filters.py` (about ten minutes).

For 16 units of every layer with feature maps, of three networks: the image that the unit answers most to, against
10,000 images that no network has trained on; its best part; and whether another network sees that part in the
image. Writes data/measurements/filters.csv, and of six units of each layer filters.jpg: the image, and the three
pieces of real images that the unit answers most to.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_cells.rekonstruktion.experiments import filter_images
from lesson_cells.rekonstruktion.experiments import units as asked_units
from lesson_cells.rekonstruktion.experiments.atlas import store_atlas
from lesson_utils.activations import activations, stream
from lesson_utils.dissection import DETECTS, Dissection, dissect
from lesson_utils.networks import Network
from lesson_utils.patches import Places, strongest_places
from lesson_utils.samples import Source
from lesson_utils.show import measurements
from lesson_utils.weights import embedded, load_network
from lesson_world.cache import Album
from lesson_world.datasets import BASE, TEST

WITNESS = {"alexnet": "vgg", "vgg": "googlenet", "googlenet": "alexnet"}  # of another architecture
ALBUM, DISSECTED = Album(BASE, TEST, 10_000), Album(BASE, TEST, 2_000)
UNITS, SHOWN, PIECES, STEPS, SEED = 16, 6, 3, 60, 0


def main() -> None:
    networks = {name: load_network(name) for name in WITNESS}
    layers = {name: network.map_layers for name, network in networks.items()}
    found = {name: dissect(network, DISSECTED, layers[name]) for name, network in networks.items()}
    tables, sheets, notes = [], {}, {}
    for name, network in networks.items():
        witness = networks[WITNESS[name]]
        places = strongest_places(network, ALBUM, layers[name], PIECES)
        for layer in layers[name]:
            units = asked_units.chosen_units(found[name][layer], UNITS, SHOWN)
            images = filter_images(network, layer, units, STEPS, SEED, unit=True)
            table = measured(network, images, found[name][layer], units, places[layer])
            last = found[WITNESS[name]][layers[WITNESS[name]][-1]]
            table = table.join(seen(table, images, witness, last))
            tables.append(table.assign(network=name, layer=layer))
            sheets[f"{name}/{layer}"] = sheet(images, units, places[layer])
            notes[f"{name}/{layer}"] = {
                "units": units[:SHOWN],
                "parts": [asked_units.best_part(found[name][layer], unit) for unit in units[:SHOWN]],
            }
            print(name, layer, table[["beaten", "seen", "control"]].mean().round(3).to_dict(), flush=True)
    about = {
        "made by": "python benchmarks/filters.py",
        "date": date.today().isoformat(),
        "recipe": f"lesson_utils/reconstruction/questions.py, filters, unit=True, {STEPS} steps",
        "pictures": f"{len(ALBUM)} for the answers, {len(DISSECTED)} for the parts, seed {TEST}",
        "seeds": SEED,
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in networks),
    }
    columns = ["network", "layer", "unit", "own", "best", "beaten", "part", "iou", "seen", "control"]
    measurements.store("filters", pd.concat(tables)[columns], about)
    store_atlas("filters", sheets, about, notes)


def measured(
    network: Network, images: Tensor, found: Dissection, units: list[int], places: Places
) -> pd.DataFrame:
    table = (
        asked_units.against_real_images(network, images, found.layer, units, places)
        .rename_axis("unit")
        .reset_index()
    )
    table["beaten"] = table.own > table.best
    table["part"] = [found.concept(unit).danish for unit in units]
    table["iou"] = found.best_iou[units].tolist()
    return table


def seen(table: pd.DataFrame, images: Tensor, witness: Network, found: Dissection) -> pd.DataFrame:
    """For the rows that detect their part; no number for the others."""
    rows = table.index[table.iou >= DETECTS]
    if not len(rows):
        return pd.DataFrame({"seen": torch.nan, "control": torch.nan}, index=table.index)
    told = seen_by_another(images[list(rows)], table.part[rows].tolist(), witness, found, DISSECTED)
    return told[["seen", "control"]].set_index(rows)


def seen_by_another(
    images: Tensor, parts: Sequence[str], other: nn.Module, found: Dissection, real: Source
) -> pd.DataFrame:
    """Whether another network sees the part in images (N, 3, H, W) that were drawn for units of the first one.

    `parts`: what each image should show (Danish). The witness is that unit of the other network's layer, dissected
    as `found`, that fits the part best. `seen`: the share of the real images to which the witness answers less
    than to this image. `control`: the same for the images drawn for other parts, on the average.
    """
    witnesses = [found.units_for(part, 1)[0] for part in parts]
    ours = activations(other, images, [found.layer])[found.layer].flatten(2).amax(2)[:, witnesses]
    theirs = torch.cat(
        [a[found.layer].flatten(2).amax(2)[:, witnesses] for a in stream(other, real, [found.layer])]
    )
    beaten = (theirs[None] < ours[:, None]).float().mean(1)  # (image, witness)
    names = list(parts)
    rows = []
    for k, part in enumerate(names):
        elsewhere = [beaten[j, k] for j, name in enumerate(names) if name != part]
        control = float(torch.stack(elsewhere).mean()) if elsewhere else float("nan")
        rows.append((part, float(beaten[k, k]), control))
    return pd.DataFrame(rows, columns=["part", "seen", "control"])


def sheet(images: Tensor, units: list[int], places: Places) -> Tensor:
    """(6 · 4, 3, 64, 64): each unit's image, and after it the pieces that it answers most to."""
    pieces = asked_units.pieces_of(ALBUM, places, units[:SHOWN], PIECES)
    return torch.cat([images[:SHOWN, None], pieces], 1).flatten(0, 1)


if __name__ == "__main__":
    main()
