"""The optimiser of images, on networks whose best images are known."""

from collections import OrderedDict
from functools import partial

import pytest
import torch
from torch import nn

from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_utils.reconstruction import (
    Class,
    Climb,
    Content,
    Different,
    Filter,
    Fourier,
    Pixels,
    Priors,
    Unit,
    class_images,
    content,
    feature_errors,
    filters,
    optimiser,
    plain_ascent,
    psnr,
    reconstruct,
)
from lesson_utils.reconstruction.priors import blurred


@pytest.fixture(scope="module")
def linear() -> nn.Module:
    """Four classes of 8x8 images, each with its own weights: the logit is the sum of weights times pixels."""
    torch.manual_seed(0)
    return nn.Sequential(OrderedDict(flat=nn.Flatten(), fc=nn.Linear(3 * 8 * 8, 4, bias=False)))


@pytest.fixture(scope="module")
def network():
    return alexnet.mini(6, seed=2).eval()


def direction(images: torch.Tensor) -> torch.Tensor:
    return nn.functional.normalize(images.flatten(1), dim=1)


def test_the_class_image_of_a_linear_network_is_its_weights(linear):
    """One small step from grey goes along the weights; many steps end at black and white by their sign."""
    start = Pixels(contrast=0.0)
    one = reconstruct(linear, Class([0, 3], rivals=0), start, steps=1, climb=Climb(0.01), size=8)
    weights = linear.fc.weight[[0, 3]].detach()
    assert torch.allclose(direction(one.images - 0.5), direction(weights), atol=1e-4)
    many = reconstruct(linear, Class([0, 3], rivals=0), start, steps=400, climb=Climb(0.1), size=8)
    clear = weights.abs() > 0.02
    assert torch.equal(many.images.flatten(1)[clear] > 0.5, weights[clear] > 0)
    assert ((many.images == 0) | (many.images == 1)).float().mean() > 0.9


def test_the_first_step_has_the_length_that_is_asked_for(linear):
    one = reconstruct(linear, Class([1], rivals=0), Pixels(contrast=0.0), steps=1, climb=Climb(0.01), size=8)
    assert float((one.images - 0.5).square().mean().sqrt()) == pytest.approx(0.01, rel=1e-4)


def test_the_filter_of_a_convolution_is_its_weights():
    """A single look of a linear filter: its best image is the filter itself, where it looks."""
    torch.manual_seed(1)
    conv = nn.Sequential(OrderedDict(conv=nn.Conv2d(3, 5, 7, bias=False)))
    found = reconstruct(
        conv, Filter("conv", [4, 2]), Pixels(contrast=0.0), steps=1, climb=Climb(0.01), size=7
    )
    assert torch.allclose(direction(found.images - 0.5), direction(conv.conv.weight[[4, 2]]), atol=1e-4)
    unit = reconstruct(conv, Unit("conv", [4]), Pixels(contrast=0.0), steps=1, climb=Climb(0.01), size=9)
    seen = unit.images[:, :, 1:8, 1:8]  # the unit in the middle of 3x3 looks there, and nowhere else
    assert torch.allclose(direction(seen - 0.5), direction(conv.conv.weight[[4]]), atol=1e-4)
    assert (unit.images[:, :, 0] == 0.5).all() and (unit.images[:, :, :, 8] == 0.5).all()


IN_PIXELS = {"parametrisation": Pixels(contrast=0.1, softness=2.0), "climb": Climb(0.02, "momentum")}


def test_what_an_invertible_layer_remembers_is_the_picture():
    torch.manual_seed(0)
    mix = nn.Sequential(OrderedDict(mix=nn.Conv2d(3, 3, 1)))
    nn.init.orthogonal_(mix.mix.weight)
    pictures = torch.rand(2, 3, 12, 10)
    found = content(mix, pictures, "mix", 300, Priors(), **IN_PIXELS)
    assert psnr(found.images, pictures).min() > 40
    assert feature_errors(mix, found.images, pictures, ["mix"])["mix"].max() < 1e-3


def test_what_a_layer_has_thrown_away_does_not_come_back():
    """A layer that sees the grey value alone gives back the grey value, and no colour."""
    grey = nn.Sequential(OrderedDict(grey=nn.Conv2d(3, 1, 1, bias=False)))
    nn.init.constant_(grey.grey.weight, 1 / 3)
    picture = torch.zeros(1, 3, 8, 8)
    picture[:, 0] = 0.9  # red
    found = content(grey, picture, "grey", 300, Priors(), **IN_PIXELS)
    assert torch.allclose(found.images.mean(1), torch.tensor(0.3), atol=0.02)
    assert psnr(found.images, picture) < 10


@pytest.mark.parametrize(
    ("parametrisation", "priors", "method"),
    [
        (Pixels(), Priors(), "ascent"),
        (Pixels(softness=2), Priors(jitter=3, blur=1, calm=1), "momentum"),
        (Fourier(), Priors(jitter=2, scale=0.1, rotation=5, total_variation=1), "adam"),
    ],
)
def test_an_image_depends_on_its_question_and_seed_alone(network, parametrisation, priors, method):
    settings = dict(parametrisation=parametrisation, priors=priors, climb=Climb(0.02, method), steps=3)
    together = reconstruct(network, Filter("conv3", [5, 1, 9, 5]), seed=[0, 0, 0, 7], **settings)
    apart = reconstruct(network, Filter("conv3", [5, 1, 9, 5]), seed=[0, 0, 0, 7], chunk=1, **settings)
    alone = reconstruct(network, Filter("conv3", [9]), seed=0, **settings)
    assert torch.allclose(together.images, apart.images, atol=2e-3)
    assert torch.allclose(together.images[2:3], alone.images, atol=2e-3)
    assert (together.images[0] - together.images[3]).abs().mean() > 0.005  # another seed, another image
    again = reconstruct(network, Filter("conv3", [5, 1, 9, 5]), seed=[0, 0, 0, 7], **settings)
    assert torch.equal(together.images, again.images)


def test_every_question_is_answered_better_step_by_step(network):
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    for found in (
        content(network, pictures, "conv3", steps=12),
        filters(network, "conv3", [0, 7], steps=12),
        class_images(network, [0, 4], steps=12),
        plain_ascent(network, Filter("conv2", [3, 5]), steps=12),
    ):
        assert not found.curve.isnan().any()
        assert (found.curve[:, -1] > found.curve[:, 0]).all()
        assert found.images.shape == (2, 3, 64, 64) and found.images.min() >= 0 and found.images.max() <= 1


def test_different_images_of_one_filter_differ_more_than_seeds_do(network):
    plain = filters(network, "conv3", [7] * 3, steps=25, seed=[0, 1, 2])
    apart = filters(network, "conv3", [7], steps=25, each=3, difference=30.0)

    def likeness(images):
        return float(Different("conv3", 3).value(_answers(network, images), torch.arange(3)).mean())

    assert likeness(apart.images) > likeness(plain.images)  # minus the cosine: larger is less alike


def _answers(network, images):
    return activations(network, images, ["conv3"])


def test_groups_are_not_parted_by_chunks(network):
    sizes = []
    question = Filter("conv1", [1] * 6) + Different("conv1", 3)
    reconstruct(network, question, steps=1, chunk=4, on_step=lambda moment: sizes.append(len(moment.rows)))
    assert sizes == [3, 3]


def test_a_sum_of_questions_weighs_them(linear):
    both = 2 * Class([0], rivals=0) + -1 * Class([1], rivals=0)
    one = reconstruct(linear, both, Pixels(contrast=0.0), steps=1, climb=Climb(0.01), size=8)
    wanted = 2 * linear.fc.weight[[0]] - linear.fc.weight[[1]]
    assert torch.allclose(direction(one.images - 0.5), direction(wanted.detach()), atol=1e-4)


@pytest.mark.parametrize("by", ["on_step", "bar"])
def test_an_interruption_returns_what_there_is(network, by):
    def stop(moment):
        if moment.step == 2 and 2 in moment.rows:
            raise KeyboardInterrupt

    def bar(turns):
        for turn in turns:
            if turn == 5:
                raise KeyboardInterrupt
            yield turn

    options = {"on_step": stop} if by == "on_step" else {"bar": bar}
    found = plain_ascent(network, Filter("conv2", [0, 1, 2, 3, 4]), steps=3, chunk=2, **options)
    assert (~found.curve.isnan()).sum(1).tolist() == {"bar": [3, 3, 2, 2, 0], "on_step": [3, 3, 3, 3, 0]}[by]
    whole = plain_ascent(network, Filter("conv2", [0, 1, 2, 3, 4]), steps=3, chunk=2)
    assert torch.equal(found.images[:2], whole.images[:2])
    assert torch.equal(found.images[4], whole.frames.get(0, Pixels().begin([0], 64, 64))[0])
    assert not torch.equal(found.images[2], found.images[4])


def test_the_network_is_left_as_it_was(network):
    other = alexnet.mini(3, seed=5).train()
    other.layers.conv1.norm.eval()
    other.layers.conv2.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in other.state_dict().items()}
    modes = [module.training for module in other.modules()]
    wanted = [weight.requires_grad for weight in other.parameters()]
    plain_ascent(other, Class([1]), steps=2)
    assert [module.training for module in other.modules()] == modes
    assert [weight.requires_grad for weight in other.parameters()] == wanted
    assert all(torch.equal(before[name], tensor) for name, tensor in other.state_dict().items())
    assert all(weight.grad is None for weight in other.parameters())


def test_nothing_behind_the_layer_runs(network):
    ran = []
    hooks = [network.layers.conv3.register_forward_hook(lambda *_: ran.append("conv3"))]
    plain_ascent(network, Filter("conv2", [0]), steps=1)
    assert ran == []
    for hook in hooks:
        hook.remove()


def test_frames_are_the_images_on_the_way(network):
    found = plain_ascent(network, Filter("conv2", [0, 1]), steps=4, frames=(0, 2, 4), chunk=1)
    assert torch.equal(found.frames[4], found.images)
    shorter = plain_ascent(network, Filter("conv2", [0, 1]), steps=4, frames=(0,), on_step=partial(_until, 2))
    assert torch.equal(found.frames[0], shorter.frames[0])
    assert torch.allclose(found.frames[2], shorter.images, atol=1e-3)


def _until(step, moment):
    if moment.step == step:
        raise KeyboardInterrupt


def test_any_module_can_be_asked_by_the_paths_of_its_modules():
    torch.manual_seed(0)
    own = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 5, 3), nn.ReLU(inplace=True))
    found = plain_ascent(own, Filter("2", [1]), steps=5, size=(12, 16))
    assert found.images.shape == (1, 3, 12, 16) and found.curve[0, -1] > found.curve[0, 0]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda n: filters(n, "conv33", [0]), "Mente du »conv3«"),
        (lambda n: filters(n, "conv3", [128]), r"128 kanaler \(0 til 127\)"),
        (lambda n: filters(n, "conv3", []), "Ingen kanaler"),
        (lambda n: class_images(n, [6]), "kanal 6 findes ikke"),
        (lambda n: content(n, torch.rand(1, 3, 32, 32), "fc7"), "forventer .* anden størrelse"),
        (lambda n: Climb(method="climb"), "»climb« findes ikke"),
        (lambda n: filters(n, "conv3", [0], steps=0), "steps skal være større end 0"),
        (lambda n: Climb(0), "rate skal være større end 0"),
        (lambda n: filters(n, "conv3", [0, 1], seed=[1]), "ét til hvert"),
        (lambda n: filters(n, "conv3", [0], parametrisation=Fourier()), "pixler"),
        (lambda n: plain_ascent(n, Filter("conv3", [0]), size=0), "større|over 0"),
        (
            lambda n: plain_ascent(n, Filter("conv3", [0, 1]) + Content("conv1", torch.rand(3, 3, 64, 64))),
            "antal",
        ),
        (lambda n: plain_ascent(n, Filter("conv3", [0]) + Different("conv3", 2)), "hold af 2"),
    ],
)
def test_a_mistake_is_one_danish_sentence(network, wrong, told):
    with pytest.raises(LessonError, match=told):
        wrong(network)


@pytest.mark.parametrize("method", ["ascent", "momentum", "adam"])
def test_every_method_moves_the_pixels_that_the_gradient_means(network, method):
    """A convolution's gradient may lie channels-last in memory; the image it moves need not."""
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    work = reconstruct(network, Content("conv2", picture), climb=Climb(0.02, method), steps=15)
    assert work.curve[0, -1] > 0.5 * work.curve[0, 0]  # minus the feature error


@pytest.fixture(scope="module")
def small() -> nn.Module:
    torch.manual_seed(3)
    layers = OrderedDict(conv=nn.Conv2d(3, 4, 3), relu=nn.ReLU(), flat=nn.Flatten(), fc=nn.Linear(4 * 36, 5))
    return nn.Sequential(layers)


def climbed_by_hand(network, classes, image, method, rate, priors, steps):
    """The same climb in plain PyTorch, from the formulas; of the library, the blur alone."""
    ground, gathered = image.mean((2, 3), keepdim=True), 0
    first, second = torch.zeros_like(image), torch.zeros_like(image)
    for step in range(steps):
        done = step / (steps - 1)
        fall = rate * (1 - 0.9 * done)
        image = image.detach().requires_grad_()
        logits = network(image)
        across, down = image.diff(dim=3).square(), image.diff(dim=2).square()
        smooth = across.mean((1, 2, 3)) + down.mean((1, 2, 3))
        good = (
            logits[range(len(classes)), classes] - 0.3 * logits.logsumexp(1) - priors.total_variation * smooth
        )
        (gradient,) = torch.autograd.grad(good.sum(), image)
        if priors.blur:
            gradient = blurred(gradient, priors.blur * (1 - 0.75 * done))
        if method == "adam":
            first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
            ahead = (second / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8
            move = first / (1 - 0.9 ** (step + 1)) / ahead
        else:
            move = gradient / gradient.square().mean((1, 2, 3), keepdim=True).sqrt()
            gathered = move + 0.8 * gathered * (method == "momentum")
            move = gathered / gathered.square().mean((1, 2, 3), keepdim=True).sqrt()
        change = image.detach() + fall * move - ground
        if priors.calm:
            length = change.square().sum(1, keepdim=True).sqrt()
            change = change * (1 - priors.calm * fall / length).clamp_min(0)
        image = (ground + change).clamp(0, 1)
    return image.detach()


@pytest.mark.parametrize("method", ["ascent", "momentum", "adam"])
@pytest.mark.parametrize(
    "priors",
    [
        Priors(),
        Priors(total_variation=20.0),
        Priors(blur=1.2),
        Priors(calm=0.7),
        Priors(total_variation=5.0, blur=0.8, calm=0.5),
    ],
)
def test_the_climb_is_the_one_in_the_formulas(small, method, priors):
    """Each prior, the momentum, the falling rate and the falling blur make the difference that they should."""
    start = 0.3 + 0.4 * torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    begin = Pixels(contrast=0.0, start=start)
    found = reconstruct(small, Class([1, 3]), begin, priors, Climb(0.03, method), steps=4, size=8)
    expected = climbed_by_hand(small, [1, 3], start, method, 0.03, priors, 4)
    torch.testing.assert_close(found.images, expected, rtol=1e-4, atol=1e-5)
    assert (found.images - start).abs().mean() > 0.01


def test_the_curve_is_the_objective_before_each_step(small):
    found = reconstruct(small, Class([1], rivals=0.3), Pixels(), Priors(total_variation=9.0), steps=3, size=8)
    logits = small(Pixels().begin([0], 8, 8))[0]
    assert float(found.curve[0, 0]) == pytest.approx((logits[1] - 0.3 * logits.logsumexp(0)).item(), rel=1e-4)


def test_a_silent_filter_is_climbed_to_before_its_relu(network):
    silent = alexnet.mini(3, seed=5).eval()
    with torch.no_grad():
        silent.layers.conv1.norm.bias[7] = -100
    found = plain_ascent(silent, Filter("conv1", [7]), steps=4)
    assert (found.images - Pixels().begin([0], 64, 64)).abs().max() > 0
    assert found.curve[0, -1] > found.curve[0, 0]


def test_likeness_is_the_cosine_of_what_answers_together():
    maps = torch.zeros(4, 2, 2, 2)
    maps[0, 0], maps[1, 1] = 1.0, 1.0  # one channel each: nothing in common
    maps[2] = maps[3] = torch.tensor([[[1.0, 2], [3, 4]], [[0, 1], [0, 1]]])  # the same
    assert Different("a", 2).value({"a": maps}, torch.arange(4)).tolist() == pytest.approx([0, 0, -1, -1])
    assert Different("a", 4).value({"a": maps}, torch.arange(4)).shape == (4,)


def test_fast_computes_the_network_in_half_the_bits_and_the_rest_in_full(network, monkeypatch):
    monkeypatch.setattr(optimiser, "precision", lambda device: torch.autocast(device.type, torch.bfloat16))
    kinds = []
    hook = network.layers.conv1.conv.register_forward_hook(lambda *args: kinds.append(args[2].dtype))
    for fast in (False, True):
        found = reconstruct(network, Filter("conv2", [0]), steps=1, fast=fast)
        assert found.images.dtype == found.curve.dtype == torch.float32
    hook.remove()
    assert kinds == [torch.float32, torch.bfloat16]


def test_a_question_is_bound_to_a_network_at_rest():
    """A user's own objective may ask the network when it is bound."""
    asked = []

    class Own(Filter):
        def bind(self, network):
            asked.append(network.training or network.fc.weight.requires_grad)
            return super().bind(network)

    own = nn.Sequential(OrderedDict(flat=nn.Flatten(), fc=nn.Linear(3 * 8 * 8, 4))).train()
    reconstruct(own, Own("fc", [1]), steps=1, size=8)
    assert asked == [False] and own.training and own.fc.weight.requires_grad
