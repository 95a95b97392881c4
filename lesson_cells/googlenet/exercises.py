"""Lesson 04: the exercises on 1x1 convolutions, bottlenecks, inception, GAP and auxiliary classifiers."""

import math

import torch
from torch import Tensor

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.networks import Network
from lesson_utils.show.exercise import Exercise
from lesson_utils.show.own import drawn

one_filter = Exercise(
    key="1x1-filter",
    answer=480,
    because="filteret er 1 bredt og 1 højt, men det ser alle 480 kanaler i pixlen og har en vægt til hver.",
    mistakes=[
        (1, "1x1 er filterets højde og bredde. Du har glemt kanalerne: filteret ser dem alle."),
        (481, "Du har talt bias-leddet med. Her spørger vi kun om vægtene."),
        (7_680, "Det er vægtene i alle filtrene tilsammen. Hvor mange har ét af dem?"),
        (16, "Det er, hvor mange filtre laget har. Hvor mange vægte har ét af dem?"),
        (480 * 14 * 14, "Filteret flyttes hen over pixlerne med de samme vægte. Tæl dem kun ét sted."),
    ],
    hint="Hvor mange tal ser filteret i én pixel?",
)

_GIVEN = (
    torch.arange(24.0).reshape(3, 2, 4),
    torch.tensor([[1.0, 0, -1], [0.5, 2, 0]]),
    torch.tensor([10.0, -3]),
)


_RIGHT = torch.einsum("kc,chw->khw", _GIVEN[1], _GIVEN[0]) + _GIVEN[2][:, None, None]
conv1x1 = Exercise(
    key="1x1 som matrixprodukt",
    cases=[
        (
            (torch.tensor([[[1.0, 2.0]], [[10.0, 20.0]]]), torch.tensor([[1.0, 1.0]]), torch.tensor([0.0])),
            torch.tensor([[[11.0, 22.0]]]),
        ),
        (_GIVEN, _RIGHT),
    ],
    mistakes=[
        ([..., _RIGHT - _GIVEN[2][:, None, None]], "Du har glemt bias-leddene: hvert filter har sit eget."),
        (lambda f: f(*_GIVEN).dim() == 4, "Der er en dimension for meget: batchen med ét billede."),
        (lambda f: f(*_GIVEN).dim() == 2, "Resultatet er en matrix. Fold pixlerne ud til højde og bredde."),
        (lambda f: f(*_GIVEN).shape == (2, 4, 2), "Højde og bredde har byttet plads."),
        (lambda f: f(*_GIVEN).shape[0] == 3, "Der skal komme en kanal ud for hvert filter."),
    ],
    hint="Hvad bliver én pixels kolonne af kanaler til, når den ganges med matricen? Og hvad lægges der til?",
    because="En 1x1-foldning er et matrixprodukt i hver pixel plus et bias-led.",
    tolerance=1e-4,
)

saving = Exercise(
    key="besparelsen",
    answer=112_896_000 / 5_268_480,
    also=(20, 21),  # forelæsningens runde tal giver 20
    tolerance=0.05,
    because="112.896.000 / (1.505.280 + 3.763.200) er 21,4.",
    mistakes=[
        (30, "Du har kun talt 5x5-foldningen med. 1x1-foldningen før den koster også."),
        (75, "Du har kun talt 1x1-foldningen med. 5x5-foldningen efter den koster også."),
        (10, "480 / 48 er kanaler ind delt med kanaler ud. Regn begge veje ud, og del dem."),
        (25, "5 · 5 er filterets størrelse. Regn begge veje ud, og del dem."),
        (lambda guess: 19 <= guess <= 23, "Meget tæt på. Regn de to veje ud, så rammer du."),
        (lambda guess: 0 < guess < 1, "Du har delt omvendt: del den dyre vej med den billige."),
    ],
    hint="Gæt igen, eller regn: hvad koster hver af de tre foldninger?",
)


bottleneck_price = Exercise(
    key="flaskehalsens pris",
    cases=[
        ((1, 2, 3, 4, 1), 18),
        ((14, 480, 16, 48, 5), 5_268_480),
        ((28, 192, 96, 128, 3), 28 * 28 * 96 * (192 + 9 * 128)),
    ],
    mistakes=[
        ([3 * 4], "Du har kun talt den anden foldning med. Den første, 1x1, koster også."),
        ([2 * 3], "Du har kun talt 1x1-foldningen med. Den næste koster også."),
        ([2 * 3 * 3 * 4], "De to foldningers priser skal lægges sammen."),
        ([2 * 3 + 2 * 4], "Den anden foldning ser flaskehalsens kanaler, ikke inputtets."),
        ([18, 480 * 16 + 25 * 16 * 48], "Det er antallet af vægte. Hver vægt bruges én gang i hver pixel."),
        ([..., 14 * (480 * 16 + 25 * 16 * 48)], "Der er size · size pixler, ikke size."),
        ([18, 196 * (480 * 16 + 5 * 16 * 48)], "Filteret har både højde og bredde: kernel · kernel."),
        ([18, 196 * 25 * (480 * 16 + 16 * 48)], "Det første filter er 1x1, det andet kernel · kernel."),
    ],
    hint="Hvad koster én foldning, og hvor mange kanaler ser den anden?",
    because="Prisen er size² · width · (channels + kernel² · out): den vokser i takt med bredden.",
)

output_channels = Exercise(
    key="kanaler ud",
    cases=[
        ((1, 10, 100, 1_000, 10_000, 100_000), 110_101),
        ((1, 1, 1, 1, 1, 1), 4),
        ((64, 96, 128, 16, 32, 32), 256),
    ],
    mistakes=[
        ([111_111], "1x1-lagene før 3x3 og 5x5 når aldrig ud: næste lag tager imod dem."),
        ([10_101], "Du har glemt grenen med maxpool. Hvad ender den med?"),
        ([10_100], "Der er fire grene. Du har kun to med."),
        ([110_100], "Du har glemt den første gren, den rene 1x1."),
        ([100_000], "Kun én af grenene er med. Alle fire når ud."),
        ([101_011], "Du har taget 1x1-lagene før 3x3 og 5x5 i stedet for 3x3 og 5x5."),
        ([100_000_000_000, 1], "Grenene ganges ikke. De lægges efter hinanden."),
    ],
    hint="Hvad er det sidste lag i hver af de fire grene, og hvad sker der med deres kanaler?",
    because="Kun det sidste lag i hver gren når ud, og concat lægger kanalerne efter hinanden.",
)

paper_k = Exercise(
    key="K",
    answer=1024,
    because="114.688 / 1.024 er præcis 112. I tabellens anden kolonne er M derimod en million.",
    mistakes=[
        (1000, "Så ville conv2 have 112.000 vægte. Den har flere: del antallet med 112."),
        (1_000_000, "Det er M. Del antallet af vægte med 112."),
        (lambda k: 1023 <= k < 1025, "Tæt på. Tallet går op: brug vægte uden bias-led."),
    ],
    hint="Hvad skal man gange med 112 for at få antallet af vægte?",
)

gap_weights = Exercise(
    key="GAP",
    answer=0,
    because="et gennemsnit har intet at lære: det lægger tallene sammen og deler med 49.",
    mistakes=[
        (1024, "Det er antallet af tal, der kommer ud. Hvad i et gennemsnit kan læres?"),
        (49, "Det er antallet af tal, som gennemsnittet tages af. Hvad i det kan læres?"),
        (50_176, "Det er antallet af tal ind i GAP. Hvad i et gennemsnit kan læres?"),
        (lambda n: n in (1_024_000, 1_025_000), "Det er laget efter GAP. Spørgsmålet gælder GAP selv."),
    ],
    hint="Hvilke tal i et gennemsnit kunne man ændre under træning?",
)

last_layer = Exercise(
    key="det sidste lag",
    answer=1_025_000,
    because="1.024 · 1.000 vægte og 1.000 bias-led. GoogLeNet har altså ét FC-lag, lige efter GAP.",
    mistakes=[
        (0, "Det er GAP selv. Efter GAP kommer et lag, som gør kanalernes tal til klassernes tal."),
        (1_024_000, "Du har glemt bias-leddene: hver klasse har ét."),
        (lambda n: n in (50_176_000, 50_177_000), "Så mange havde det haft uden GAP."),
        (lambda n: n in (1_048_576, 1_049_600), "Der er 1.000 klasser, ikke 1.024."),
        (2_024, "Hver klasse har en vægt til hver kanal: de to tal ganges."),
    ],
    hint="GAP giver ét tal fra hver af de 1.024 kanaler. Hvad har hver af de 1.000 klasser så, og hvad mere?",
)

touched_layers = Exercise(
    key="hvilke lag",
    answer="lagene til og med 4d",
    choices=("alle lag", "lagene til og med 4d", "lagene efter 4d", "kun 4a og 4d"),
    because="gradienten løber bagud fra hvert tab, og tabet ved 4d afhænger kun af lagene til og med 4d.",
    mistakes=[
        ("alle lag", "Et lag efter 4d kan ikke ændre det, som 4d har set: der er gradienten nul."),
        ("lagene efter 4d", "Det er omvendt: tænk på, hvilke lag hjælpeklassifikatorens tab afhænger af."),
        ("kun 4a og 4d", "Kædereglen stopper ikke der: 4d regner videre på det, som lagene før har fundet."),
    ],
    hint="Gradienten løber bagud. Hvor begynder den i en hjælpeklassifikator, og hvor ender den?",
)

pure_guess = Exercise(
    key="et rent gæt",
    answer=math.log(10),
    tolerance=0.01,
    because="hvert ciffer får sandsynligheden 1/10, og −ln(1/10) er ln 10 = 2,303.",
    mistakes=[
        (0.1, "Det er sandsynligheden. Tabet er minus dens naturlige logaritme."),
        (1, "Det er log10. Her er det den naturlige logaritme."),
        (math.log2(10), "Det er logaritmen med grundtal 2. Her er det den naturlige."),
        (-math.log(10), "Fortegnet: logaritmen af et tal under 1 er negativ, og tabet er minus den."),
        (0, "Det er tabet, når netværket er helt sikkert og har ret."),
        (10, "Det er antallet af cifre. Hvor sandsynligt er hvert af dem?"),
    ],
    hint="Hvor sandsynligt er hvert af ti lige sandsynlige svar, og hvad er minus den naturlige logaritme af det?",
)

work_in_1x1 = Exercise(
    key="andel i 1x1",
    answer="omkring 95 %",
    choices=("omkring 5 %", "omkring 50 %", "omkring 95 %"),
    because="(80 · 480 + 480 · 80) af 81.120 vægte, og alle bruges på hver plads.",
    mistakes=[
        ("omkring 5 %", "Et 1x1-filter ser kun én plads, men alle kanaler. 3x3 ser her kun én kanal."),
        ("omkring 50 %", "Regn efter: hvor mange vægte har 3x3-filtrene, når hvert kun ser sin egen kanal?"),
    ],
)


def own_channel(network: Network, image: Tensor, seed: int) -> tuple[Exercise, Explanation]:
    """A class, drawn from the seed: which channel behind GAP speaks most for it."""

    def asked(one: Explanation) -> Exercise:
        means = one.patches.flatten()
        mistakes = [
            (
                int(one.weights.flatten().argmax()),
                "Det er den største vægt. Den gælder kun, hvis kanalen svarer.",
            ),
            (
                int(means.argmax()),
                "Det er kanalen med det største gennemsnit. Hvad siger klassens vægt til den?",
            ),
            (int(one.contributions.argmin()), "Den taler mest imod. Hvilken taler mest for?"),
        ]
        hint = "Gang klassens vægte med de tal, GAP giver, og find det største produkt."
        because = "det største produkt af vægt og gennemsnit giver mest til logitten."
        return Exercise("egen kanal", int(one.contributions.argmax()), (), mistakes, hint, because)

    return drawn(Explainer(network, image), network.layer_names[-1], seed, asked)
