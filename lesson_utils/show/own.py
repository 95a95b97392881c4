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

    `channels`: those to draw from, else all. The place lies inside, but in the first row on the `edge`.
    """
    draw = random.Random(seed)
    every, height, width = explainer.maps(explainer.find(layer)).shape
    for _ in range(200):
        row, column = (draw.randrange(side // 8, side - side // 8) for side in (height, width))
        place = 0 if edge else row, column
        one = explainer.explain(layer, draw.choice(channels or range(every)), place)
        exercise = asked(one)
        if all(judge(exercise, wrong).text.endswith(message) for wrong, message in exercise.mistakes):
            return exercise, one
    raise ValueError(f"{layer}: no number whose mistakes differ")
