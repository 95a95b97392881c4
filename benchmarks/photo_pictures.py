"""The ImageNet network turned around, in pictures: `python benchmarks/photo_pictures.py` (about two minutes).

The course's cat rebuilt from six depths, six filters of an early, a middle and a late layer, and the class images
of four things. Writes data/measurements/photo_pictures.jpg, and photo_content.csv (PSNR and feature error).
"""

from datetime import date
from functools import partial

from lesson_cells.rekonstruktion.experiments import filter_images
from lesson_cells.rekonstruktion.experiments.atlas import store_atlas
from lesson_utils.images import photo
from lesson_utils.pretrained import IMAGENET_SHA256
from lesson_utils.reconstruction import (
    Climb,
    Fourier,
    Priors,
    class_images,
    comparison,
    content,
    probabilities,
)
from lesson_utils.show import measurements, progress
from lesson_utils.weights import load_network

SIDE, SEED = 160, 0  # pixels: half the work of the network's own 224
DEPTHS, DEPTH_STEPS = ("stem", "block2b", "block3b", "block4c", "block5c", "block6d"), 90
FILTERS, FILTER_STEPS, CHANNELS = ("block2b", "block4c", "block6d"), 40, range(0, 12, 2)
CLASSES, CLASS_STEPS = (954, 985, 340, 404), 80  # banana, daisy, zebra, airliner
# Softer and paler than `class_images` would write a photo: of several ways tried the one with most to recognise.
CLASS_LOOK = {
    "parametrisation": Fourier(saturation=2.5, decay=1.1),
    "climb": Climb(0.04, "adam"),
    "priors": Priors(total_variation=1.0, jitter=16, scale=0.2, rotation=10),
}


def main() -> None:
    network, cat = load_network("imagenet"), photo("", SIDE)[None]
    sheets = {"foto": cat}
    for layer in progress(DEPTHS, "Genskaber fotoet"):
        sheets[layer] = content(network, cat, layer, DEPTH_STEPS, seed=SEED, fast=True).images
    depths = comparison(network, {layer: sheets[layer] for layer in DEPTHS}, cat)
    for layer in FILTERS:
        sheets[f"filtre/{layer}"] = filter_images(network, layer, CHANNELS, FILTER_STEPS, SEED, size=SIDE)
    bar = partial(progress, label="Tegner klasser")
    sheets["klasser"] = class_images(
        network, CLASSES, CLASS_STEPS, size=SIDE, seed=SEED, bar=bar, **CLASS_LOOK
    ).images
    sure = probabilities(network, sheets["klasser"])[range(len(CLASSES)), CLASSES].tolist()
    about = {
        "made by": "python benchmarks/photo_pictures.py",
        "date": date.today().isoformat(),
        "recipe": f"lesson_utils/reconstruction/questions.py, {SIDE} pixels; content {DEPTH_STEPS} steps, filters "
        f"{FILTER_STEPS}, class_images {CLASS_STEPS}",
        "seeds": SEED,
        "weights": f"imagenet {IMAGENET_SHA256[:8]}",
    }
    notes = {
        "klasser": {"names": [network.class_names[k] for k in CLASSES], "sure": sure},
        "kanaler": [*CHANNELS],
    }
    store_atlas("photo_pictures", sheets, about, notes)
    measurements.store("photo_content", depths.drop(columns="picture"), about)
    print(depths.to_string(), sure)


if __name__ == "__main__":
    main()
