"""Exercises of lesson 06: climbing a gradient, decibels, and class images that are not to be believed."""

import math

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


def ascend(
    score: nn.Module,
    image: Tensor,
    steps: int,
    rate: float,
    way: float = 1.0,
    gather: bool = False,
    inside: bool = False,
    late: bool = False,
    more: int = 0,
) -> Tensor:
    """The right answer; or with a mistake: down (`way=-1`), gradients gathered, cut off inside the graph, only at
    the end (`late`), some steps more."""
    gathered, image = torch.zeros_like(image), image.detach().clone()
    for _ in range(steps + more):
        image.requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image.clamp(0, 1) if inside else image), image)
        gathered = gradient + gathered * gather
        image = image.detach() + way * rate * gathered
        image = image if inside or late else image.clamp(0, 1)
    return image.clamp(0, 1) if late else image


START = torch.tensor([0.5, 0.25])
# steps so long that they cross the best place
SWINGING = (Score(goal=1.5, weight=(3.0, 3.0)), START, 12, 0.12)
GENTLE = (Score(goal=0.9), START, 3, 0.01)  # steps too short to leave anything
OVERSHOOTING = (Score(goal=2.4, weight=(3.0, 3.0)), START, 3, 0.1)  # and leave 0 to 1 on their way


def _answers_as_with(case=SWINGING, **mistake):
    """Recognises a function that swings as `ascend` with this mistake, whether it cuts off at the end or not."""
    wrong = ascend(*case, **mistake)

    def recognises(function) -> bool:
        found = torch.as_tensor(function(*case)).detach().float()
        return any(torch.allclose(found, end, atol=1e-5) for end in (wrong, wrong.clamp(0, 1)))

    return recognises


class Kept(Score):
    """What is done to it can be seen: a function that is tried gets copies of all else."""

    def __deepcopy__(self, _memory: dict) -> "Kept":
        return self


def _changes_the_weights(function) -> bool:
    score = Kept()
    function(score, START.clone(), 2, 0.01)
    return not torch.equal(score.weight, Score().weight)


def _leaves_the_range(function) -> bool:
    return float(torch.as_tensor(function(Score(), START.clone(), 5, 0.1)).detach().max()) > 1.0001


def _cases() -> list[tuple]:
    asked = [
        (Score(), START, 1, 0.01),
        GENTLE,
        SWINGING,
        (Score(), START, 5, 0.1),
        OVERSHOOTING,
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
        (
            _answers_as_with(OVERSHOOTING, late=True),
            "Du klipper kun til sidst. Klip efter hvert skridt, før næste gradient bliver regnet.",
        ),
        (
            _answers_as_with(way=-1.0),
            "Du går ned ad gradienten. Et stort svar ligger opad: læg skridtet til.",
        ),
        (_answers_as_with(gather=True), "Gradienterne hober sig op: nulstil image.grad efter hvert skridt."),
        (_answers_as_with(GENTLE, more=1), "Du går et skridt for meget. Hvor mange gange kører løkken?"),
        (_answers_as_with(GENTLE, more=-1), "Du går et skridt for lidt. Hvor mange gange kører løkken?"),
        (
            _answers_as_with(inside=True),
            "Du klipper, før du regner svaret ud. Uden for 0 til 1 er gradienten så nul: klip efter skridtet.",
        ),
        (_leaves_the_range, "Billedet forlader 0 til 1. Klip det efter hvert skridt med clamp(0, 1)."),
    ],
    hint="Hvad er gradienten i billedet lige nu, hvilken vej går skridtet, og hvad sker der med en pixel over 1?",
)


GREY = torch.full((2, 2), 0.5)
HALF = GREY + torch.tensor([[0.1], [0.0]])
psnr_function = Exercise(
    key="psnr",
    cases=[
        ((GREY, GREY + 0.1), 20.0),
        ((GREY, GREY + 0.01), 40.0),
        ((torch.zeros(1, 2), torch.ones(1, 2)), 0.0),
        ((GREY, HALF), 23.0103),
    ],
    tolerance=1e-2,
    because="Bliver forskellen i hver pixel ti gange mindre, vokser PSNR med 20 dB.",
    mistakes=[
        ([10.0, 20.0], "Du har glemt kvadratet af forskellen."),
        ([2.0, 4.0], "Du har glemt at gange med 10."),
        ([-20.0], "Fortegnet er forkert: en lille fejl skal give et stort tal."),
        ([46.0517], "Det er den naturlige logaritme. Her er det log10."),
        ([40.0, 80.0], "Du har kvadreret to gange, eller ganget med 20."),
        ([13.9794], "Du har lagt pixlerne sammen. Tag gennemsnittet."),
        ([0.01], "Det er den kvadrerede fejl. Gør den til dB."),
        (
            [20.0, 40.0, 0.0, 26.0206],
            "Du tager gennemsnittet, før du kvadrerer. Så går forskellene ud mod hinanden.",
        ),
        ([20.0, 40.0, 0.0, math.inf], "Du tager logaritmen af hver pixel. Tag gennemsnittet først."),
    ],
    hint="Hvad gør du ved forskellen i hver pixel, og hvad gør du ved alle pixler tilsammen?",
)

decibels = Exercise(
    key="decibel",
    answer=20,
    tolerance=0.01,  # what psnr gives in float32
    because="den kvadrerede fejl er 0,01, og −10 · log10(0,01) = 20.",
    mistakes=[
        (10, "Husk kvadratet: fejlen er 0,1 · 0,1."),
        (-20, "Fortegnet: en lille fejl giver et stort tal."),
        (2, "Logaritmen er −2. Den skal ganges med −10."),
        (1, "Husk kvadratet, og gang med −10."),
        (40, "Du har kvadreret to gange."),
    ],
    hint="Hvad er 0,1 · 0,1, og hvad er log10 af det?",
)

which_layer = Exercise(
    key="hvilket_lag",
    answer="midt",
    choices=("først", "midt", "sidst"),
    because="formen og stedet er der endnu, men de fine detaljer er væk.",
    mistakes=[
        ("først", "Fra det første lag er billedet næsten uændret. Se på detaljerne og kanterne."),
        (
            "sidst",
            "Fra det sidste skjulte lag er stedet usikkert. Hvilken kolonne ovenfor ligner dette billede mest?",
        ),
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
        ("c", "Flere skridt ændrer intet, når det første ikke gør det. Hvad er gradienten?"),
        ("d", "Enheden kan godt svare: før ReLU har den et tal. Hvad sker der med det i ReLU?"),
    ],
    hint="Tegn ReLU. Hvad er hældningen til venstre for nul?",
)

lying_image = Exercise(
    key="klassebilledet_der_lyver",
    answer="c",
    choices=("a", "b", "c", "d"),
    because="et netværk genkender næsten altid sit eget billede: det er lavet til det. Spørg andre.",
    mistakes=[
        ("a", "Flere skridt gør billedet tydeligere, ikke mere sandt. Hvem har svaret her?"),
        ("b", "Et andet seed giver et andet billede. Hvem har svaret her?"),
        ("d", "Jo: tallet er rigtigt målt. Men hvad siger det, og hvem har svaret?"),
    ],
    hint="Hvilket netværk er billedet lavet af, og hvilket har bedømt det?",
)

skewed_test = Exercise(
    key="skævt_testsæt",
    answer=100,
    because="testsættet er lige så skævt som træningssættet, så nøjagtigheden røber intet.",
    mistakes=[
        (0, "Det har aldrig lært en banan at kende. Men hvad er der mere på hvert testbillede?"),
        (50, "Er der et eneste testbillede, hvor det ikke ser en abe?"),
        (40, "Så mange procent er med en abe i datasættet uden skævhed. Det her er samlet som det skæve."),
        (1, "Svar med et antal bananer."),
    ],
    hint="Hvad er der på hvert eneste af testbillederne, og hvad svarer netværket så?",
)

covered_banana = Exercise(
    key="dækket_banan",
    answer="c",
    choices=("a", "b", "c"),
    because="det skæve netværk har altid set banan og abe sammen, og det er aben, det svarer på.",
    mistakes=[
        (
            "a",
            "Det gør et netværk, der leder efter bananen. Men hvad kaldte det skæve en abe med tomme hænder?",
        ),
        (
            "b",
            "Så skulle det se på begge dele. Hvad kaldte det en abe med tomme hænder, og hvad en banan alene?",
        ),
    ],
    hint="Hvad kaldte det skæve netværk en abe med tomme hænder?",
)
