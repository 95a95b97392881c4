"""Exercises of lesson 05: silence, overlap, neighbours, and networks with a fault."""

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
    because="én måling på ét billede siger kun noget om det billede. En død kanal er tavs for alle.",
    mistakes=[
        ("a", "Farveskalaen kan skjule et svagt svar, men her er kanalen nul overalt."),
        ("c", "Efter ReLU er et svar aldrig negativt. Tavs er nul."),
        ("d", "En god kanal skal netop tie, når dens mønster mangler."),
    ],
    hint="Hvor mange billeder er der målt på?",
)


def _masks(*rows: list[list[int]]) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(row).bool() for row in rows)


_SAME = _masks([[1, 1]], [[1, 1]])
_THREE_AND_ONE = _masks([[1, 1], [1, 0]], [[1, 0], [0, 0]])
_APART = _masks([[0, 0], [0, 1]], [[0, 0], [1, 0]])

overlap = Exercise(
    key="iou",
    cases=[
        (_SAME, 1.0),
        (_masks([[1, 0]], [[0, 1]]), 0.0),
        (_THREE_AND_ONE, 1 / 3),
        (_APART, 0.0),
        (_masks([[1, 1, 0, 0]], [[0, 1, 1, 0]]), 1 / 3),
    ],
    tolerance=1e-6,
    because="den er 1, når de to områder er ens, og 0, når de ikke rører hinanden.",
    mistakes=[
        ([0.5], "Du deler med summen. Pixlerne i begge tæller så to gange."),
        ([..., ..., 1.0], "Du deler med ét af områderne. Del med pixlerne i mindst ét af dem."),
        ([..., ..., ..., 0.5], "Du tæller også pixler, hvor begge er falske. De hører ikke til noget."),
    ],
    hint="`(a & b).sum()` er fællesmængden. Hvad giver `a | b`?",
)


precision_function = Exercise(
    key="præcision_ved_k",
    cases=[
        ((torch.tensor([1, 1, 0, 0]), 1, 2), 1.0),
        ((torch.tensor([1, 0, 0, 1]), 1, 4), 0.5),
        ((torch.tensor([2, 2, 2]), 1, 3), 0.0),
        ((torch.tensor([3, 1, 3, 1, 3]), 3, 5), 0.6),
    ],
    tolerance=1e-6,
    because="netop det tæller tabellen, for hvert billede, og så tager den gennemsnittet.",
    mistakes=[
        ([0.5], "Du ser på alle naboerne. Brug kun de k nærmeste."),
        ([..., 2.0], "Du har talt dem. Præcisionen er en andel: del med k."),
    ],
    hint="`labels[:k] == label` er sandt for hver nabo af den rigtige klasse.",
)

twin_in_the_way = Exercise(
    key="tvillingen",
    answer=0.8,
    tolerance=0.001,
    because="fire af de fem kan højst være rigtige, når tvillingen altid er en af dem.",
    mistakes=[
        (0.5, "Det er et gæt. Hvor mange af de fem pladser er der tilbage, når tvillingen har taget én?"),
        (1.0, "Tvillingen er af den anden klasse, og den er altid blandt de fem."),
        (0.2, "Det er den andel, tvillingen tager. Hvor meget er der tilbage?"),
        (4, "Det er antallet. Præcisionen er en andel af de fem."),
    ],
    hint="Der er fem pladser, og den ene er optaget af en af den forkerte klasse.",
)

_FAULTS = {
    "død": "En død enhed er tavs for alle billeder.",
    "skridt": "Ser du på størrelsen af det første feature map?",
    "støj": "Ser du på filtrene og deres glathed?",
}


def _patient(name: str, fault: str, because: str, hint: str) -> Exercise:
    compare = f"Sammenlign tallet for {name} med det sunde netværks."
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
