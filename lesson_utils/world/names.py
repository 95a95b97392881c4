"""What a pixel can be: parts, textures and backgrounds, by number, with their Danish names."""

PARTS = {
    "background": "baggrund", "head": "hoved", "face": "ansigt", "eye": "øje", "ear": "øre", "mouth": "mund",
    "nose": "næse", "hair": "hår", "body": "krop", "leg": "ben", "arm": "arm", "hand": "hånd", "tail": "hale",
    "horn": "horn", "trunk": "snabel", "wing": "vinge", "beak": "næb", "fin": "finne", "antenna": "følehorn",
    "wheel": "hjul", "window": "vindue", "door": "dør", "light": "lygte", "chassis": "karrosseri",
    "frame": "stel", "saddle": "sadel", "handlebar": "styr", "hull": "skrog", "mast": "mast", "sail": "sejl",
    "water": "vand", "roof": "tag", "wall": "mur", "chimney": "skorsten", "tower": "tårn", "stem": "stilk",
    "leaf": "blad", "crown": "krone", "petal": "kronblad", "centre": "midte", "cap": "hat", "fruit": "frugt",
    "plate": "skive", "symbol": "tegn", "pole": "stang", "pointer": "viser", "cup": "kop", "handle": "hank",
    "shade": "skærm", "foot": "fod", "occluder": "dække",
}

TEXTURES = {
    "none": "ingen", "smooth": "glat", "fur": "pels", "stripes": "striber", "spots": "pletter",
    "bricks": "mursten", "scales": "skæl", "leaves": "løv", "wood": "træ", "planks": "brædder",
    "tiles": "tagsten",
}

BACKGROUNDS = {
    "none": "ingen", "sky": "himmel", "ground": "jord", "clouds": "tåge", "stripes": "striber",
    "checks": "tern", "shapes": "figurer", "plain": "ensfarvet", "white": "hvid",
}

PART_NUMBER = {name: number for number, name in enumerate(PARTS)}
TEXTURE_NUMBER = {name: number for number, name in enumerate(TEXTURES)}
BACKGROUND_NUMBER = {name: number for number, name in enumerate(BACKGROUNDS)}
