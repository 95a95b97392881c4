"""Exercises of lesson 03: small filters, and where VGG's parameters sit.

All numbers are VGG-16's and the paper's AlexNet's, whatever depth the lesson itself is run with.
"""

from torch import Tensor

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.networks import Network
from lesson_utils.show.exercise import Exercise
from lesson_utils.show.own import drawn

three_small_filters = Exercise(
    key="tre_gange_3x3",
    answer=7,
    because="hvert 3x3-lag lægger én pixel til på hver side: 1 → 3 → 5 → 7.",
    mistakes=[
        (9, "Du har lagt filtrenes størrelser sammen. Nabofiltre ser delvis på de samme pixler."),
        (27, "Du har ganget filtrenes størrelser. Felterne overlapper, så de vokser langsommere."),
        (6, "Du har lagt 2 til for hvert lag, men glemt den pixel, du begynder med."),
        (5, "Det er svaret for to lag. Her er der tre."),
        (3, "Det er svaret for ét lag. De næste lag ser på flere pladser, der ligger ved siden af hinanden."),
        (49, "Det er antallet af pixler i feltet. Svar med feltets bredde."),
    ],
    hint="Begynd bagfra: hvor mange pladser i laget før ser den sidste plads? Og hvad ser de tilsammen?",
)

with_channels_and_bias = Exercise(
    key="25_mod_18",
    answer=(102_464, 73_856),
    because="25 · 64² + 64 mod 2 · (9 · 64² + 64). Forholdet er stadig næsten 25 mod 18.",
    mistakes=[
        ((25, 18), "Det er vægtene for ét par af kanaler. Her er der 64 kanaler ind og 64 ud."),
        ((102_400, 73_728), "Vægtene er rigtige, men du har glemt bias-leddene: hvert filter har ét."),
        ((1_664, 1_280), "Hvert filter ser alle 64 kanaler. Du har kun talt én kanal med."),
        ((1_600, 1_152), "Du har ganget med 64 én gang: der er både kanaler ind og kanaler ud. Og bias-led."),
        ((102_464, 36_928), "Det første tal er rigtigt. I det andet mangler du det ene af de to 3x3-lag."),
        ((102_464, 36_864), "Det første tal er rigtigt. I det andet mangler du det ene af de to 3x3-lag."),
        ((102_464, 73_792), "Det første tal er rigtigt. I det andet har begge lag bias-led, ikke kun ét."),
        ((102_401, 73_730), "Du har ét bias-led for hvert lag. Hvert af lagets filtre har sit eget."),
        ((73_856, 102_464), "Tallene er rigtige, men byttet om: det store filter skal stå først."),
    ],
    hint="Ét filter har k · k · 64 vægte og ét bias-led. Hvor mange filtre er der i laget?",
)

field_of_stack = Exercise(
    key="receptivt_felt",
    cases=[
        (([(3, 1)],), 3),
        (([(3, 1)] * 2,), 5),
        (([(3, 1)] * 3,), 7),
        (([(3, 1), (2, 2)],), 4),
        (([(3, 1), (2, 2), (3, 1)],), 8),
        (([(3, 2), (3, 2), (3, 1)],), 15),
        (([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1)],), 99),
        (([],), 1),
    ],
    mistakes=[
        ([3, 6], "Du lægger filtrenes størrelser sammen. Et filter giver k − 1 hop mere."),
        ([..., 9], "Du ganger filtrenes størrelser. Nabofelter overlapper."),
        ([4, 7], "Du lægger k til i stedet for k − 1: den første pixel i filteret er allerede talt med."),
        ([2], "Begynd med et felt på 1: en pixel ser sig selv."),
        ([3, 5, 7, 5, 9], "Du bruger skridtlængden for tidligt: den gælder for laget efter."),
        ([3, 5, 7, 5, 7], "Du regner alle filtre som 3x3. Hvor bliver k af?"),
        ([3, 5, 7, 6], "Du går forfra. Den regel gælder, når man begynder med det sidste lag."),
        ([3, 7], "Hoppet ganges med skridtlængden. Det bliver ikke lagt til."),
        ([1, 3], "Det første lag er ikke talt med."),
        ([3, 5, 7, 4, 6], "Du glemmer hoppet: efter skridtlængde 2 ligger naboer 2 pixler fra hinanden."),
        ([3, 5, 7, 4, 8, 11], "Du husker kun den sidste skridtlængde. Hoppet er produktet af dem alle."),
        (
            lambda f: isinstance(f([(3, 1)]), list | tuple),
            "Giv kun ét tal: feltets bredde efter det sidste lag.",
        ),
        ([3, 3], "Du regner kun med ét af lagene. Står return inde i løkken?"),
    ],
    hint="Hold styr på felt og hop: hvad vokser felt med i et lag, og hvornår skifter hop?",
    because="Den næstsidste test er AlexNets lag frem til conv3.",
)

places_of_the_map = Exercise(
    key="hvor_mange_svar",
    answer=(3, 5),
    because="(288 − 224) / 32 + 1 = 3 og (352 − 224) / 32 + 1 = 5: i alt 15 svar.",
    mistakes=[
        ((2, 4), "Du har glemt at lægge 1 til: også den første plads tæller."),
        ((5, 3), "Tallene er rigtige, men byttet om: rækkerne følger højden."),
        ((9, 11), "Et vindue er 224 pixler og kan ikke begynde hvor som helst. Træk 224 fra først."),
        ((1, 1), "Så mange er der, når billedet er 224x224. Her er der plads til at flytte vinduet."),
        ((65, 129), "Nabovinduet ligger 32 pixler væk, ikke 1."),
    ],
    hint="Hvor mange pixler er der at flytte vinduet i, og hvor langt flytter det sig hver gang?",
)

times_alexnet = Exercise(
    key="langt_færre_parametre",
    answer=2.3,
    tolerance=0.051,
    because="138.357.544 mod 60.965.224. For hele netværket er sætningen altså forkert.",
    mistakes=[
        (0.44, "Du har delt den omvendte vej: VGG-16 skal stå øverst i brøken."),
        (1.3, "Så mange gange flere er der. Svar på, hvor mange gange så mange: del det ene med det andet."),
        (lambda n: 0.2 < n < 0.3, "Du har delt VGG's conv-lag med hele AlexNet. Tag alle lag med i begge."),
        (lambda n: 6.2 < n < 6.4, "Du har kun talt conv-lagene. Tag de fuldt forbundne lag med."),
        (lambda n: n > 1e6 or 70 < n < 80, "Du har trukket fra. Del det ene tal med det andet."),
    ],
    hint="Hvor mange parametre har hvert af netværkene i alt, og hvilket tal skal stå øverst i brøken?",
)

parameters_of_stack = Exercise(
    key="parametre_i_stak",
    cases=[((1, 1), 10), ((2, 1), 20), ((1, 64), 36_928), ((2, 64), 73_856), ((3, 256), 1_770_240)],
    mistakes=[
        ([..., ..., ..., 18], "Du har glemt kanalerne: her er der C kanaler ind og C ud."),
        ([..., ..., ..., 20], "Du har glemt kanalerne: hvert filter ser C kanaler, og der er C filtre."),
        ([..., ..., ..., 73_728], "Vægtene er rigtige, men du har glemt bias-leddene: et i hvert filter."),
        ([..., ..., ..., 73_730], "Du har ét bias-led for hvert lag. Hvert af de C filtre har sit eget."),
        ([..., ..., ..., {1_152, 1_154, 1_280}], "Der er kanaler både ind og ud: C gange C."),
        ([..., ..., ..., 73_792], "Du har kun talt bias-leddene med i ét af lagene."),
        ([..., ..., 102_464], "Du har regnet med et 5x5-filter. Her er filtrene 3x3."),
        ([..., ..., 36_928, 36_928], "Du har glemt at gange med antallet af lag."),
        (lambda f: f(2, 64) > 1e6, "Lag i en stak lægges sammen, de ganges ikke: n gange ét lag."),
        ([..., ..., 12_352], "Et 3x3-filter har 9 vægte for hver kanal, ikke 3."),
    ],
    hint="Hvor mange vægte har ét filter, når det ser C kanaler, og hvor mange filtre er der i et lag?",
)

memory_block = Exercise(
    key="hvor_er_hukommelsen",
    answer="blok 1",
    choices=("blok 1", "blok 3", "blok 5", "fc"),
    because="blok 1 arbejder på hele billedet: hvert conv-lag svarer med 64 tal på hver af 224 · 224 pladser.",
    mistakes=[
        ("fc", "Der sidder parametrene. Men fc6 svarer kun med 4.096 tal for et billede."),
        ("blok 5", "Blok 5 har kun 14 · 14 pladser. Gang kanaler og pladser, og sammenlign."),
        ("blok 3", "Hver pooling giver en fjerdedel af pladserne, men kun dobbelt så mange kanaler."),
    ],
)

grows_or_shrinks = Exercise(
    key="vokser_signalet",
    answer="vokser",
    choices=("vokser", "svinder", "holder sig"),
    because="0,1 · √(2.304 / 2) er omkring 3,4. Mange lag efter hinanden ganger den slags faktorer sammen.",
    mistakes=[
        ("svinder", "Vægtene er små, men der er 2.304 af dem i hvert filter. Regn faktoren ud."),
        ("holder sig", "Så skulle faktoren være 1. Regn den ud med 2.304 vægte."),
    ],
)


def own_winner(network: Network, image: Tensor, seed: int) -> tuple[Exercise, Explanation]:
    """A unit of pool2, drawn from the seed: where in the map before it the number comes from."""

    def asked(one: Explanation) -> Exercise:
        (top, left), (down, right) = one.corner, one.heaviest(0)
        mistakes = [
            ([left + right, top + down], "Rækken først, så kolonnen."),
            ([down, right], "Det er pladsen i vinduet. Hvor i feature map'et står vinduet?"),
            (list(one.place), "Det er pladsen efter pooling. Find den i feature map'et før."),
            ([one.place[0] + down, one.place[1] + right], "Vinduet flytter sig to ad gangen."),
        ]
        hint = "Vinduet begynder i række 2 · række og kolonne 2 · kolonne. Hvilket af de fire tal er størst?"
        because = "netop det tal bliver sendt videre, og de tre andre bliver glemt."
        return Exercise("egen vinder", [top + down, left + right], (), mistakes, hint, because)

    return drawn(Explainer(network, image), "pool2", seed, asked)
