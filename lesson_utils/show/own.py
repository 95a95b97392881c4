"""A number of the student's own: a unit drawn from the seed, and an exercise about what it answers."""

import random
from collections.abc import Callable, Sequence

from lesson_utils.explain import Explainer, Explanation
from lesson_utils.show.exercise import Exercise, judge


def drawn(
    explainer: Explainer,
    layer: str,
    seed: int,
    asked: Callable[[Explanation], Exercise],
    channels: Sequence[int] = (),
    edge: bool = False,
) -> tuple[Exercise, Explanation]:
    """The exercise about one number of the layer, and the number: one whose known mistakes are told apart.

    `channels`: those to draw from, else all. On the `edge` the place lies in the first row.
    """
    draw = random.Random(seed)
    every, height, width = explainer.maps(explainer.find(layer)).shape
    for _ in range(200):
        place = 0 if edge else draw.randrange(height), draw.randrange(width)
        one = explainer.explain(layer, draw.choice(channels or range(every)), place)
        exercise = asked(one)
        if all(judge(exercise, wrong).text.endswith(message) for wrong, message in exercise.mistakes):
            return exercise, one
    raise ValueError(f"{layer}: no number whose mistakes differ")
