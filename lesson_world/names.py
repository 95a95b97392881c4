"""What a pixel can be: parts, textures and backgrounds, by number, with their Danish names from names.toml."""

import tomllib
from pathlib import Path

_NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PARTS: dict[str, str] = _NAMES["parts"]
TEXTURES: dict[str, str] = _NAMES["textures"]
BACKGROUNDS: dict[str, str] = _NAMES["backgrounds"]

PART_NUMBER = {name: number for number, name in enumerate(PARTS)}
TEXTURE_NUMBER = {name: number for number, name in enumerate(TEXTURES)}
BACKGROUND_NUMBER = {name: number for number, name in enumerate(BACKGROUNDS)}
