"""Class pictures: none is shown that its own network does not know."""

import torch

from lesson_cells.rekonstruktion.experiments import class_pictures
from lesson_utils.reconstruction import class_images
from lesson_utils.weights import load_network
from lesson_world.datasets import BASE


def test_a_picture_that_the_network_is_not_sure_of_is_begun_again():
    network, asked = load_network("alexnet"), [BASE.index(name) for name in ("banana", "butterfly")]
    first = class_images(network, asked, steps=35, seed=[0, 0]).images
    pictures = class_pictures(network, asked, 35, seed=[0, 0])
    with torch.no_grad():
        before, after = (network(each).softmax(1)[[0, 1], asked] for each in (first, pictures))
    assert before[1] < 0.1 and after.min() > 0.9
    assert torch.equal(pictures[0], first[0]), "what is sure is left as it is"
