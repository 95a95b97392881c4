"""Exercises of lesson 02: sizes, parameters and the slips around them. All numbers are the 2012 network's."""

from torch import Tensor

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.networks import Network
from lesson_utils.show.exercise import Exercise
from lesson_utils.show.own import drawn

overlap = Exercise(
    key="overlap",
    answer=7,
    because="11 − 4 = 7: det andet filter begynder 4 pixler længere henne, så 7 kolonner er fælles.",
    mistakes=[
        (4, "Så langt flytter filteret sig. Hvor meget af det bliver tilbage?"),
        (11, "Så stod de to filtre oven på hinanden. Det andet er flyttet 4 kolonner."),
        (15, "Så langt rækker de to filtre tilsammen. Hvor mange kolonner er med i begge?"),
        (8, "Tæt på. Skriv kolonnerne op: det første filter har 1-11, og det andet begynder i kolonne 5."),
        (3, "Du har trukket skridtlængden fra for mange gange. Naboer er kun flyttet én gang."),
        (77, "Det er antallet af fælles pixler. Svar med antallet af fælles kolonner."),
        (0, "Det ville kræve, at skridtlængden var mindst lige så stor som filteret."),
    ],
    hint="Hvilke kolonner dækker det første filter, og hvilke dækker det andet?",
)

most_parameters = Exercise(
    key="flest_parametre",
    answer="fc6",
    because="pool5 giver 6 · 6 · 256 = 9.216 tal, og hver af fc6's 4.096 enheder har en vægt til dem alle.",
    mistakes=[
        ("fc7", "Tæt på: fc7 har lige så mange enheder. Men hvilket lag har flest tal i sit input?"),
        ("fc8", "fc8 har 1.000 enheder med 4.096 vægte hver. Et andet lag har flere enheder og mere input."),
        ("conv1", "Filtrene er store, men der er få af dem, og de genbruger deres vægte over hele billedet."),
        ("conv2", "conv2 regner mest. Men et filter genbruger sine vægte, så de er billige i parametre."),
        (
            lambda layer: layer.lower() in ("conv3", "conv4", "conv5"),
            "Filtrene er kun 3x3 og genbruger deres vægte.",
        ),
    ],
    choices=("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"),
    hint="Hvor har hver enhed sin egen vægt til hvert tal i inputtet?",
)

right_size = Exercise(
    key="billedets_størrelse",
    answer=227,
    because="(227 − 11) / 4 + 1 = 55, et helt tal og størrelsen i artiklens egen tegning.",
    mistakes=[
        (277, "Regn efter: (277 − 11) / 4 er ikke et helt tal. Der bliver pixler til overs."),
        (224, "Sådan står der i artiklen, men regn efter: (224 − 11) / 4 er ikke et helt tal."),
        (55, "Det er størrelsen af det, der kommer ud. Hvilken størrelse skal ind?"),
    ],
    hint="Sæt de tre tal ind i formlen. Hvilket af dem giver et helt tal?",
)

choosy_channels = Exercise(
    key="kræsne_kanaler",
    answer="det trænede",
    choices=("det trænede", "det utrænede", "begge", "ingen af dem"),
    because="dybden gør det ikke alene: tilfældige vægte kender ingen klasser, hvor dybt de end sidder.",
    mistakes=[
        ("det utrænede", "Dets vægte er tilfældige i alle lag. Hvor skulle det kende klasserne fra?"),
        ("begge", "Hvad skulle en tilfældig kanal i conv5 vide om klasser, som en i conv1 ikke ved?"),
        ("ingen af dem", "Ét af dem kan sætte navn på et billede. Hvor bliver klasserne skilt ad?"),
    ],
)

saturated = Exercise(
    key="større_startvægte",
    answer="tanh",
    choices=("ReLU", "tanh", "begge", "ingen af dem"),
    because="tanh får sit input længere ud, hvor den er flad. For ReLU er det kun fortegnet, der tæller.",
    mistakes=[
        ("ReLU", "Den er flad for negative tal. Skifter et tal fortegn af at blive ganget med 16?"),
        ("begge", "For den ene er det kun fortegnet, der tæller. Skifter det, når der bliver ganget med 16?"),
        ("ingen af dem", "Se på figuren: den ene er flad langt fra nul. Hvor havner dens input nu?"),
    ],
)

strong_neighbour = Exercise(
    key="en_stærk_nabo",
    answer=7.5,
    tolerance=0.05,
    because="de 300 er med i begges sum, så begge deles med det samme tal, og 300 / 40 er stadig 7,5.",
    mistakes=[
        (2.6, "Det er forholdet til kanalerne længere væk. Naboen er nærmere: hvad er med i dens sum?"),
        (0.1333, "Du har delt omvendt: del den stærke med naboen."),
        (lambda n: n > 7.55, "Bliver naboen dæmpet mere end den stærke? Skriv de fem tal op for dem begge."),
        (
            lambda n: 0 < n < 7.45,
            "Bliver den stærke dæmpet mere end naboen? Skriv de fem tal op for dem begge.",
        ),
    ],
    hint="Hver af dem deles med et tal, der afhænger af fem kanaler. Hvilke fem er det?",
)

dropout_factor = Exercise(
    key="gang_med_2",
    answer=1.6,
    tolerance=0.005,
    because="80 % er tændt, og hver af dem er blevet til 2. Middelværdien skulle have været 1.",
    mistakes=[
        (2, "Det er værdien af en tændt enhed. De slukkede tæller med som 0."),
        (1, "Det ville kræve en anden faktor end 2. Hvor stor en del er tændt?"),
        (0.8, "Så stor en del er tændt. Men hver af dem er ganget med 2."),
        (0.4, "Hver femte er slukket, ikke tændt."),
        (1.25, "Det er den faktor, der skulle have stået i stedet for 2. Hvad giver 2?"),
    ],
    hint="Hvor stor en andel er tændt, og hvilken værdi har de tændte?",
)


ROUNDS = "Så kan ingen se, at størrelsen ikke passer: "

output_size_function = Exercise(
    key="output_size",
    cases=[
        ((5, 3, 1, 0), 3),
        ((227, 11, 4, 0), 55),
        ((27, 5, 1, 2), 27),
        ((55, 3, 2, 0), 27),
        ((277, 11, 4, 0), 67.5),
        ((224, 11, 4, 0), 54.25),
        ((224, 11, 4, 2), 55.25),
    ],
    mistakes=[
        ([3, 55, 27, 27, 67, 54], f"Du runder ned, som PyTorch gør. {ROUNDS}brug / og ikke //."),
        ([3, 55, 27, 27, 68], f"Du runder af. {ROUNDS}giv formlens værdi, som den er."),
        ([2], "Du har glemt at lægge 1 til: også filterets første plads tæller."),
        ([3, 54.25], "Du lægger 1 til, før du dividerer. Divider først; læg 1 til bagefter."),
        ([..., {14.5, 14}], "Du dividerer med skridtlængden to gange."),
        ([3, 55, 25], "Du lægger kun padding til på den ene side. Der er to."),
        ([3, 55, 23], "Du har glemt padding."),
        ([3, 217], "Du har glemt skridtlængden: filteret flytter sig flere pixler."),
        ([..., 57.75], "Du har glemt at trække filterets størrelse fra."),
    ],
    because="Giver den ikke et helt tal, passer størrelsen ikke.",
    hint="Hvor mange gange kan filteret flytte sig, før det når kanten? Og hvor stod det først?",
    tolerance=1e-9,
)


conv_parameters_function = Exercise(
    key="conv_parameters",
    cases=[
        ((3, 96, 11, 1), 34_944),
        ((256, 384, 3, 1), 885_120),
        ((96, 256, 5, 2), 307_456),
    ],  # conv1, 3 and 2
    mistakes=[
        ([34_848, 884_736], "Du har glemt bias-leddene: hvert filter har ét."),
        ([34_849], "Du har ét bias-led for hele laget. Hvert filter har sit eget."),
        ([35_136], "Du har ét bias-led pr. kanal. Der er kun ét pr. filter."),
        ([{11_712, 11_616}], "Du har glemt kanalerne: hvert filter ser alle inputkanaler."),
        ([{3_264, 3_168}], "Et filter er kvadratisk: kernel pixler højt og kernel pixler bredt."),
        ([364], "Det er ét filter. Laget har mange."),
        ([34_944, 885_120, 614_656], "Med 2 grupper ser hvert filter kun halvdelen af kanalerne."),
        ([34_944, 885_120, 307_328], "Grupperne deler ikke bias-leddene: hvert filter har stadig ét."),
        (
            [34_944, 885_120, {153_856, 153_728}],
            "Du deler med grupperne to gange. Filtrene er lige så mange.",
        ),
        ([34_944, 885_120, {1_229_056, 1_229_312}], "Grupper gør laget mindre, ikke større."),
    ],
    because="Grupper deler inputkanalerne imellem sig, så hvert filter får færre vægte.",
    hint="Hvor mange kanaler ser ét filter, hvor mange vægte har det så, og hvad har det mere?",
)


def own_sum(network: Network, image: Tensor, seed: int) -> tuple[Exercise, Explanation]:
    """A unit of conv2 in the first row, drawn from the seed: what it is before ReLU."""
    explainer = Explainer(network, image)
    before = explainer.maps(explainer.find("pool1"))

    def asked(one: Explanation) -> Exercise:
        weights, bias, side = one.weights, one.steps[0].term, one.weights.shape[1]
        row, column = (min(each, before.shape[1] - side) for each in one.place)
        first = one.inputs[0][1]
        unpadded = before[first : first + len(weights), row : row + side, column : column + side]
        twin = explainer.explain("conv2", (one.channel + one.shape[0] // 2) % one.shape[0], one.place)
        slips = [
            (unpadded, weights, "Du har glemt padding: i første række rager et 5x5-filter ud over kanten."),
            (one.patches, weights.flip(1, 2), "Filteret er vendt: gang tal for tal, som de står."),
        ]
        if twin.inputs != one.inputs:
            slips += [(twin.patches, weights, "Forkert gruppe: filteret ser den anden halvdel af kanalerne.")]
        mistakes = [(float((patch * kernel).sum()) + bias, message) for patch, kernel, message in slips]
        if bias:
            mistakes += [(one.total, "Du har glemt bias-leddet.")]
        if one.steps[0].value < 0:
            mistakes += [(0.0, "Det er efter ReLU. Hvad er tallet før?")]
        because = "kanaler, padding og gruppe passer sammen."
        hint = "Hvor mange rækker af udsnittet er nuller, og hvilke kanaler hører til filterets gruppe?"
        return Exercise("eget tal", one.steps[0].value, (), mistakes, hint, because, tolerance=0.005)

    return drawn(explainer, "conv2", seed, asked, edge=True)
