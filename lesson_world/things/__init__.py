"""Everything that can be drawn, by its English name."""

from lesson_world.things.air_and_sea import AIR_AND_SEA
from lesson_world.things.buildings import BUILDINGS
from lesson_world.things.hoofed_animals import HOOFED
from lesson_world.things.household import HOUSEHOLD
from lesson_world.things.monkeys import MONKEYS
from lesson_world.things.people import PEOPLE
from lesson_world.things.plants import PLANTS
from lesson_world.things.road_vehicles import VEHICLES
from lesson_world.things.seated_animals import SEATED
from lesson_world.things.thing import Thing
from lesson_world.things.two_wheelers import TWO_WHEELERS
from lesson_world.things.winged_animals import WINGED

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
