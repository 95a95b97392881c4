"""Exercises of lesson 05: silence, overlap, neighbours, and networks with a fault."""

from collections.abc import Callable

import torch
from torch import Tensor

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.networks import Network
from lesson_utils.show.exercise import Exercise
from lesson_utils.show.own import drawn

weakest_layer = Exercise(
    key="flest_svage",
    answer="sidst",
    choices=("først", "midt", "sidst"),
    because="de første lag leder efter kanter og farver, som findes i næsten alle billeder. De sidste leder efter "
    "mønstre, der hører til bestemte ting, og de fleste ting er ikke i billedet.",
    mistakes=[
        ("først", "Et filter for kanter finder næsten altid en kant et sted. Hvad leder de andre lag efter?"),
        ("midt", "Dér leder kanalerne efter mønstre. Er der lag, hvis mønster er endnu sjældnere?"),
    ],
    hint="Hvad er sværest at finde i et tilfældigt billede: en kant, et mønster eller et hjul?",
)

quiet_is_not_dead = Exercise(
    key="tavs_eller_død",
    answer="b",
    choices=("a", "b", "c", "d"),
    because="132 billeder siger kun noget om de 132. Om en enhed aldrig svarer, ser man først på mange.",
    mistakes=[
        ("a", "Farveskalaen kan skjule et svagt svar, men her er der talt: svaret er nul."),
        ("c", "Efter ReLU er et svar aldrig negativt. Tavs er nul."),
        ("d", "En god enhed skal netop tie, når dens mønster mangler."),
    ],
    hint="Hvor mange billeder er der målt på, og hvad står der »aldrig« om?",
)


def _masks(*rows: list[list[int]]) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(row).bool() for row in rows)


_SAME = _masks([[1, 1]], [[1, 1]])
_LEFT, _RIGHT = _masks([[1, 1, 0, 0, 0, 0, 0]], [[0, 1, 1, 1, 0, 0, 0]])
_ASKED = "Del med pixlerne i mindst ét af områderne."


def _is(wrong: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[[Callable], bool]:
    """Whether a function gives what this wrong one gives, for two areas of different size."""
    return lambda function: abs(float(function(_LEFT, _RIGHT)) - float(wrong(_LEFT, _RIGHT))) < 1e-4


overlap = Exercise(
    key="iou",
    cases=[
        (_SAME, 1.0),
        (_masks([[1, 0]], [[0, 1]]), 0.0),
        ((_LEFT, _RIGHT), 1 / 4),
        (_masks([[1, 1], [1, 0]], [[1, 0], [0, 0]]), 1 / 3),
        (_masks([[0, 0], [0, 1]], [[0, 0], [1, 0]]), 0.0),
    ],
    tolerance=1e-6,
    because="den er 1, når de to områder er ens, og 0, når de ikke rører hinanden.",
    mistakes=[
        (
            _is(lambda a, b: 2 * (a & b).sum() / (a.sum() + b.sum())),
            "Ikke 2 gange de fælles (det er Dice). " + _ASKED,
        ),
        (
            _is(lambda a, b: (a & b).sum() / (a.sum() + b.sum())),
            "Du deler med summen. De fælles tæller så to gange.",
        ),
        (_is(lambda a, b: (a & b).sum()), "Du har talt de fælles pixler. " + _ASKED),
        (_is(lambda a, b: (a & b).sum() / a.sum()), "Du deler med ét af områderne. " + _ASKED),
        (_is(lambda a, b: (a & b).sum() / b.sum()), "Du deler med ét af områderne. " + _ASKED),
        (_is(lambda a, b: (a == b).float().mean()), "Du tæller også pixler, hvor begge er falske."),
    ],
    hint="Hvor mange pixler er i begge områder, og hvor mange er i mindst ét af dem?",
)


_NEAR = torch.tensor([1, 0, 1, 1, 1])


def _counts(wrong: float) -> Callable[[Callable], bool]:
    """Whether a function gives this wrong number for the two nearest of `_NEAR`; the right one is a half."""
    return lambda function: abs(float(function(_NEAR, 1, 2)) - wrong) < 1e-4


precision_function = Exercise(
    key="præcision_ved_k",
    cases=[
        ((_NEAR, 1, 2), 0.5),
        ((torch.tensor([1, 1, 0, 0]), 1, 2), 1.0),
        ((torch.tensor([1, 0, 0, 1]), 1, 4), 0.5),
        ((torch.tensor([2, 2, 2]), 1, 3), 0.0),
        ((torch.tensor([3, 1, 3, 1, 3]), 3, 5), 0.6),
    ],
    tolerance=1e-6,
    because="netop det tæller tabellen, for hvert billede, og så tager den gennemsnittet.",
    mistakes=[
        (_counts(4 / 5), "Du ser på alle naboerne. Brug kun de k nærmeste."),
        (_counts(4 / 2), "Du tæller alle naboerne, men deler med k. Brug kun de k nærmeste."),
        (_counts(1 / 5), "Du deler med alle naboerne. Præcision@k er andelen af de k nærmeste: del med k."),
        ([1.0, 0.0], "Du ser på de fjerneste. De nærmeste står først."),
        ([1.0, 1.0, 1 / 3], "Du har én nabo for lidt med."),
        ([1.0, 2.0], "Du har talt dem. Præcisionen er en andel: del med k."),
        (_counts(0), "Du springer den nærmeste over: den er nummer 0."),
    ],
    hint="Hvilke naboer skal tælles med, og hvad skal antallet deles med?",
)

highest_iou = Exercise(
    key="højeste_iou",
    answer=0.25,
    tolerance=0.001,
    also=[25],
    because="1 % er fælles, og 4 % er i mindst ét af områderne. Det store område gør IoU lille.",
    mistakes=[
        (lambda iou: iou in (1, 100), "Enheden tager aldrig fejl, men den ser heller ikke det hele."),
        (lambda iou: iou in (0.2, 20), "Du deler med summen. De fælles pixler skal kun tælles én gang."),
        (lambda iou: iou in (0.75, 75), "Så stor en del bliver *ikke* set. Hvor stor en del bliver?"),
        (0.01, "Det er de fælles pixler. Del med dem, der er i mindst ét af områderne."),
        (0.04, "Så meget fylder de to områder tilsammen. Hvor meget er fælles?"),
        (4, "Du har delt omvendt: del det fælles med det samlede."),
    ],
    hint="Tegn det lille område inde i det store. Hvor meget er fælles, og hvor meget er i mindst ét af dem?",
)

twin_in_the_way = Exercise(
    key="tvillingen",
    answer=0.8,
    tolerance=0.001,
    also=[80],
    because="fire af de fem kan højst være rigtige, når makkeren altid er en af dem.",
    mistakes=[
        (
            lambda share: share in (0.5, 50),
            "Det er et gæt. Hvor mange af de fem pladser er der tilbage, når makkeren har taget én?",
        ),
        (lambda share: share in (1, 100), "Makkeren er af den anden klasse, og den er altid blandt de fem."),
        (lambda share: share in (0.2, 20), "Det er den andel, makkeren tager. Hvor meget er der tilbage?"),
        (4, "Det er antallet. Præcisionen er en andel af de fem."),
    ],
    hint="Der er fem pladser, og makkeren tager den ene. Hvor stor en del er der tilbage?",
)

_FAULTS = {
    "død": "En død enhed er tavs for alle billeder. Er det de fleste af enhederne?",
    "skridt": "Ser du på størrelsen af det første feature map?",
    "støj": "Ser du på filtrene og deres glathed?",
}


def _patient(name: str, fault: str, because: str, hint: str) -> Exercise:
    compare = f"Sammenlign alle tre tal for {name} med det sunde netværks: hvilket er længst fra?"
    wrong = [(other, f"{text} {compare}") for other, text in _FAULTS.items() if other != fault]
    return Exercise(
        f"patient_{name}", fault, choices=tuple(_FAULTS), because=because, mistakes=wrong, hint=hint
    )


patient_a = _patient(
    "A",
    "død",
    "læringsraten var for høj: et stort skridt skubbede enhederne så langt under nul, at ReLU aldrig åbner.",
    "Hvilket af de tre tal er langt fra det sunde netværks?",
)
patient_b = _patient(
    "B",
    "skridt",
    "filtrene springer 8 pixler ad gangen, og det, der ligger mellem dem, kommer aldrig ind.",
    "Hvor mange pladser har det første lag at svare på?",
)
patient_c = _patient(
    "C",
    "støj",
    "startvægtene var så store, at træningen ikke kunne flytte dem: filtrene er den støj, de begyndte som.",
    "Ligner filtrene noget, nogen har lært?",
)


def own_share(network: Network, image: Tensor, seed: int) -> tuple[Exercise, Explanation]:
    """One of the five likeliest classes, drawn from the seed: its share after softmax."""
    explainer = Explainer(network, image)
    logits = explainer.maps(explainer.find(network.layer_names[-1])).flatten()

    def asked(one: Explanation) -> Exercise:
        own = logits[one.channel]
        mistakes = [
            (float(own), "Det er logitten. Softmax gør den til en andel."),
            (float(own.exp()), "Det er e^logit. Del det med summen for alle klasser."),
            (float(own / logits.sum()), "Del ikke logits med hinanden: først e^logit, så del."),
            (100 * one.value, "Det er i procent. Svar med en andel mellem 0 og 1."),
        ]
        hint = "Regn e^logit for alle klasser, og del din klasses tal med summen af dem alle."
        because = "alle klassers andele giver tilsammen 1."
        return Exercise("egen andel", one.value, (), mistakes, hint, because, tolerance=0.001)

    return drawn(explainer, "softmax", seed, asked, channels=logits.topk(5).indices.tolist())
