"""Lesson 02, the network's parts: ReLU against tanh, local response norm, dropout."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import number, percent
from lesson_utils.show.style import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    SEQUENTIAL,
    danish_ticks,
    described,
    image_axes,
    new_figure,
    styled,
)

ACTIVATION_COLOURS = {"ReLU": RED, "tanh": BLUE}


@styled
def training_race(curves: pd.DataFrame, best: pd.DataFrame, goal: float) -> Figure:
    """Training accuracy epoch by epoch: a thin line per seed, a thick one for their median.

    Args:
        curves: columns activation, rate, seed, epoch, training.
        best: per activation its `rate`, and the `median`, `min` and `max` number of epochs to the goal.
        goal: the accuracy 0..1 that is raced for.
    """
    figure, axes = new_figure(height=4.8)
    texts, lowest = [], 0.9
    for name, row in best.iterrows():
        own = curves[(curves["activation"] == name) & (curves["rate"] == row["rate"])]
        by_seed = own.pivot(index="epoch", columns="seed", values="training")
        lowest = min(lowest, float(by_seed.min().min()))
        axes.plot(by_seed.index, by_seed, color=ACTIVATION_COLOURS[name], linewidth=1.2, alpha=0.45)
        label = f"{name}, læringsrate {number(row['rate'])}"
        axes.plot(by_seed.index, by_seed.median(axis=1), "o-", color=ACTIVATION_COLOURS[name], label=label)
        spread = f"fra {_epochs(row['min'])} til {_epochs(row['max'])}"
        texts.append(f"{label}: {_epochs(row['median'])} ({spread})")
    axes.axhline(goal, color=GREY, linewidth=1.5, linestyle="--")
    last = int(curves["epoch"].max())
    axes.text(last, goal - 0.012, f"målet: {percent(goal, 0)}", ha="right", va="top", color=GREY)
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.set(xlabel="epoke", ylabel="nøjagtighed på træningssættet", ylim=(np.floor(10 * lowest) / 10, 1.01))
    axes.set_xticks(range(1, last + 1))
    axes.legend(loc="lower right")
    told = "; ".join(texts)
    return described(figure, f"Nøjagtighed på træningssættet mod epoker. Til {percent(goal, 0)}: {told}.")


def _epochs(value: float) -> str:
    if not np.isfinite(value):
        return "flere epoker end målt"
    return f"{number(value)} {'epoke' if value == 1 else 'epoker'}"


@styled
def slopes(shares: pd.DataFrame, limit: float) -> Figure:
    """To the left the slopes of ReLU and tanh; to the right how many units begin with a slope below `limit`.

    `shares`: index the factor on the first weights, one column per activation.
    """
    figure, (curve, bars) = new_figure(height=4.4, columns=2, width_ratios=[1, 1.1])
    z = np.linspace(-4, 4, 401)
    curve.plot(z, np.where(z > 0, 1.0, 0.0), color=ACTIVATION_COLOURS["ReLU"], label="ReLU")
    curve.plot(z, 1 - np.tanh(z) ** 2, color=ACTIVATION_COLOURS["tanh"], label="tanh")
    curve.axhline(limit, color=GREY, linewidth=1.2, linestyle="--")
    curve.set(
        xlabel="input til enheden", ylabel="hældning", title="Hvor stejl er funktionen?", ylim=(-0.03, 1.12)
    )
    curve.legend(loc="center left")
    places = np.arange(len(shares))
    for shift, name in ((-0.2, "ReLU"), (0.2, "tanh")):
        bars.bar(places + shift, shares[name], 0.38, color=ACTIVATION_COLOURS[name], label=name)
        for place, share in zip(places, shares[name], strict=True):
            bars.text(place + shift, share + 0.015, number(100 * share, 0), ha="center", fontsize=12)
    bars.set_xticks(places, [f"x {number(factor)}" for factor in shares.index])
    danish_ticks(bars.yaxis, lambda share: percent(share, 0))
    bars.set(
        xlabel="startvægtene ganget med", ylim=(0, 1), title=f"Enheder med hældning under {number(limit)}"
    )
    first, last = shares.iloc[0], shares.iloc[-1]
    return described(
        figure,
        "Til venstre hældningen af ReLU (0 eller 1) og tanh (1 i midten, næsten 0 ude til siderne). Til højre "
        f"andelen af flade enheder: ReLU {percent(first['ReLU'], 0)} ved alle startvægte, tanh fra "
        f"{percent(first['tanh'], 0)} til {percent(last['tanh'], 0)}, når startvægtene er "
        f"{number(shares.index[-1])} gange større.",
    )


@styled
def strong_neighbour(before: Sequence[float], after: Sequence[float], reach: int) -> Figure:
    """One position's activations over the channels, before and after local response norm.

    `reach`: how many channels to either side the norm looks at.
    """
    before, after = np.asarray(before), np.asarray(after)
    figure, panels = new_figure(height=4.3, columns=2)
    strong = int(before.argmax())
    channels = np.arange(1, len(before) + 1)
    near = np.abs(channels - 1 - strong) <= reach
    colours = [RED if k == strong else ORANGE if near[k] else GREY for k in range(len(before))]
    for axes, values, title in zip(panels, (before, after), ("Før LRN", "Efter LRN"), strict=True):
        axes.bar(channels, values, color=colours)
        axes.set(title=title, xlabel="kanal", ylim=(0, values.max() * 1.15))
        axes.set_xticks(channels)
        for channel, value in zip(channels, values, strict=True):
            axes.text(channel, value + values.max() * 0.015, number(value, 0), ha="center", fontsize=12)
    panels[0].set_ylabel("aktivering")
    panels[1].set_ylabel("aktivering (en anden skala)")
    side, far = strong + 1, strong + reach + 1
    return described(
        figure,
        f"Aktiveringer i {len(before)} kanaler. Før: alle {number(before[far], 0)}, men kanal {strong + 1} er "
        f"{number(before[strong], 0)}. Efter LRN: naboen er {number(after[side], 1)}, kanaler længere væk "
        f"{number(after[far], 1)}, den stærke {number(after[strong], 1)}.",
    )


@styled
def dropout_passes(training: Sequence[Any], evaluation: Any) -> Figure:
    """The same 64 units, all of value 1, after dropout: some passes in training, one in use. Maps (8, 8)."""
    panels_of = [*(("træning", values) for values in training), ("brug (eval)", evaluation)]
    figure, panels = new_figure(height=3.3, columns=len(panels_of))
    for place, (axes, (title, values)) in enumerate(zip(panels, panels_of, strict=True), start=1):
        values = np.asarray(values)
        image_axes(axes, values, cmap=SEQUENTIAL, vmin=0, vmax=2)
        axes.set_xticks(np.arange(0.5, values.shape[1] - 1), minor=True)
        axes.set_yticks(np.arange(0.5, values.shape[0] - 1), minor=True)
        axes.grid(which="minor", color="white", linewidth=1.5)
        axes.tick_params(which="minor", length=0)
        axes.set_title(title if title != "træning" else f"træning, nr. {place}", fontsize=15)
        axes.set_xlabel(
            f"{int((values > 0).sum())} af {values.size} tændt\nmiddel {number(values.mean(), 2)}"
        )
    on = ", ".join(str(int((np.asarray(values) > 0).sum())) for values in training)
    return described(
        figure,
        f"64 enheder efter dropout. I tre gennemløb under træning er {on} tændt, med værdien 2; i brug er alle 64 "
        "tændt med værdien 1.",
    )
