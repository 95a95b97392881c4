"""Everything that can be drawn, by its English name."""

from .air_and_sea import AIR_AND_SEA
from .buildings import BUILDINGS
from .hoofed_animals import HOOFED
from .household import HOUSEHOLD
from .monkeys import MONKEYS
from .people import PEOPLE
from .plants import PLANTS
from .road_vehicles import VEHICLES
from .seated_animals import SEATED
from .thing import Thing
from .two_wheelers import TWO_WHEELERS
from .winged_animals import WINGED

_ROOMS = (
    PEOPLE,
    MONKEYS,
    SEATED,
    HOOFED,
    WINGED,
    VEHICLES,
    TWO_WHEELERS,
    AIR_AND_SEA,
    BUILDINGS,
    PLANTS,
    HOUSEHOLD,
)

THINGS: dict[str, Thing] = {thing.name: thing for room in _ROOMS for thing in room}

__all__ = ["THINGS", "Thing"]
