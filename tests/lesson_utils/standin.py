"""A stand-in for a GPU, on any machine: tensors that are »on the card« refuse to meet tensors that are not.

They are ordinary CPU tensors whose memory is marked. Inside `with StandIn() as card:` a tensor comes to the card
by `.to(card.device)` or `device=card.device` and leaves it by `.cpu()`; a function of torch that is given both
kinds raises, as CUDA does, and so do numpy and a CPU generator that is to draw on the card. The fixture `card`
(tests/conftest.py) also makes `device.choose()` find it, so `load_network(name, device="mps")` works.
"""

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

TO_NUMPY = ("numpy", "__array__")
ACROSS = ("copy_", "__set__", "_has_compatible_shallow_copy_type")  # what may see both kinds


class StandIn(TorchFunctionMode):
    device = torch.device(
        "mps", 0
    )  # autocast and the library treat it as no CUDA card, and nothing asks for one

    def __init__(self) -> None:
        super().__init__()
        self._marked: dict[
            int, StorageWeakRef
        ] = {}  # held, so that a freed address is not taken for another's

    def holds(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage()._cdata in self._marked

    def _mark(self, tensor: Tensor) -> None:
        reference = StorageWeakRef(tensor.untyped_storage())
        self._marked[reference.cdata] = reference

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = dict(options or {})
        name = getattr(function, "__name__", "")
        leaves = tree_leaves((arguments, options))
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        if name == "__get__":
            return self._attribute(function, arguments)
        on = [tensor for tensor in tensors if self.holds(tensor)]
        off = [tensor for tensor in tensors if not self.holds(tensor)]
        if name in TO_NUMPY and on:
            raise TypeError("can't convert a tensor on the card to numpy: use .cpu()")
        if name in ("to", "cpu") and tensors:
            return self._move(function, name, arguments, options)
        target = bool(on) if options.get("device") is None else _is_card(options["device"])
        if target and "device" in options:
            options["device"] = "cpu"
        if name not in ACROSS:
            self._refuse_mixture(name, arguments, on, off)
        if target and any(isinstance(leaf, torch.Generator) for leaf in leaves):
            raise RuntimeError(f"{name}: expected a generator of the card but found one of the CPU")
        result = function(*arguments, **options)
        if target and name not in ACROSS:
            known = {tensor.untyped_storage()._cdata for tensor in off}
            for tensor in tree_leaves(result):
                if isinstance(tensor, Tensor) and tensor.untyped_storage()._cdata not in known:
                    self._mark(tensor)
        return result

    def _attribute(self, function, arguments):
        value, (owner, *_) = function(*arguments), arguments
        if not isinstance(owner, Tensor) or not self.holds(owner):
            return value
        if isinstance(value, torch.device):
            return self.device
        if isinstance(value, Tensor):  # .grad, .data, .T
            self._mark(value)
        return value

    def _move(self, function, name, arguments, options):
        tensor, *rest = arguments
        places = [
            leaf for leaf in (*rest, *options.values()) if isinstance(leaf, torch.device | str | Tensor)
        ]
        there = self.holds(tensor)
        target = there and name != "cpu"
        for place in places:
            target = self.holds(place) if isinstance(place, Tensor) else _is_card(place)

        def on_cpu(leaf):
            return torch.device("cpu") if isinstance(leaf, torch.device | str) else leaf

        moved = function(tensor, *map(on_cpu, rest), **{key: on_cpu(leaf) for key, leaf in options.items()})
        if target != there and moved.untyped_storage()._cdata == tensor.untyped_storage()._cdata:
            moved = moved.clone()
        if target:
            self._mark(moved)
        return moved

    def _refuse_mixture(self, name, arguments, on, off):
        off = [tensor for tensor in off if tensor.dim()]
        if name in ("__getitem__", "__setitem__") and self.holds(arguments[0]):
            return  # the CPU may say which places are meant
        if on and off:
            raise RuntimeError(
                f"{name}: expected all tensors to be on the same device, but found the card's and the CPU's"
            )


def _is_card(place: object) -> bool:
    return (
        place is not None and not isinstance(place, int) and torch.device(place).type == StandIn.device.type
    )
