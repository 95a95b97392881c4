"""Who recognises the class images of whom: `python benchmarks/class_images.py [folder for the pictures]`.

Draws the images of all 22 classes from each embedded network, with several seeds, and lets the other networks
name them. Writes data/measurements/class_images.csv, and the first seed's images as class_images.jpg. With a
folder, it also writes there: a sheet of the class images and one of all conv1 filters for each network, and a
sheet of 64 images for each class of the world.
"""

import sys
from datetime import date
from pathlib import Path

import pandas as pd
import torch

from lesson_cells.motivation import figures
from lesson_cells.rekonstruktion.experiments.atlas import store_atlas
from lesson_utils.networks import Network
from lesson_utils.reconstruction import class_images
from lesson_utils.show import measurements
from lesson_utils.show.pictures import picture_grid
from lesson_utils.weights import embedded, load_network
from lesson_world import THINGS, render
from lesson_world.datasets import BASE, TEST

SEEDS = (0, 1, 2, 3, 4)
STEPS = 100
MORE_STEPS = {"googlenet": 200}  # without FC layers nothing says where the thing should be: it takes longer


def main(folder: Path | None) -> None:
    names = [name for name, about in embedded().items() if about["classes"] == BASE]
    networks = {name: load_network(name) for name in names}
    rows, sheets = [], {}
    for drawer, network in networks.items():
        for seed in SEEDS:
            drawn = class_images(network, range(len(BASE)), MORE_STEPS.get(drawer, STEPS), seed=seed).images
            rows += [(drawer, judge, seed, recognised(networks[judge], drawn)) for judge in names]
            sheets.setdefault(drawer, drawn)
            if folder and seed == SEEDS[0]:
                sheet = figures.named_pictures(drawn, network.class_names, columns=6)
                sheet.savefig(folder / f"{drawer}-class-images.png")
                filters = figures.first_filters(network.layers[0].conv.weight.detach())
                filters.savefig(folder / f"{drawer}-conv1.png")
    table = pd.DataFrame(rows, columns=["drawn_from", "judge", "seed", "recognised"])
    about = {
        "made by": "python benchmarks/class_images.py",
        "date": date.today().isoformat(),
        "recipe": f"reconstruction.class_images, {STEPS} steps, googlenet 200",
        "test": f"{len(BASE)} classes, one image each per seed",
        "seeds": ", ".join(map(str, SEEDS)),
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in names),
    }
    measurements.store("class_images", table, about)
    store_atlas("class_images", sheets, about | {"seeds": SEEDS[0]})
    print(table.groupby(["drawn_from", "judge"]).recognised.mean().unstack().round(3).to_string())
    if folder:
        for name in THINGS:
            sheet = picture_grid(render([name], TEST, range(64)).images, name, columns=8)
            sheet.savefig(folder / f"world-{name}.png")


@torch.no_grad()
def recognised(judge: Network, images: torch.Tensor) -> float:
    """The share of class images, in the order of the classes, that `judge` names as they were meant."""
    return float((judge(images).argmax(1) == torch.arange(len(images))).float().mean())


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if place:
        place.mkdir(parents=True, exist_ok=True)
    main(place)
