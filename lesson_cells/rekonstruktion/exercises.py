"""Exercises of lesson 06: climbing a gradient, decibels, and class images that are not to be believed."""

import torch
from torch import Tensor, nn

from lesson_utils.show.exercise import Exercise


class Score(nn.Module):
    """What `climb` is to make large: `weight · image` summed up, or minus its squared distance to a goal."""

    def __init__(self, goal: float | None = None, weight: tuple[float, ...] = (3.0, 4.0)):
        super().__init__()
        self.weight, self.goal = nn.Parameter(torch.tensor(weight)), goal

    def forward(self, image: Tensor) -> Tensor:
        if not image.requires_grad and torch.is_grad_enabled():
            raise RuntimeError(
                "billedet følger ingen gradient: skriv image.requires_grad_(True) før score(image)"
            )
        answer = self.weight * image
        return answer.sum() if self.goal is None else -(answer - self.goal).square().sum()


def ascend(score: nn.Module, image: Tensor, steps: int, rate: float, way: float = 1.0) -> Tensor:
    image = image.detach().clone()
    for _ in range(steps):
        image.requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image), image)
        image = (image.detach() + way * rate * gradient).clamp(0, 1)
    return image


START = torch.tensor([0.5, 0.25])
SWINGING = (
    Score(goal=1.5, weight=(3.0, 3.0)),
    START,
    12,
    0.12,
)  # steps so long that they cross the best place


def _same(found: Tensor, wanted: Tensor) -> bool:
    return torch.allclose(torch.as_tensor(found).detach().float(), wanted, atol=1e-5)


def _descends(function) -> bool:
    score = Score()
    return _same(function(score, START.clone(), 1, 0.01), ascend(score, START, 1, 0.01, way=-1))


def _changes_the_weights(function) -> bool:
    score = Score()
    function(score, START.clone(), 2, 0.01)
    return not torch.equal(score.weight, Score().weight)


def _gathers_gradients(function) -> bool:
    score, image, gathered = Score(goal=0.9), START.clone(), torch.zeros(2)
    for _ in range(3):
        image.requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image), image)
        gathered = gathered + gradient
        image = (image.detach() + 0.01 * gathered).clamp(0, 1)
    return _same(function(Score(goal=0.9), START.clone(), 3, 0.01), image)


def _leaves_the_range(function) -> bool:
    return float(torch.as_tensor(function(Score(), START.clone(), 5, 0.1)).detach().max()) > 1.0001


def _clamps_before_it_scores(function) -> bool:
    """Cut off inside the graph: beyond the edge there is no gradient, and the image never comes back."""
    found = torch.as_tensor(function(*SWINGING)).detach()
    score, image, steps, rate = SWINGING
    for _ in range(steps):
        image = image.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image.clamp(0, 1)), image)
        image = image.detach() + rate * gradient
    image = image.detach()
    return _same(found, image) or _same(found, image.clamp(0, 1))


def _cases() -> list[tuple]:
    asked = [
        (Score(), START, 1, 0.01),
        (Score(goal=0.9), START, 3, 0.01),
        SWINGING,
        (Score(), START, 5, 0.1),
        (Score(weight=(-2.0, 1.0)), START, 40, 0.05),
    ]
    return [(each, ascend(*each)) for each in asked]


climb_function = Exercise(
    key="gå_op_ad_gradienten",
    cases=_cases(),
    tolerance=1e-4,
    because="Det er hele motoren: vægtene ligger fast, og billedet flytter sig.",
    mistakes=[
        (
            _changes_the_weights,
            "Du ændrer netværkets vægte. Her skal de ligge fast, og billedet skal flytte sig.",
        ),
        (_descends, "Du går ned ad gradienten. Et stort svar ligger opad: læg skridtet til."),
        (_gathers_gradients, "Gradienterne hober sig op: nulstil image.grad efter hvert skridt."),
        (
            _clamps_before_it_scores,
            "Du klipper, før du regner svaret ud. Uden for 0 til 1 er gradienten så nul: klip efter skridtet.",
        ),
        (_leaves_the_range, "Billedet forlader 0 til 1. Klip det efter hvert skridt med clamp(0, 1)."),
    ],
    hint="Gradienten: `torch.autograd.grad(score(image), image)`. Skridtet: `image.detach() + rate * gradient`.",
)


def _cases_of_psnr() -> list[tuple]:
    grey = torch.full((3, 4, 4), 0.5)
    half = grey.clone()
    half[:, :2] += 0.1
    return [
        ((grey, grey + 0.1), 20.0),
        ((grey, grey + 0.01), 40.0),
        ((torch.zeros(3, 2, 2), torch.ones(3, 2, 2)), 0.0),
        ((grey, half), 23.0103),
    ]


def _psnr_without_square(function) -> bool:
    return abs(float(function(torch.zeros(3, 2, 2), torch.full((3, 2, 2), 0.1))) - 10) < 1e-3


psnr_function = Exercise(
    key="psnr",
    cases=_cases_of_psnr(),
    tolerance=1e-2,
    because="For hver gang fejlen bliver ti gange mindre, vokser PSNR med 20 dB.",
    mistakes=[
        (_psnr_without_square, "Du mangler at gange med 10, eller at tage kvadratet af forskellen."),
        (
            lambda f: float(f(torch.zeros(3, 2, 2), torch.full((3, 2, 2), 0.1))) < 0,
            "Fortegnet er forkert: en lille fejl skal give et stort tal.",
        ),
    ],
    hint="Kvadratet af forskellen, gennemsnit, så −10 · log10.",
)

decibels = Exercise(
    key="decibel",
    answer=20,
    because="den kvadrerede fejl er 0,01, og −10 · log10(0,01) = 20.",
    mistakes=[
        (10, "Husk kvadratet: fejlen er 0,1 · 0,1."),
        (-20, "Fortegnet: en lille fejl giver et stort tal."),
        (2, "Logaritmen er −2. Den skal ganges med −10."),
        (1, "Husk kvadratet, og gang med −10."),
        (40, "Du har kvadreret to gange."),
    ],
    hint="Regn 0,1 · 0,1 ud, og tag log10 af det.",
)

which_layer = Exercise(
    key="hvilket_lag",
    answer="midt",
    choices=("først", "midt", "sidst"),
    because="formen og stedet er der endnu, men de fine detaljer er væk.",
    mistakes=[
        ("først", "Fra det første lag er billedet næsten uændret. Se på detaljerne og kanterne."),
        ("sidst", "Fra det sidste skjulte lag er stedet væk. Sidder tingen det rigtige sted her?"),
    ],
    hint="Sammenlign med rækken ovenfor: er detaljerne der? Er stedet rigtigt?",
)

blank_filter = Exercise(
    key="det_blanke_filter",
    answer="b",
    choices=("a", "b", "c", "d"),
    because="efter ReLU er svaret nul, og dér er gradienten nul: billedet får intet at vide. Spørg før ReLU.",
    mistakes=[
        ("a", "Større skridt gange nul er stadig nul. Hvad er gradienten?"),
        ("c", "Flere skridt ændrer intet, når det første ikke gør. Hvad er gradienten?"),
        ("d", "Enheden kan godt svare: før ReLU har den et tal. Hvad sker der med det i ReLU?"),
    ],
    hint="Tegn ReLU. Hvad er hældningen til venstre for nul?",
)

lying_image = Exercise(
    key="klassebilledet_der_lyver",
    answer="c",
    choices=("a", "b", "c", "d"),
    because="et netværk genkender altid sit eget klassebillede: det er jo lavet til det. Spørg nye bananer alene.",
    mistakes=[
        ("a", "Flere skridt gør billedet tydeligere, ikke mere sandt. Hvem har svaret her?"),
        ("b", "Et andet seed giver en anden abe. Hvem har svaret her?"),
        ("d", "Jo: tallet er rigtigt målt. Men hvad siger det, og hvem har svaret?"),
    ],
    hint="Hvilket netværk er billedet lavet af, og hvilket har bedømt det?",
)
