"""The arithmetic of a ConvNet: output sizes, parameters, multiply-adds and receptive fields.

Nothing is written down twice: `layer_table` asks the modules themselves what they are and lets PyTorch carry an
image without content through them, so the table cannot disagree with the network. One multiplication with its
addition counts once (a multiply-add).
"""

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import accumulate
from typing import Literal, NamedTuple

import pandas as pd
import torch
from torch import Tensor, fx, nn
from torch._subclasses import FakeTensorMode

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.modes import device_of, eval_mode

Rounding = Literal["exact", "floor", "ceil"]


def output_size(
    input_size: int, kernel: int, stride: int = 1, padding: int = 0, rounding: Rounding = "exact"
) -> int:
    """The width of a feature map: (input + 2·padding - kernel) / stride + 1.

    `rounding="exact"` raises LessonError where that is not a whole number. PyTorch's modules never do: they
    round down (`"floor"`, the last pixels are not seen) or, in pools with `ceil_mode`, up (`"ceil"`: the last
    window may reach over the edge, but not start beyond it). Also LessonError: a filter that does not fit.
    """
    for what, value, least in (
        ("Billedets størrelse", input_size, 1),
        ("Filterets størrelse", kernel, 1),
        ("Skridtlængden", stride, 1),
        ("Padding", padding, 0),
    ):
        if value != int(value) or value < least:
            raise LessonError(
                f"{what} skal være et helt tal på mindst {least}, men er {danish.number(value)}."
            )
    room = input_size + 2 * padding - kernel
    if room < 0:
        raise LessonError(
            f"Filteret på {kernel}x{kernel} er større end billedet på {input_size}x{input_size} "
            f"med padding {padding}: vælg et mindre filter eller mere padding."
        )
    steps, left_over = divmod(room, stride)
    if rounding == "floor" or not left_over:
        return steps + 1
    if rounding == "ceil":
        starts_inside = (steps + 1) * stride < input_size + padding
        return steps + 2 if starts_inside else steps + 1
    if rounding != "exact":
        raise LessonError(f"rounding er »{rounding}«, men skal være »exact«, »floor« eller »ceil«.")
    raise LessonError(
        f"({input_size} + 2·{padding} − {kernel}) / {stride} + 1 = {danish.number(room / stride + 1)} er ikke "
        f"et helt tal: {danish.plural(left_over, 'pixel bliver', 'pixler bliver')} til overs. "
        "Vælg en anden størrelse, skridtlængde eller padding."
    )


class ConvCost(NamedTuple):
    weights: int
    multiply_adds: int


def conv_cost(in_channels: int, out_channels: int, kernel: int, height: int, width: int) -> ConvCost:
    """What a conv layer costs (bias not counted); `height` and `width` are those of its output."""
    weights = kernel * kernel * in_channels * out_channels
    return ConvCost(weights, weights * height * width)


class Sight(NamedTuple):
    """Where the units of a layer look, along one side: each at `size` pixels of the image, its receptive field.

    The first unit's is centred on pixel `middle` (0 is the image's first), and each next lies `jump` further on.
    """

    size: int = 1
    jump: int = 1
    middle: float = 0.0

    def after(self, kernel: int, stride: int, padding: int = 0) -> "Sight":
        """The same one layer later: a filter over `kernel` units that lie `jump` pixels apart."""
        middle = self.middle + ((kernel - 1) / 2 - padding) * self.jump
        return Sight(self.size + (kernel - 1) * self.jump, self.jump * stride, middle)


def receptive_fields(layers: Sequence[tuple[int, int]]) -> list[Sight]:
    """What a unit sees after each of a stack of layers, given as (kernel, stride), without padding."""
    return list(accumulate(layers, lambda seen, layer: seen.after(*layer), initial=Sight()))[1:]


KINDS = {
    nn.Conv2d: "conv",
    nn.Linear: "fc",
    nn.MaxPool2d: "maxpool",
    nn.AvgPool2d: "avgpool",
    nn.AdaptiveAvgPool2d: "gap",
    nn.LocalResponseNorm: "norm",
    nn.BatchNorm2d: "norm",
    nn.Dropout: "dropout",
}
WINDOWS = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
COLUMNS = ["kind", "kernel", "stride", "padding", "channels", "height", "width", "parameters"]
COLUMNS += ["multiply_adds", "receptive_field", "jump"]


def layer_table(network: nn.Module, input_size: int | None = None) -> pd.DataFrame:
    """One row per layer: what it is, what comes out of it, what it costs and how much of the image it sees.

    `channels`, `height`, `width` are the output's (an FC layer's map is 1x1), for one image of
    `input_size` x `input_size` pixels; `receptive_field` and `jump` are in pixels of that image and count as if
    it went on beyond its edges. Auxiliary heads are no row. Works on `meta` and on any module that torch.fx can
    trace; a network of the course has one row per row of its own table, any other one per module that runs.
    Raises LessonError for a module that cannot be traced, and for windows that are not square.
    """
    recorder = _record(network, input_size)
    rows = {
        path.removeprefix("layers."): _row(path, module, recorder)
        for path, module in _rows_of(network)
        if path in recorder.last
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis("layer")
    numbers = [column for column in COLUMNS if column != "kind"]
    return table.astype(dict.fromkeys(numbers, "Int64"))


def sights(network: nn.Module, paths: Sequence[str], input_size: int | None = None) -> list[Sight]:
    """What the units of the modules at `paths` see of an image, along one side: rows of it, or parts inside a row.

    Pixel 0 is the first. In an inception module all branches look at the same places; an FC layer sees it all.
    """
    recorder = _record(network, input_size)
    return [recorder.sights[recorder.last[path]] for path in paths]


def _record(network: nn.Module, input_size: int | None) -> "Recorder":
    input_size = input_size or getattr(network, "input_size", None)
    if input_size is None:
        raise LessonError("Netværket kender ikke sin billedstørrelse: angiv input_size, fx 224.")
    with eval_mode(network):
        recorder = Recorder(traced(network))
        device = device_of(network)
        # a fake tensor has a shape and no values, so nothing is computed, however large the network is
        with nullcontext() if device.type == "meta" else FakeTensorMode(allow_non_fake_inputs=True):
            recorder.run(torch.empty(1, 3, input_size, input_size, device=device))
        return recorder


def traced(network: nn.Module) -> fx.GraphModule:
    """Its steps in order, with the network's own modules. Raises LessonError where torch.fx cannot follow it."""
    try:
        return fx.symbolic_trace(network)
    except Exception:  # torch.fx gives up in many ways
        name = type(network).__name__
        raise LessonError(f"{name} kan ikke følges lag for lag: skriv forward uden if og while.") from None


def _rows_of(network: nn.Module) -> list[tuple[str, nn.Module]]:
    if isinstance(getattr(network, "layers", None), nn.Sequential):
        modules = [(f"layers.{name}", module) for name, module in network.layers.named_children()]
    else:
        modules = [(path, module) for path, module in network.named_modules() if not list(module.children())]
    silent = (nn.Dropout, nn.ReLU, nn.Identity, nn.Flatten)
    return [(path, module) for path, module in modules if not isinstance(module, silent)]


class Recorder(fx.Interpreter):
    """Runs a traced network and notes, node by node, the shape, the cost and the receptive field."""

    def __init__(self, traced: fx.GraphModule):
        super().__init__(traced)
        self.extra_traceback = False  # it would be added to the sentence of a LessonError
        self.sights: dict[fx.Node, Sight] = {}
        self.shapes: dict[fx.Node, torch.Size] = {}
        self.last: dict[str, fx.Node] = {}  # by a module's path: the node whose value is its output
        self.multiply_adds: dict[str, int] = {}

    def run_node(self, node: fx.Node):
        value = super().run_node(node)
        if not isinstance(value, Tensor):
            return value
        self.shapes[node] = value.shape
        inputs = [source for source in node.all_input_nodes if source in self.shapes]
        seen = max((self.sights[source] for source in inputs), default=Sight())
        module = self.fetch_attr(node.target) if node.op == "call_module" else None
        if inputs:
            seen = seen.after(*_window(module, self.shapes[inputs[0]], value.shape))
        self.sights[node] = seen
        for path, _ in node.meta.get("nn_module_stack", {}).values():
            self.last[path] = node
        if isinstance(module, nn.Conv2d | nn.Linear):
            self.multiply_adds[node.target] = value[0].numel() * module.weight[0].numel()
        return value


def _window(module: nn.Module | None, before: torch.Size, after: torch.Size) -> tuple[int, int, int]:
    """(kernel, stride, padding) of whatever made a map of shape `after` out of one of shape `before`."""
    if isinstance(module, WINDOWS):
        kernel = (_side(module, "kernel_size") - 1) * _side(module, "dilation") + 1
        return kernel, _side(module, "stride"), _side(module, "padding")
    if isinstance(module, nn.ZeroPad2d):
        return 1, 1, module.padding[0]
    if len(before) == 4 and len(after) == 2:  # flattened: the next layer sees every position at once
        return before[2], 1, 0
    if isinstance(module, nn.AdaptiveAvgPool2d) and after[2] == 1:
        return before[2], 1, 0
    return 1, 1, 0


def _row(path: str, module: nn.Module, recorder: Recorder) -> dict[str, object]:
    node = recorder.last[path]
    shape = recorder.shapes[node]
    windows = [part for part in module.modules() if isinstance(part, WINDOWS)]
    # an inception module has many; its row leaves them out
    window = windows[0] if len(windows) == 1 else None
    return {
        "kind": kind_of(module),
        "kernel": window and _side(window, "kernel_size"),
        "stride": window and _side(window, "stride"),
        "padding": window and _padding(module, window),
        "channels": shape[1],
        "height": shape[2] if len(shape) == 4 else 1,
        "width": shape[3] if len(shape) == 4 else 1,
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "multiply_adds": sum(
            cost for part, cost in recorder.multiply_adds.items() if f"{part}.".startswith(f"{path}.")
        ),
        "receptive_field": recorder.sights[node].size,
        "jump": recorder.sights[node].jump,
    }


def _padding(module: nn.Module, window: nn.Module) -> int | None:
    """What a row puts around its map; None where one side gets more than the other."""
    pads = [part for part in module.modules() if isinstance(part, nn.ZeroPad2d)]
    return None if pads else _side(window, "padding")


def kind_of(module: nn.Module) -> str:
    """What a row of a network is: what its module says, else what PyTorch's own is called in the course.

    A container that says nothing is of the kind of its one conv or FC layer; else its class's name tells.
    """
    said = getattr(module, "kind", None)
    if isinstance(said, str):
        return said
    weighty = [part for part in module.modules() if isinstance(part, nn.Conv2d | nn.Linear)]
    known = type(weighty[0] if len(weighty) == 1 else module)
    return KINDS.get(known, known.__name__.lower())


def _side(window: nn.Module, what: str) -> int:
    """One side of a square kernel, stride, padding or dilation; LessonError where the sides differ."""
    value = getattr(window, what, 1)
    if isinstance(value, str):  # padding="same" or "valid"
        return (_side(window, "kernel_size") - 1) * _side(window, "dilation") // 2 if value == "same" else 0
    sides = {value} if isinstance(value, int) else set(value)
    if len(sides) > 1:
        raise LessonError(
            f"Lagtabellen regner kun med kvadratiske vinduer, men et {type(window).__name__} har {what} "
            f"{tuple(value)}: vælg lige store sider."
        )
    return sides.pop()
