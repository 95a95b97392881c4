"""`Network`: a table turned into a classifier that normalises by itself and knows its layers by name."""

import copy
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import kind_of
from lesson_utils.networks.layers import FullyConnected, Row, Shape

T = TypeVar("T")
IMAGENET_MEAN = (0.485, 0.456, 0.406)  # of the training images, channel by channel, RGB in 0..1
IMAGENET_STD = (0.229, 0.224, 0.225)
MINI = {"input_size": 64, "mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)}  # for the image world's images
AUXILIARY_WEIGHT = 0.3  # what each auxiliary loss counts beside the main one (GoogLeNet's paper, section 5)


class TrainingOutput(NamedTuple):
    """What a network with auxiliary classifiers answers while it trains: its own logits, and each of theirs."""

    logits: Tensor
    auxiliary: dict[str, Tensor]


class Network(nn.Module):
    """A classifier whose layers carry the names that its paper gives them.

    Takes `float32 (N, 3, H, W)`, RGB in 0..1, normalises by itself (`mean` and `std` are buffers) and answers
    with logits `(N, classes)`. `layers` holds the rows of its table by name, `auxiliary` the classifiers that read
    the outputs of some of them, in training mode only.
    """

    def __init__(
        self,
        name: str,
        layers: nn.Sequential,
        input_size: int,
        mean: Sequence[float] = IMAGENET_MEAN,
        std: Sequence[float] = IMAGENET_STD,
        auxiliary: Mapping[str, nn.Module] | None = None,
    ):
        super().__init__()
        self.name = name
        self.layers = layers
        self.input_size = input_size
        self.class_names: tuple[str, ...] | None = None
        self.normalization = (tuple(mean), tuple(std))
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
        self.auxiliary = nn.ModuleDict(auxiliary)

    @property
    def layer_names(self) -> list[str]:
        """The layers in order, without the rows that only pool, normalise or drop out."""
        passing = ("maxpool", "avgpool", "norm", "dropout")
        return [name for name, row in self.layers.named_children() if kind_of(row) not in passing]

    @property
    def map_layers(self) -> list[str]:
        """Those of them that answer with feature maps."""
        return [
            name for name in self.layer_names if kind_of(self.layers.get_submodule(name)) not in ("fc", "gap")
        ]

    @property
    def device(self) -> torch.device:
        return self.mean.device

    def normalize(self, images: Tensor) -> Tensor:
        """The images on the network's device and in its precision, with its mean and std taken out."""
        check_images(images)
        return (images.to(self.mean) - self.mean) / self.std

    def forward(self, images: Tensor) -> Tensor | TrainingOutput:
        features, answers = self.normalize(images), {}
        for name, layer in self.layers.named_children():
            features = layer(features)
            if self.training and name in self.auxiliary:
                answers[name] = self.auxiliary[name](features)
        return TrainingOutput(features, answers) if answers else features

    def loss(self, output: Tensor | TrainingOutput, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Mean cross-entropy of `forward`'s answer for `labels` (N,); each auxiliary classifier's counts 0.3.

        Computed in float32 at least, whatever the layers compute in.
        """
        logits, auxiliary = (output, {}) if isinstance(output, Tensor) else output
        dtype = torch.promote_types(logits.dtype, torch.float32)
        own, *helpers = (
            F.cross_entropy(answer.to(dtype), labels, label_smoothing=label_smoothing)
            for answer in (logits, *auxiliary.values())
        )
        return own + AUXILIARY_WEIGHT * sum(helpers)

    def locate(self, layer: str) -> list[str]:
        """The modules whose outputs, joined along the channels, are the layer's: one, but for `inception_4a.pre`.

        Raises LessonError for a layer that the network does not have.
        """
        name = layer.removesuffix(".pre")
        modules = dict(self.layers.named_modules())
        if name not in modules or not name:
            hint = danish.did_you_mean(layer, modules)
            raise LessonError(
                f"{self.name} har intet lag »{layer}«. {hint} Lagene hedder {danish.listing(self.layer_names)}."
            )
        if name == layer:
            return [f"layers.{name}"]
        before = getattr(modules[name], "before_relu", [])
        if not before:
            raise LessonError(f"»{name}« har ingen ReLU, så »{name}.pre« findes ikke: skriv »{name}«.")
        return [f"layers.{name}.{path}" for path in before]


def build(
    name: str,
    rows: Sequence[Row],
    classes: int,
    input_size: int,
    seed: int = 0,
    device: str | torch.device = "cpu",
    head: str = "fc8",
    auxiliary: Sequence[Any] = (),
    mean: Sequence[float] = IMAGENET_MEAN,
    std: Sequence[float] = IMAGENET_STD,
) -> Network:
    """A network from its table, for images of this size; the last layer, `head`, has one output per class.

    `auxiliary`: rows of classifiers that help while training; each reads the output of the row that its `after`
    names, and builds a module from that output's shape and the number of classes.
    """
    layers, shapes, shape = OrderedDict(), {}, Shape(3, input_size)
    with torch.device("meta"):
        for row in [*rows, FullyConnected(head, classes, relu=False)]:
            layers[row.name], shape = row.build(shape)
            shapes[row.name] = shape
        helpers = {row.after: row.build(shapes[row.after], classes) for row in auxiliary}
        network = Network(name, nn.Sequential(layers), input_size, mean, std, helpers)
    return materialise(network, seed, device)


def materialise(network: Network, seed: int, device: str | torch.device) -> Network:
    """Give a network that was built on `meta` its memory and its first weights, drawn from `seed` alone.

    Weights follow He et al. 2015 (normal, variance 2 / fan-in), so that signals keep their size through the
    ReLUs at any depth; biases are zero. (AlexNet's paper drew from a fixed 0.01 and set some biases to one.)
    They are drawn on the CPU and then moved: the same on every device. On `device="meta"` the network stays
    without memory: enough for shapes and counts.
    """
    if torch.device(device).type == "meta":
        return network
    # what `to_empty` does; that asks for the strides of the tensors on `meta` and imports sympy for it (0.3 s)
    network._apply(lambda tensor: torch.empty(tensor.shape, dtype=tensor.dtype))
    generator = torch.Generator().manual_seed(int(seed))
    with torch.no_grad():
        network.mean.copy_(torch.tensor(network.normalization[0]).view(1, 3, 1, 1))
        network.std.copy_(torch.tensor(network.normalization[1]).view(1, 3, 1, 1))
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = math.prod(module.weight.shape[1:])
                module.weight.normal_(0.0, math.sqrt(2 / fan_in), generator=generator)
                if module.bias is not None:
                    module.bias.zero_()
            elif isinstance(module, nn.BatchNorm2d):
                module.reset_parameters()
    return network.to(device)


def random_twin(network: Network, seed: int = 0) -> Network:
    """The same network before any training, in eval mode: new weights from `seed`, fresh statistics."""
    return materialise(copy.deepcopy(network), seed, network.device).eval()


def evenly_spaced(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of them (layers, units), from the first to the last."""
    return [
        items[k] for k in torch.linspace(0, len(items) - 1, min(count, len(items))).round().int().tolist()
    ]


def check_images(images: Tensor) -> None:
    """Raise LessonError for anything but a float batch `(N, 3, H, W)`."""
    if images.dim() != 4 or images.shape[1] != 3:
        raise LessonError(
            f"Netværket forventer billeder med formen (antal, 3, højde, bredde), men fik {tuple(images.shape)}; "
            "et enkelt billede skal have én dimension mere: brug billede[None]."
        )
    if not images.is_floating_point():
        raise LessonError(
            f"Netværket forventer kommatal mellem 0 og 1, men fik {images.dtype}: brug billede.float() / 255."
        )


# it looks at shapes; wrapped, it stays one node when torch.fx traces a network
torch.fx.wrap("check_images")
