"""Exercises of lesson 01: new heads, what frozen means, and what transfer is worth."""

from torch import nn

from lesson_utils.show.exercise import Exercise

new_head_parameters = Exercise(
    key="nyt_hoved",
    answer=3_598,
    because="256 · 14 vægte og 14 bias-led. Alle andre parametre bliver, som de er.",
    mistakes=[
        (3_584, "Vægtene er rigtige, men du har glemt bias-leddene: hver af de nye enheder har ét."),
        (5_654, "Det er det gamle hoved: 22 klasser. Hvor mange enheder har det nye?"),
        (5_632, "Det er vægtene i det gamle hoved: 22 klasser. Hvor mange enheder har det nye?"),
        (3_585, "Du har ét bias-led i alt. Hver af de nye enheder har sit eget."),
        (7_182, "Du har regnet med 512 tal ind. Hvor mange tal kommer der ud af fc7?"),
        (270, "Du har lagt 256 og 14 sammen. Hver ny enhed har en vægt til hvert af tallene fra fc7."),
    ],
    hint="Hvor mange vægte har hver af de nye enheder, og hvad har den mere?",
)

random_weights = Exercise(
    key="tilfældige_vægte",
    answer="omkring 50 %",
    choices=("omkring 7 %", "omkring 50 %", "omkring 90 %"),
    because="tilfældige filtre svarer også forskelligt på forskellige billeder, og hovedet kan bruge det.",
    mistakes=[
        ("omkring 7 %", "Det er et rent gæt. Men hovedet er trænet, og dets tal afhænger af billedet."),
        ("omkring 90 %", "Så ville de trænede vægte være næsten overflødige. Tilfældige har intet lært."),
    ],
)

frozen_but_moving = Exercise(
    key="frosset_men",
    answer="batch norms statistik",
    choices=("vægtene", "bias-leddene", "batch norms statistik", "billederne"),
    because="middelværdi og varians er ikke parametre. De følger hver batch, så længe laget står i train-mode.",
    mistakes=[
        ("vægtene", "Vægtene er frosset: `requires_grad` er False, og ingen optimizer har set dem."),
        ("bias-leddene", "Bias-leddene er parametre ligesom vægtene, og de er frosset."),
        ("billederne", "Billederne er de samme begge gange. Hvad gør laget efter en foldning i train-mode?"),
    ],
)

which_encoder = Exercise(
    key="hvilken_encoder",
    answer="fotos",
    choices=("tegninger", "fotos", "lige gode"),
    because="den kender 1.000 slags ting, og de fleste af de 14 er iblandt dem: se kontrollen nedenfor.",
    mistakes=[
        ("tegninger", "Den har set det, der ligner mest. Men den har kun skullet skelne 22 klasser."),
        ("lige gode", "Forskellen er større end usikkerheden. Hvem har skullet lære at skelne mest?"),
    ],
)

more_pixels = Exercise(
    key="flere_pixler",
    answer=12.25,
    tolerance=0.3,  # rounded to a whole number
    because="(224 / 64) · (224 / 64) er 12,25, og en foldning regner i hver eneste pixel.",
    mistakes=[
        (3.5, "Det er den ene side. Et billede har både højde og bredde."),
        (7, "Du har lagt de to sider sammen. Pixlerne er højde gange bredde."),
        (36.75, "Farverne er der også i det lille billede. Sammenlign pixler med pixler."),
        (160, "Det er forskellen på siderne. Hvor mange gange går det ene billede op i det andet?"),
        (lambda n: n in (46_080, 50_176), "Det er et antal pixler. Hvor mange gange så mange er det?"),
        (lambda n: 0 < n < 1, "Du har delt omvendt: del det store med det lille."),
    ],
    hint="Hvor mange pixler er der i hvert af de to billeder?",
)

one_moment = Exercise(
    key="samme_øjeblik",
    answer="b",
    choices=("a", "b", "c", "d"),
    because="en ærlig test er taget et andet sted, i et andet lys eller en anden dag.",
    mistakes=[
        ("a", "To klasser er nok til en ærlig måling. Se på, hvilke billeder der er i testen."),
        ("c", "Det er encoderen, der er lånt. Testbillederne har den ikke lært af."),
        ("d", "Nøjagtigheden er regnet rigtigt. Men hvor forskellige er billederne?"),
    ],
)

optimizer_too_early = Exercise(
    key="optimizer",
    answer=1,
    because="optimizeren fik det gamle netværks parametre. Den kender ikke det nye hoved, så det lærer intet.",
    mistakes=[
        (2, "Linje 2 er rigtig: et nyt hoved med 14 klasser. Hvem kender det nye hoveds parametre?"),
        (3, "Linje 3 er rigtig: alt til og med fc7 er frosset, og fc8 er nyt."),
        (4, "Linje 4 er rigtig i sig selv. Men hvilke parametre har optimizeren fået?"),
    ],
    hint="Svar med linjens nummer, fra 1 til 4. Hvilke parametre fandtes, da optimizeren blev lavet?",
)


class _Net(nn.Sequential):
    """Small linear layers; a verdict shows which of them are frozen."""

    def __init__(self, *sizes: tuple[int, int], frozen: int = 0) -> None:
        super().__init__(*(nn.Linear(*size) for size in sizes))
        for layer in list(self)[:frozen]:
            layer.requires_grad_(False)
        self.shown = [f"Linear{size}{' frosset' * (place < frozen)}" for place, size in enumerate(sizes)]

    def __repr__(self) -> str:
        return f"Sequential({', '.join(self.shown)})"


trainable_parameters = Exercise(
    key="antal_der_trænes",
    cases=[
        ((_Net((2, 1)),), 3),
        ((_Net((4, 3), (3, 2), frozen=1),), 8),
        ((_Net((4, 3), frozen=1),), 0),
    ],
    mistakes=[
        ([..., 23], "Du tæller også de frosne. Spørg hver parameter om dens `requires_grad`."),
        ([..., 15], "Du tæller de frosne i stedet for dem, der trænes."),
        ([2, 2], "Du tæller tensorer. Hver tensor har `.numel()` tal."),
        (
            lambda f: f(_Net((2, 3), (3, 1))) == 1,
            "Kun den sidste tensor er talt. Bliver der lagt til, eller bliver tallet skiftet ud?",
        ),
        (
            lambda f: f(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))) == 6,
            "Du regner kun med den første tensor. Står return inde i løkken?",
        ),
        ([..., 6], "Du har glemt bias-leddene: `network.parameters()` giver dem også."),
    ],
    hint="Hvilke af netværkets tensorer er ikke frosset, og hvor mange tal er der i hver?",
)


two_rates = Exercise(
    key="to_læringsrater",
    cases=[
        ((["conv1", "fc8"], ["fc8"], 1.0), [0.1, 1.0]),
        ((["conv1", "fc6", "fc7", "fc8"], ["fc7", "fc8"], 0.01), [0.001, 0.001, 0.01, 0.01]),
        ((["fc8"], ["fc8"], 0.5), [0.5]),
        ((["conv1"], [], 0.5), [0.05]),
        ((["fc6", "fc7"], ["fc6"], 1.0), [1.0, 0.1]),
    ],
    mistakes=[
        ([[1.0, 0.1], [0.01, 0.01, 0.001, 0.001]], "Du har byttet om: de nye lag skal have den høje rate."),
        ([[1.0, 1.0]], "Alle lag får samme rate. De gamle lag skal have en tiendedel."),
        (
            [[0.1, 1.0], ..., ..., ..., [0.1, 1.0]],
            "Du går ud fra, at de nye lag står sidst. Se efter for hvert lag.",
        ),
        ([[10.0, 1.0]], "De gamle lag skal have en tiendedel, ikke det tidobbelte."),
        ([[0.1], [0.001]], "Der skal være en rate til hvert lag. Står return inde i løkken?"),
        ([[0.0, 1.0]], "Med rate 0 er laget frosset. Her er det tøet op."),
        (lambda f: isinstance(f([], [], 1.0), dict), "Giv en liste tilbage, med én rate for hvert lag."),
    ],
    hint="Hvilken rate får et nyt lag, hvilken får et gammelt, og hvordan ser du forskel på dem?",
    tolerance=1e-9,
)
