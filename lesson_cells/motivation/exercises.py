"""Exercises of lesson 00: what a filter does, what a ConvNet saves, and how a network is judged."""

import torch
from torch import Tensor

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.networks import Network
from lesson_utils.show.exercise import Exercise
from lesson_utils.show.own import drawn

STRIPE = torch.tensor([[0.0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]])
STAIRS = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
ONES, CORNER = torch.ones(3, 3), torch.tensor([[1.0, 0], [0, 0]])

weights_of_one_unit = Exercise(
    key="vægte_i_én_enhed",
    answer=150_528,
    because="3 · 224 · 224: én vægt for hvert tal i billedet. Et lag med 1.000 enheder har 1.000 gange så mange.",
    mistakes=[
        (50_176, "Det er antallet af pixler. Hver pixel har tre tal: rød, grøn og blå."),
        (150_529, "Du har talt bias-leddet med. Her er der kun spurgt om vægtene."),
        (672, "Det er kun én række af pixler. Enheden ser alle 224."),
        (224, "Det er kun én side af billedet. Enheden ser alle rækker, kolonner og farver."),
        (9, "Det er et filter på 3x3. Her ser enheden hele billedet."),
        (27, "Det er et filter på 3x3 med tre farver. Her ser enheden hele billedet."),
    ],
    hint="Enheden ser hele billedet. Hvor mange tal er der i ét farvebillede?",
)

moves_along = Exercise(
    key="flytter_med",
    answer=6,
    because="skridtlængden er 2, så to pixler i billedet er én plads i feature map'et.",
    mistakes=[
        (12, "Det holder for skridtlængde 1. Filteret i conv1 står kun på hver anden pixel."),
        (24, "Den anden vej: feature map'et er mindre end billedet."),
        (0, "Filteret svarer dér, hvor det ser bilen. Svaret flytter sig, når bilen gør det."),
        (3, "Du har delt med 4. Skridtlængden i conv1 er 2."),
    ],
    hint="Hvor langt er der i billedet mellem de steder, som to nabopladser i feature map'et ser på?",
)

hundred_classes = Exercise(
    key="hundrede_kategorier",
    answer=409_700,
    because="artiklens fc8 har ti gange så mange, så der er 1.000. De 100 er en slåfejl.",
    mistakes=[
        (409_600, "Du har glemt bias-leddene: hver enhed har også ét af dem."),
        (4_097_000, "Det er artiklens tal. Hvor mange bliver det med 100 enheder?"),
        (4_097, "Det er parametrene i én enhed. Her er der 100."),
        (4_196, "Du har lagt 4.096 og 100 sammen. Hver af de 100 enheder har 4.096 vægte."),
    ],
    hint="Hvor mange parametre har én enhed i fc8, når den får 4.096 tal ind?",
)

fewest_parameters = Exercise(
    key="færrest_parametre",
    answer="GoogLeNet",
    choices=("AlexNet", "VGG-16", "GoogLeNet"),
    because="flere lag er ikke flere parametre. Det kommer an på, hvad der er i lagene.",
    mistakes=[
        ("AlexNet", "Det har færrest lag. Men ét lag kan have mange millioner parametre."),
        ("VGG-16", "VGG-16 har flest. Hvad der er i lagene, tæller mere, end hvor mange de er."),
    ],
)

handpicked = Exercise(
    key="udvalgte_enheder",
    answer="b",
    choices=("a", "b", "c", "d"),
    because="de fire siger intet om lagets andre enheder, og heller ikke, hvad der er lært.",
    mistakes=[
        ("a", "Flere udsnit af de samme fire enheder siger intet om lagets andre enheder."),
        ("c", "Delenes navne kommer fra billedverdenen, og den tager ikke fejl. Hvilke enheder er vist?"),
        ("d", "Flere klasser ændrer ikke på, hvordan de fire enheder er valgt."),
    ],
)

honest_accuracy = Exercise(
    key="ærlig_nøjagtighed",
    answer="c",
    choices=("a", "b", "c", "d"),
    because="netværket har lært sine egne træningsbilleder udenad. Kun nye billeder viser, hvad det kan.",
    mistakes=[
        ("a", "800 billeder er nok til at se fejlen. Se på, hvilke billeder der er målt på."),
        ("b", "Netværkets størrelse gør ikke målingen forkert. Hvilke billeder er der målt på?"),
        ("d", "Gennemsnittet er regnet rigtigt. Men af hvilke billeder?"),
    ],
    hint="Hvilke billeder har netværket set, mens det blev trænet?",
)

convolve_function = Exercise(
    key="foldning",
    cases=[
        ((STAIRS, ONES), torch.tensor([[45.0]])),
        ((STRIPE, ONES), torch.tensor([[3.0, 3.0], [3.0, 3.0]])),
        ((STRIPE, torch.tensor([[-1.0, 0, 1]] * 3)), torch.tensor([[0.0, -3.0], [0.0, -3.0]])),
        ((STAIRS, CORNER), STAIRS[:2, :2]),
        ((torch.arange(10.0).view(2, 5), torch.ones(2, 2)), torch.tensor([[12.0, 16.0, 20.0, 24.0]])),
    ],
    tolerance=1e-5,
    because="Netop det regner et foldningslag ud, bare for mange filtre og kanaler på én gang.",
    mistakes=[
        ([..., ..., ..., STAIRS[1:, 1:]], "Du vender filteret. Det skal ligge, som det er skrevet."),
        (lambda f: len(f(STRIPE, ONES)) == 4, "Det er lige så stort som billedet: filteret skal blive inde."),
        (
            lambda f: torch.as_tensor(f(STAIRS, ONES)).dim() > 2,
            "Der er dimensioner for meget: giv kun højde og bredde.",
        ),
        (
            lambda f: torch.as_tensor(f(STRIPE, ONES)).dim() == 0,
            "Det er ét tal, men der er et svar på hver plads. Står return inde i løkken?",
        ),
        (
            lambda f: len(f(STRIPE, ONES)) == 1,
            "Der mangler rækker: der er højde − k + 1 af dem. Står return inde i løkken?",
        ),
        ([torch.tensor([[5.0]])], "Du tager gennemsnittet. Filterets svar er summen."),
    ],
    hint="Hvor mange pladser er der på en række, og hvad lægger du sammen på hver plads?",
)

max_pool_function = Exercise(
    key="max_pooling",
    cases=[
        ((torch.tensor([[1.0, 2], [3, 4]]),), torch.tensor([[4.0]])),
        ((STRIPE,), torch.tensor([[1.0, 0.0], [1.0, 0.0]])),
        ((-torch.arange(8.0).view(2, 4),), torch.tensor([[0.0, -2.0]])),
        ((torch.arange(24.0).view(4, 6),), torch.tensor([[7.0, 9.0, 11.0], [19.0, 21.0, 23.0]])),
        ((torch.arange(12.0).view(6, 2),), torch.tensor([[3.0], [7.0], [11.0]])),
    ],
    because="Fire tal bliver til ét, og det stærkeste svar overlever.",
    mistakes=[
        ([..., torch.tensor([[0.5, 0.0], [0.5, 0.0]])], "Du tager gennemsnittet. Behold det største tal."),
        (lambda f: len(f(STRIPE)) == 3, "Dine vinduer overlapper. Flyt dem to pladser ad gangen."),
        ([..., 1.0], "Du har taget det største tal i hele feature map'et."),
        ([..., ..., [[0, 0]]], "Negative tal bliver til 0. Det største tal kan godt være negativt."),
        ([..., ..., [[0]]], "Der mangler kolonner: et feature map er ikke altid kvadratisk."),
        (
            lambda f: torch.as_tensor(f(STRIPE)).dim() > 2,
            "Der er dimensioner for meget: giv kun højde og bredde.",
        ),
        (lambda f: torch.as_tensor(f(STRIPE)).dim() == 1, "Svaret skal have rækker: giv en liste for hver."),
        (lambda f: len(f(STRIPE)) == 1, "Der mangler rækker. Står return inde i løkken?"),
    ],
    hint="Hvor langt flytter vinduet sig ad gangen, og hvad tager du fra hvert vindue?",
)


def own_sum(network: Network, image: Tensor, seed: int) -> tuple[Exercise, Explanation]:
    """A filter of the first layer and a place, drawn from the seed: the weighted sum there, before all else."""
    explainer = Explainer(network, image)

    def asked(one: Explanation) -> Exercise:
        (top, left), side = one.corner, one.weights.shape[1]
        raw = explainer.image[0, :, top : top + side, left : left + side]
        mistakes = [
            (
                float((one.patches * one.weights.flip(1, 2)).sum()),
                "Filteret er vendt: gang tal for tal, som de står.",
            ),
            (float((raw * one.weights).sum()), "Det er de rå pixler. Netværket ser dem normaliseret."),
            (float(one.contributions[0]), "Det er kun den røde kanal. Læg alle tre farver sammen."),
            (one.total / one.weights.numel(), "Det er et gennemsnit. Læg sammen uden at dele."),
        ]
        hint = "Gang de tre farvers pixler med filterets tre sæt vægte, tal for tal, og læg alt sammen."
        because = "alle produkter fra alle tre farver lagt sammen."
        return Exercise("eget tal", one.total, (), mistakes, hint, because, tolerance=0.005)

    return drawn(explainer, list(explainer.layers)[1], seed, asked)
