"""Takes a number of a network apart, one kind of layer after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.explain.graph import RELUS, Graph, Layer
from lesson_utils.networks import Network

Place = tuple[int, int]
HOOK = "register_forward_pre_hook(lambda module, given: caught.append(given[0].clone()))"
FOREIGN = "# Koden til dette lag skrives kun for kursets egne netværk: gå ét lag tilbage."


@dataclass(frozen=True)
class Step:
    """What happens to the sum, and what it then is: factor · before + term, or (None) what the name says."""

    name: str
    value: float
    factor: float | None = None
    term: float | None = None


@dataclass(frozen=True)
class Explanation:
    """A number and its parts, float32 on the CPU: C inputs, each a patch of kh x kw numbers of one map.

    The contributions of the inputs add up to `total`, and `steps` lead from there to `value`: bias-led, batch
    norm, ReLU. Where there are `weights`, a contribution is the sum of patch · weights (an FC layer's patch is the
    whole map, a mean's weights are all alike); else it is a patch's largest, a square (LRN) or e to a power.
    """

    layer: str
    kind: str
    channel: int
    place: Place  # row and column in the layer's own map
    value: float
    shape: tuple[int, int, int]  # channels, height and width of all that the layer answers
    field: tuple[int, int, int, int]  # the receptive field in pixels: top, left, bottom, right (not included)
    inputs: tuple[tuple[str, int], ...]  # layer and channel of each
    corner: Place  # of the patches in their maps; negative in the padding
    patches: Tensor  # (C, kh, kw), zero in the padding
    weights: Tensor | None  # (C, kh, kw)
    contributions: Tensor  # (C,)
    steps: tuple[Step, ...]
    code: str  # two to six lines of PyTorch that give `value`
    inside: Tensor  # (kh, kw): False in the padding

    @property
    def total(self) -> float:
        return float(self.contributions.sum())

    @property
    def products(self) -> Tensor:
        """(C, kh, kw); without weights the numbers themselves."""
        return self.patches if self.weights is None else self.patches * self.weights

    def heaviest(self, k: int) -> Place:
        """Row and column in the patch of input `k` of what gives most, or wins a pool; never in the padding."""
        given = self.products[k] if self.kind == "maxpool" else self.products[k].abs()
        return divmod(int(given.masked_fill(~self.inside, -torch.inf).argmax()), given.shape[1])


class Explainer(Graph):
    """A network and one image (3, H, W): what the layers answer (`maps`), and what each number is (`explain`).

    `called`: how the two are called in the student's cell, for the lines of code.
    """

    def __init__(self, network: nn.Module, image: Tensor, called: tuple[str, str] = ("network", "image")):
        super().__init__(network, image)
        self.net, self.photo = called

    def explain(self, layer: str, channel: int, place: Place = (0, 0)) -> Explanation:
        """See `lesson_utils.explain.explain`."""
        found, spot = self.find(layer), (channel, *place)
        maps = self.maps(found)
        for what, value, size in zip(("kanal", "række", "kolonne"), spot, maps.shape, strict=True):
            if not 0 <= value < size:
                raise LessonError(f"»{found.name}« har ingen {what} {value}: vælg fra 0 til {size - 1}.")
        apart = getattr(self, f"_{found.kind}", None)
        if apart is None:
            problem = f"Luppen kan ikke skille »{found.name}« ad: den slags lag kender den ikke."
            raise LessonError(f"{problem} Se på laget før, »{found.sources[0].name}«.")
        about = found.name, found.kind, channel, tuple(place), float(maps[spot]), tuple(maps.shape)
        return apart(found, spot, partial(self._made, about, found))

    def field(self, layer: Layer, place: Place) -> tuple[int, int, int, int]:
        """What the unit at `place` sees of the image: top, left, bottom, right, in pixels."""
        seen = self.sights[(layer if layer.nodes else layer.sources[0]).nodes[-1]]
        first = [round(seen.middle + each * seen.jump - (seen.size - 1) / 2) for each in place]
        ends = (min(start + seen.size, side) for start, side in zip(first, self.image.shape[2:], strict=True))
        return max(first[0], 0), max(first[1], 0), *ends

    def _made(self, about, layer, inputs, corner, patches, weights, lines, steps=(), given=None, inside=None):
        given = (patches * weights).sum((1, 2)) if given is None else given
        inside = torch.ones(patches.shape[1:], dtype=torch.bool) if inside is None else inside
        seen = self.field(layer, about[3])
        plain = isinstance(self.network, Network) or layer.kind not in ("concat", "add")
        code = "\n".join(lines) if plain else FOREIGN
        return Explanation(
            *about, seen, tuple(inputs), tuple(corner), patches, weights, given, tuple(steps), code, inside
        )

    def _input(self, layer: Layer, spot, made) -> Explanation:
        pixel, where = self.image[0][spot], "[{}, {}, {}]".format(*spot)
        steps, lines = (), [f"pixel = {self.photo}{where}", "pixel.item()"]
        if len(layer.nodes) > 1:
            mean, std = (float(self.read(self.network, name)[0, spot[0]]) for name in ("mean", "std"))
            steps = (Step("normalisering", float(self.maps(layer)[spot]), 1 / std, -mean / std),)
            mean, std = (f"{self.net}.{name}[0, {spot[0]}]" for name in ("mean", "std"))
            lines[1:] = [f"((pixel - {mean}) / {std}).item()"]
        return made([("", spot[0])], spot[1:], pixel[None, None, None], None, lines, steps, pixel[None])

    def _conv(self, layer: Layer, spot, made) -> Explanation:
        conv, source = self.module_of(layer), layer.sources[0]
        weights, maps = self.read(conv, "weight")[spot[0]], self.maps(source)
        pads = self._padding(layer, conv)
        before = pads[2], pads[0]
        corner = [k * step - pad for k, step, pad in zip(spot[1:], conv.stride, before, strict=True)]
        first = spot[0] // (conv.out_channels // conv.groups) * len(weights)
        patches, inside = _patch(maps[first : first + len(weights)], corner, weights.shape[1:])
        lines, steps = self._after(layer, spot[0], float((patches * weights).sum()), "patch")
        starts = zip(corner, before, weights.shape[1:], strict=True)
        cut = ", ".join(f"{start + pad}:{start + pad + side}" for start, pad, side in starts)
        x = f"torch.nn.functional.pad(x, {pads})" if any(pads) else "x"
        lines = [*self._x(layer), f"patch = {x}[0, {first}:{first + len(weights)}, {cut}]", *lines]
        inputs = ((source.name, first + k) for k in range(len(weights)))
        return made(inputs, corner, patches, weights, lines, steps, inside=inside)

    def _fc(self, layer: Layer, spot, made) -> Explanation:
        source = layer.sources[0]
        maps = self.maps(source)
        weights = self.read(self.module_of(layer), "weight")[spot[0]].view(maps.shape)
        lines, steps = self._after(layer, spot[0], float((maps * weights).sum()), "x.flatten()")
        inputs = ((source.name, k) for k in range(len(maps)))
        return made(inputs, (0, 0), maps, weights, [*self._x(layer), *lines], steps)

    def _mean(self, layer: Layer, spot, made) -> Explanation:
        spans = zip(spot[1:], self.maps(layer.sources[0]).shape[1:], self.maps(layer).shape[1:], strict=True)
        spans = [slice(k * n // m, -(-(k + 1) * n // m)) for k, n, m in spans]
        return self._window(layer, spot[0], spans, made, "mean")

    def _maxpool(self, layer: Layer, spot, made) -> Explanation:
        pool, sides = self.module_of(layer), self.maps(layer.sources[0]).shape[1:]
        starts = zip((k * pool.stride - pool.padding for k in spot[1:]), sides, strict=True)
        spans = [slice(max(start, 0), min(start + pool.kernel_size, side)) for start, side in starts]
        return self._window(layer, spot[0], spans, made, "max")

    def _window(self, layer: Layer, channel: int, spans: Sequence[slice], made, how: str) -> Explanation:
        patch = self.maps(layer.sources[0])[channel][None, spans[0], spans[1]]
        weights = torch.full_like(patch, 1 / patch.numel()) if how == "mean" else None
        cut = ", ".join(f"{span.start}:{span.stop}" for span in spans)
        lines = [*self._x(layer), f"x[0, {channel}, {cut}].{how}().item()"]
        inputs, corner = [(layer.sources[0].name, channel)], [span.start for span in spans]
        return made(inputs, corner, patch, weights, lines, given=patch.amax((1, 2)) if how == "max" else None)

    def _lrn(self, layer: Layer, spot, made) -> Explanation:
        norm, source, channel = self.module_of(layer), layer.sources[0], spot[0]
        maps = self.maps(source)
        first, last = max(0, channel - norm.size // 2), min(len(maps), channel + (norm.size - 1) // 2 + 1)
        near, share = maps[(slice(first, last), *spot[1:])], norm.alpha / norm.size
        inner = float(near.square().sum()) * share + norm.k
        steps = [Step("α/n · sum + k", inner, share, norm.k), Step("opløftet til β", inner**norm.beta)]
        own = danish.number(float(maps[spot]), 2)
        steps += [Step(f"{own} delt med det", float(self.maps(layer)[spot]))]
        lines = self._x(layer)
        lines += [f"norm, near = {self._name(layer)}, x[0, {first}:{last}, {spot[1]}, {spot[2]}]"]
        lines += ["below = (norm.k + norm.alpha / norm.size * (near**2).sum()) ** norm.beta"]
        lines += [f"(x[0, {channel}, {spot[1]}, {spot[2]}] / below).item()"]
        inputs = ((source.name, k) for k in range(first, last))
        return made(inputs, spot[1:], near[:, None, None], None, lines, steps, given=near.square())

    def _concat(self, layer: Layer, spot, made) -> Explanation:
        branch, own = layer.sources[0], spot[0]
        for branch in layer.sources:
            if own < len(self.maps(branch)):
                break
            own -= len(self.maps(branch))
        patch = self.maps(branch)[own][spot[1:]].view(1, 1, 1)
        lines = [*self._answer(branch), f"x[0, {own}, {spot[1]}, {spot[2]}].item()"]
        return made([(branch.name, own)], spot[1:], patch, patch * 0 + 1, lines)

    def _add(self, layer: Layer, spot, made) -> Explanation:
        numbers = torch.stack([self.maps(each)[spot] for each in layer.sources])[:, None, None]
        steps = self._after(layer, spot[0], float(numbers.sum()), "")[1]
        where = "[0, {}, {}, {}]".format(*spot)
        row = layer.name.split(".")[0]
        terms = " + ".join(self._says(each, row) for each in layer.sources)
        lines = [*self._answer(layer.sources[0]), f"({terms}){where}.item()"]
        inputs = ((each.name, spot[0]) for each in layer.sources)
        return made(inputs, spot[1:], numbers, numbers * 0 + 1, lines, steps)

    def _softmax(self, layer: Layer, spot, made) -> Explanation:
        logits, k = self.maps(layer.sources[0]), spot[0]
        powers = (logits - logits.max()).exp().flatten()
        steps = (Step(f"{danish.rounded(float(powers[k]))} delt med summen", float(self.maps(layer)[spot])),)
        lines = [f"logits = {self.net}({self.photo}[None])[0]", "powers = (logits - logits.max()).exp()"]
        lines += [f"(powers[{k}] / powers.sum()).item()"]
        inputs = ((layer.sources[0].name, each) for each in range(len(logits)))
        return made(inputs, (0, 0), logits, None, lines, steps, given=powers)

    def _evidence(self, layer: Layer, spot, made) -> Explanation:
        source, head = layer.sources
        patches = self.maps(source)[(slice(None), *spot[1:])][:, None, None]
        weights = self.read(self.module_of(head), "weight")[spot[0]].view(patches.shape)
        weighted = f"(x[0, :, {spot[1]}, {spot[2]}] * {self._name(head)}.weight[{spot[0]}]).sum().item()"
        inputs = ((source.name, k) for k in range(len(patches)))
        return made(inputs, spot[1:], patches, weights, [*self._x(head.sources[0]), weighted])

    def _after(self, layer: Layer, channel: int, total: float, patch: str) -> tuple[list[str], list[Step]]:
        """What happens to the sum behind the layer's own step, as lines and as steps."""
        steps, value, line = [], total, f"total = ({patch} * {self._name(layer)}.weight[{channel}]).sum()"
        end, own = "total", self.module_of(layer)
        if getattr(own, "bias", None) is not None:
            term = float(self.read(own, "bias")[channel])
            steps, value = [Step("bias-led", value + term, 1.0, term)], value + term
            line += f" + {self._name(layer)}.bias[{channel}]"
        for node in layer.nodes[1:]:
            if (relu := RELUS.get(self.what(node))) is not None:
                value = min(max(value, 0.0), 6.0 if relu == "ReLU6" else torch.inf)
                end += ".relu()" if relu == "ReLU" else ".clamp(0, 6)"
                steps.append(Step(relu, value))
            else:
                norm = self.network.get_submodule(node.target)
                names = ("running_mean", "running_var", "weight", "bias")
                mean, spread, gain, shift = (float(self.read(norm, name)[channel]) for name in names)
                factor = gain / (spread + norm.eps) ** 0.5
                value = factor * value + shift - factor * mean
                steps.append(Step("batch norm", value, factor, shift - factor * mean))
                line = f"{line}, {self._module(node.target)}".replace("total", "total, norm", 1)
                end = f"((total - norm.running_mean[{channel}]) / (norm.running_var[{channel}] + norm.eps).sqrt()"
                end += f" * norm.weight[{channel}] + norm.bias[{channel}])"
        return [line, f"{end}.item()"], steps

    def _x(self, layer: Layer) -> list[str]:
        """Lines after which `x` is what the layer reads; in a network without a table of rows a hook notes it."""
        if isinstance(self.network, Network):
            return self._answer(layer.sources[0])
        run = f"x = ({self.net}({self.photo}[None]), hook.remove(), caught[-1])[-1]"
        return ["caught = []", f"hook = {self._name(layer)}.{HOOK}", run]

    def _answer(self, layer: Layer) -> list[str]:
        """Lines after which `x` is what the layer answers: the rows before it, then its own row's parts."""
        rows = dict(self.network.layers.named_children()) if isinstance(self.network, Network) else {}
        row = layer.name.split(".")[0]
        whole = layer is self.find(row)
        count = list(rows).index(row) + whole if row in rows else 0
        first = f"{self.net}.normalize({self.photo}[None])"
        lines = [f"x = {self.net}.layers[:{count}]({first})" if count else f"x = {first}"]
        return lines if whole else [*lines, f"x = {self._says(layer, row)}"]

    def _says(self, layer: Layer, row: str) -> str:
        inside = layer.name.split(".")[0] == row
        return f"{self.net}.layers.{layer.name}({self._says(layer.sources[0], row)})" if inside else "x"

    def _name(self, layer: Layer) -> str:
        return self._module(str(layer.nodes[0].target))

    def _module(self, target: str) -> str:
        """`layers.conv1.conv` -> `model.layers.conv1.conv`, `features.0` -> `model.features[0]`."""
        return self.net + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in target.split("."))

    def _padding(self, layer: Layer, conv: nn.Conv2d) -> tuple[int, ...]:
        """Zeros to the left, to the right, above and below; also those of a module before the convolution."""
        pads, before = conv._reversed_padding_repeated_twice, layer.nodes[0].all_input_nodes[0]
        if self.what(before) is nn.ZeroPad2d:
            more = self.network.get_submodule(before.target).padding
            pads = [a + b for a, b in zip(pads, more, strict=True)]
        return tuple(pads)


def _patch(maps: Tensor, corner: Sequence[int], size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """(C, kh, kw) of maps (C, H, W), zero outside them, and a mask (kh, kw) of what lies inside."""
    rows, columns = (start + torch.arange(side) for start, side in zip(corner, size, strict=True))
    height, width = maps.shape[1:]
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    return maps[:, rows.clamp(0, height - 1)][:, :, columns.clamp(0, width - 1)] * inside, inside
