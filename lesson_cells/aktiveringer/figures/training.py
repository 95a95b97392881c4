"""Filters of the first layers, and a network at moments of its training."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show import style
from lesson_utils.show.pictures import filter_pictures, picture_grid


def filter_sets(sets: Mapping[str, Tensor], smooth: Mapping[str, float], shown: int = 8) -> Figure:
    """The strongest filters (C, 3, k, k) of several first layers, a row for each, and how smooth they are."""
    rows = {
        f"{name}\nglathed {number(smooth[name], 2)}": filter_pictures(
            weights[weights.flatten(1).norm(dim=1).argsort(descending=True)[:shown]]
        )
        for name, weights in sets.items()
    }
    said = listing(f"{name}: glathed {number(smooth[name], 2)}" for name in sets)
    return picture_grid(rows, f"De stærkeste filtre i det første lag for {len(sets)} netværk. {said}.")


def second_layer(weights: Tensor, channels: int = 10, shown: int = 4) -> Figure:
    """Filters (C, c, k, k) of a second layer, channel by channel; each row is one filter."""
    kept = weights[:shown, :channels]
    top = float(kept.abs().max())
    return picture_grid(
        {f"filter {k}": list(each) for k, each in enumerate(kept)},
        f"{len(kept)} filtre i det andet lag, de første {kept.shape[1]} af {weights.shape[1]} kanaler i hvert: "
        f"positive vægte røde, negative blå, den stærkeste {number(top, 2)}.",
        above=[f"kanal {k}" for k in range(kept.shape[1])],
        cmap=style.DIVERGING,
        vmin=-top,
        vmax=top,
    )


def training_moment(
    filters: Tensor, image: Tensor, maps: Mapping[str, Tensor], step: int, accuracy: float
) -> Figure:
    """One moment of a training: the accuracy, some first filters, and the strongest map (h, w) of each layer."""
    first = filter_pictures(filters[:12])
    best = {layer: int(found.flatten(1).amax(1).argmax()) for layer, found in maps.items()}
    answers = [found[best[layer]] / found[best[layer]].max().clamp_min(1e-9) for layer, found in maps.items()]
    return picture_grid(
        {"filtre": first[:6], "": first[6:], "svar": [image, *answers]},
        f"Efter {number(step)} skridt svarer netværket rigtigt på {percent(accuracy, 0)}: {len(first)} af det "
        f"første lags filtre, et billede og den stærkeste kanal i {listing(maps)}.",
        above=[*[""] * len(first), "billedet", *(f"{layer}: {k}" for layer, k in best.items())],
        title=f"efter {number(step)} skridt: {percent(accuracy, 0)} rigtige",
        vmin=0,
        vmax=1,
    )
