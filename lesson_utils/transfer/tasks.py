"""What there is to learn: training images of new classes, and test images that no training sees."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.images import as_float
from lesson_utils.photos import PhotoFolder


@dataclass(frozen=True)
class Task:
    """Images (N, 3, H, W) float or uint8, labels (N,) into `class_names`; for training and for the test."""

    images: Tensor
    labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    class_names: tuple[str, ...]

    def rows(self, per_class: int) -> Tensor:
        """Which training images come along with `per_class` of each class: the first ones, so 5 are among 10.

        Raises LessonError where a class has fewer images.
        """
        places = [(self.labels == label).nonzero()[:per_class, 0] for label in range(len(self.class_names))]
        short = [name for name, found in zip(self.class_names, places, strict=True) if len(found) < per_class]
        if short:
            raise LessonError(
                f"Der er ikke {danish.number(per_class)} træningsbilleder af {danish.listing(short)}: vælg færre."
            )
        return torch.cat(places)


def split(photos: PhotoFolder, test_share: float = 0.3, seed: int = 0) -> Task:
    """Some photos of each class become the test, at least one; the rest is for training.

    Raises LessonError for a class with a single photo.
    """
    generator = torch.Generator().manual_seed(int(seed))
    training, test = [], []
    for label, name in enumerate(photos.class_names):
        rows = (photos.labels == label).nonzero()[:, 0]
        if len(rows) < 2:
            raise LessonError(
                f"Klassen »{name}« har kun ét billede: læg mindst to i mappen, ét at træne på og ét til testen."
            )
        rows = rows[torch.randperm(len(rows), generator=generator)]
        held_back = max(1, round(test_share * len(rows)))
        test.append(rows[:held_back])
        training.append(rows[held_back:])
    few, many = torch.cat(test), torch.cat(training)
    return Task(
        photos.images[many], photos.labels[many], photos.images[few], photos.labels[few], photos.class_names
    )


def scaled(task: Task, size: int) -> Task:
    """The same task with images uint8 of `size` x `size` pixels, for a network that looks at such."""
    images, test_images = (
        torch.cat([_resized(batch, size) for batch in images.split(100)])
        for images in (task.images, task.test_images)
    )
    return replace(task, images=images, test_images=test_images)


def _resized(images: Tensor, size: int) -> Tensor:
    fitted = F.interpolate(as_float(images), size=(size, size), mode="bilinear", antialias=True)
    return (255 * fitted).round().clamp(0, 255).byte()
