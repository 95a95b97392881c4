"""The loupe: from a class's name to a pixel, number by number (the browser's half is `loupe.js`), and its twin.

What is drawn goes as messages and never as a widget's state: no picture can end up in a saved notebook.
"""

import os
from pathlib import Path
from typing import Any

import torch
from IPython.display import display
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.danish import number, percent
from lesson_utils.explain import Explainer, Explanation
from lesson_utils.explain.graph import Layer
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.show import style
from lesson_utils.show.display import image_tag
from lesson_utils.show.explore import told
from lesson_utils.show.pictures import picture_grid

HERE = Path(__file__).parent
MOST = 8  # inputs that are drawn; the rest is one sum
SMALL, LARGEST = 28, 224  # numbers a side of a map that is drawn small, and of the one that is looked at
STAGES = 8  # pictures in the twin
SENT = ("layer", "kind", "channel", "place", "value", "shape", "field", "corner", "code")  # as they are


def loupe(network: nn.Module, image: Tensor, called: tuple[str, str]) -> None:
    """Show the loupe for an image (3, H, W), and folded under it the twin; `called`: their names in the cells.

    Where no kernel answers (`LESSON_STATIC=1`) the twin stands alone.
    """
    explainer, static = Explainer(network, image, called), os.environ.get("LESSON_STATIC") == "1"
    if not static:
        display(live(explainer))
    twin = image_tag(chain(explainer), passing=not static)
    twin = twin if static else f"<details><summary>Én vej som figur</summary>{twin}</details>"
    display({"text/html": twin, "text/plain": "Fra et navn tilbage til en pixel"}, raw=True)


def live(explainer: Explainer) -> Any:
    """The widget: it answers »open« with the whole network, and »number« with one number's parts."""
    import anywidget  # only where it is used: a batch does without

    class Loupe(anywidget.AnyWidget):
        _esm = (HERE / "loupe.js").read_text(encoding="utf-8")
        _css = (HERE / "loupe.css").read_text(encoding="utf-8")

    def hear(widget: Loupe, message: dict[str, Any], _buffers: object) -> None:
        try:
            widget.send(*(whole(explainer) if message["kind"] == "open" else answer(explainer, message)))
        except Exception as error:  # else the browser would wait for an answer that never comes
            widget.send({"kind": "failed", "said": told(error)})

    widget = Loupe()
    widget.on_msg(hear)
    return widget


def whole(explainer: Explainer) -> tuple[dict, list[bytes]]:
    """The network as columns of feature maps, one for each row of its table, and the photo; one scale a layer."""
    from lesson_utils.show.camera import jpeg

    network, layers = explainer.network, list(explainer.layers.values())
    explainer.maps(layers[-1])  # one pass for all of them
    table = isinstance(network, Network)
    columns = {name.split(".")[0] if table else name: [] for name in explainer.layers}
    small, start = [], 0
    for row, groups in columns.items():
        end = explainer.find(row)
        branches = end.sources if table and end.kind == "concat" else [end]
        for layer in (each for each in branches if each.kind != "other"):
            maps, most = explainer.maps(layer), {"input": 1}.get(layer.kind, 6 if layer is end else 3)
            strength = maps.flatten(1).amax(1) if layer.kind in ("softmax", "fc") else maps.abs().mean((1, 2))
            channels = strength.argsort(descending=True)[:most]
            shown = _small(maps[channels])
            about = {"layer": layer.name, "shape": maps.shape, "channels": channels.tolist()}
            about["shares"] = maps[channels].flatten().tolist() if layer.kind == "softmax" else None
            groups.append(about | {"size": shown.shape[1:], "start": start, "branch": layer is not end})
            small.append(_bytes(shown, maps.abs().max()))
            start += shown.numel()
    named = [layer.name for layer in layers if _classes(explainer, layer)]
    title, side = getattr(network, "name", type(network).__name__), explainer.image.shape[2:]
    told = [{"title": row, "groups": groups} for row, groups in columns.items() if groups]
    message = {"kind": "whole", "title": title, "columns": told, "named": named, "side": side}
    message["classes"] = network.class_names if named else ()
    return message, [b"".join(small), jpeg(explainer.image[0])]


def answer(explainer: Explainer, message: dict[str, Any]) -> tuple[dict, list[bytes]]:
    """One number's parts, the heaviest inputs first, and the maps that they come from; the rest is one sum."""
    layer, channel, place = explainer.find(message["layer"]), message["channel"], message["place"]
    own = explainer.maps(layer)
    place = divmod(int(own[channel].abs().argmax()), own.shape[2]) if place is None else place
    one = explainer.explain(layer.name, channel, tuple(place))
    order = one.contributions.abs().argsort(descending=True, stable=True).tolist()
    inputs, thumbs, start = [], [], 0
    for k in order[:MOST]:
        name, source = one.inputs[k]
        about = {"layer": name, "channel": source, "heaviest": one.heaviest(k)}
        about["gives"] = float(one.contributions[k])
        about["name"] = f"{name}, {called(explainer, name, source)}" if name else "pixlen"
        maps = explainer.maps(explainer.find(name)) if name else own[:, :1, :1]
        if maps.shape[1:].numel() > 1:
            small = _small(maps[source][None])
            thumbs.append(_bytes(small, maps.abs().max()))
            about |= {"of": maps.shape[1:], "size": small.shape[1:], "start": start}
            start += small.numel()
        inputs.append(about)
    parts = one.patches[order[:MOST], None]
    parts = parts if one.weights is None else torch.cat([parts, one.weights[order[:MOST], None]], 1)
    large = _small(own[channel][None], LARGEST)[0]
    module = explainer.module_of(layer) if layer.nodes else None
    told = {name: value for name, value in vars(one).items() if name in SENT}
    told |= {"total": one.total, "inputs": inputs, "size": large.shape, "patch": one.patches.shape[1:]}
    told |= {"weighted": one.weights is not None, "inside": one.inside.flatten().tolist()}
    told |= {"rest": float(one.contributions[order[MOST:]].sum()), "others": len(order[MOST:])}
    told |= {"stride": getattr(module, "stride", 0), "groups": getattr(module, "groups", 1)}
    told |= {"name": called(explainer, layer.name, channel), "steps": [vars(step) for step in one.steps]}
    told["reads"] = one.inputs[0][1], one.inputs[-1][1]
    sent = b"" if message.get("has") else _bytes(large, own.abs().max())
    return told, [parts.numpy().tobytes(), b"".join(thumbs), sent]


def called(explainer: Explainer, layer: str, channel: int) -> str:
    """What a channel is called: by its class, its colour, or its number."""
    if layer == "foto":
        return ("rød", "grøn", "blå")[channel]
    found = explainer.find(layer)
    if _classes(explainer, found):
        return f"»{explainer.network.class_names[channel]}«"
    what = {"fc": "enhed", "softmax": "klasse", "evidence": "klasse"}.get(found.kind, "kanal")
    return f"{what} {number(channel)}"


def _classes(explainer: Explainer, layer: Layer) -> bool:
    """Whether the layer's channels are the network's classes."""
    names = getattr(explainer.network, "class_names", None)
    ends = "softmax" in explainer.layers and layer is explainer.layers["softmax"].sources[0]
    return bool(names) and (ends or layer.kind in ("softmax", "evidence"))


def _small(maps: Tensor, side: int = SMALL) -> Tensor:
    return F.adaptive_avg_pool2d(maps, side) if max(maps.shape[1:]) > side else maps


def _bytes(maps: Tensor, most: Tensor) -> bytes:
    """-127..127, where 127 is the layer's largest."""
    return (127 * maps / most.clamp(min=1e-9)).round().to(torch.int8).numpy().tobytes()


def way(explainer: Explainer) -> list[Explanation]:
    """From the surest name back to a pixel: at each step to what gives most."""
    layer = explainer.layers.get("softmax") or list(explainer.layers.values())[-1]
    found = [explainer.explain(layer.name, int(explainer.maps(layer).flatten(1).amax(1).argmax()))]
    while found[-1].kind != "input":
        one = found[-1]
        k = int(one.contributions.argmax())
        spot = (start + step for start, step in zip(one.corner, one.heaviest(k), strict=True))
        found.append(explainer.explain(*one.inputs[k], tuple(spot)))
    return found


def chain(explainer: Explainer) -> Figure:
    """One way from a name to a pixel: the photo, and on it what each of the maps beside it sees of it."""
    found = way(explainer)
    stages = evenly_spaced([one for one in found[:-1] if one.shape[1] > 1], STAGES - 1)
    maps = [explainer.maps(explainer.find(one.layer))[one.channel] for one in stages]
    scaled = [each / each.abs().max().clamp(min=1e-9) for each in maps]
    name, pixel = called(explainer, found[0].layer, found[0].channel), found[-1]
    share = f"{name}\n{percent(found[0].value)}" if found[0].kind == "softmax" else name
    above = [share, *(f"{style.short_layer(one.layer)}\nkanal {one.channel}" for one in stages)]
    numbers = [number(one.value, 2) for one in stages]
    alt_text = (
        f"Én vej fra {' '.join(share.split())} tilbage til en pixel, hvert skridt til det, der giver mest"
    )
    for one, value in zip(stages, numbers, strict=True):
        alt_text += (
            f"; {one.layer}, kanal {one.channel}, række {one.place[0]}, kolonne {one.place[1]}: {value}"
        )
    alt_text += f"; til sidst pixlen i række {pixel.place[0]}, kolonne {pixel.place[1]}."
    pictures, look = [explainer.image[0], *scaled], {"cmap": style.DIVERGING, "vmin": -1, "vmax": 1}
    columns, under = (len(pictures) + 1) // 2, ["", *numbers]
    figure = picture_grid(pictures, alt_text, columns, above, under, **look)
    for axes, one in zip(figure.axes[1:], stages, strict=False):
        style.outline(axes, (one.place[1] - 0.5, one.place[0] - 0.5), 1, edgecolor=style.ORANGE, linewidth=3)
        top, left, bottom, right = one.field
        field = (left - 0.5, top - 0.5), right - left, bottom - top
        style.outline(figure.axes[0], *field, edgecolor=style.ORANGE, linewidth=2)
    return figure
