"""Everything that can be drawn, by its English name."""

from lesson_world.things.air_and_sea import airplane, boat
from lesson_world.things.buildings import castle, house
from lesson_world.things.hoofed_animals import cow, elephant, giraffe, horse, zebra
from lesson_world.things.household import clock, cup, lamp, traffic_sign, umbrella
from lesson_world.things.monkeys import monkey
from lesson_world.things.people import face
from lesson_world.things.plants import apple, banana, flower, mushroom, pear, tree
from lesson_world.things.road_vehicles import bicycle, bus, car, motorbike, train, truck
from lesson_world.things.seated_animals import bear, cat, dog, pig, rabbit
from lesson_world.things.thing import Thing
from lesson_world.things.winged_animals import bird, butterfly, fish, owl

_ALL = (
    Thing("face", face, sign="mouth"),
    Thing("monkey", monkey, sign="hand"),
    Thing("cat", cat, sign="ear"),
    Thing("dog", dog, sign="ear"),
    Thing("rabbit", rabbit, sign="ear"),
    Thing("bear", bear, sign="ear"),
    Thing("pig", pig, sign="nose"),
    Thing("horse", horse, sign="hair"),
    Thing("cow", cow, sign="horn"),
    Thing("zebra", zebra, sign="hair"),
    Thing("giraffe", giraffe, sign="horn"),
    Thing("elephant", elephant, sign="trunk"),
    Thing("bird", bird, sign="beak"),
    Thing("owl", owl, sign="face"),
    Thing("butterfly", butterfly, sign="antenna", tilt=25),
    Thing("fish", fish, sign="fin", tilt=16),
    Thing("car", car, sign="wheel"),
    Thing("bus", bus, sign="window"),
    Thing("truck", truck, sign="wheel"),
    Thing("train", train, sign="chimney"),
    Thing("bicycle", bicycle, sign="wheel"),
    Thing("motorbike", motorbike, sign="wheel"),
    Thing("airplane", airplane, sign="wing"),
    Thing("boat", boat, sign="sail", tilt=10),
    Thing("house", house, sign="roof", tilt=10),
    Thing("castle", castle, sign="tower", tilt=10),
    Thing("tree", tree, sign="crown", tilt=8),
    Thing("flower", flower, sign="petal"),
    Thing("mushroom", mushroom, sign="cap"),
    Thing("banana", banana, sign="fruit", tilt=30),
    Thing("apple", apple, sign="fruit", tilt=20),
    Thing("pear", pear, sign="fruit", tilt=20),
    Thing("sign", traffic_sign, sign="plate", tilt=10),
    Thing("clock", clock, sign="pointer"),
    Thing("cup", cup, sign="handle"),
    Thing("umbrella", umbrella, sign="shade", tilt=18),
    Thing("lamp", lamp, sign="shade", tilt=10),
)
THINGS: dict[str, Thing] = {thing.name: thing for thing in _ALL}
"""Their order is that of the numbers in the map of objects: a new thing comes last."""
