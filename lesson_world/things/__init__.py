"""Everything that can be drawn, by its English name."""

from lesson_world.things import buildings, hoofed, household, plants, primates, seated, vehicles, winged
from lesson_world.things.thing import Thing

_ALL = (
    Thing("face", primates.face, sign="mouth"),
    Thing("monkey", primates.monkey, sign="hand"),
    Thing("cat", seated.cat, sign="ear"),
    Thing("dog", seated.dog, sign="ear"),
    Thing("rabbit", seated.rabbit, sign="ear"),
    Thing("bear", seated.bear, sign="ear"),
    Thing("pig", seated.pig, sign="nose"),
    Thing("horse", hoofed.horse, sign="hair"),
    Thing("cow", hoofed.cow, sign="horn"),
    Thing("zebra", hoofed.zebra, sign="hair"),
    Thing("giraffe", hoofed.giraffe, sign="horn"),
    Thing("elephant", hoofed.elephant, sign="trunk"),
    Thing("bird", winged.bird, sign="beak"),
    Thing("owl", winged.owl, sign="face"),
    Thing("butterfly", winged.butterfly, sign="antenna", tilt=25),
    Thing("fish", winged.fish, sign="fin", tilt=16),
    Thing("car", vehicles.car, sign="wheel"),
    Thing("bus", vehicles.bus, sign="window"),
    Thing("truck", vehicles.truck, sign="wheel"),
    Thing("train", vehicles.train, sign="chimney"),
    Thing("bicycle", vehicles.bicycle, sign="wheel"),
    Thing("motorbike", vehicles.motorbike, sign="wheel"),
    Thing("airplane", vehicles.airplane, sign="wing"),
    Thing("boat", vehicles.boat, sign="sail", tilt=10),
    Thing("house", buildings.house, sign="roof", tilt=10),
    Thing("castle", buildings.castle, sign="tower", tilt=10),
    Thing("tree", plants.tree, sign="crown", tilt=8),
    Thing("flower", plants.flower, sign="petal"),
    Thing("mushroom", plants.mushroom, sign="cap"),
    Thing("banana", plants.banana, sign="fruit", tilt=30),
    Thing("apple", plants.apple, sign="fruit", tilt=20),
    Thing("pear", plants.pear, sign="fruit", tilt=20),
    Thing("sign", household.traffic_sign, sign="plate", tilt=10),
    Thing("clock", household.clock, sign="pointer"),
    Thing("cup", household.cup, sign="handle"),
    Thing("umbrella", household.umbrella, sign="shade", tilt=18),
    Thing("lamp", household.lamp, sign="shade", tilt=10),
)
THINGS: dict[str, Thing] = {thing.name: thing for thing in _ALL}
"""Their order is that of the numbers in the map of objects: a new thing comes last."""
