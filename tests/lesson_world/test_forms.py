"""Simple forms: one in each image, where its mask says, in one colour."""

import torch

from lesson_world.forms import FORMS, forms


def test_each_image_has_its_form_where_the_mask_says():
    found = forms(12, seed=3)
    assert found.images.shape == (12, 3, 64, 64) and 0 <= found.images.min() <= found.images.max() <= 1
    for image, label, part in zip(found.images, found.labels, found.parts, strict=True):
        assert part.unique().tolist() == [0, int(label) + 1]
        inside = torch.nn.functional.max_pool2d(1 - (part > 0).float()[None], 3, 1, 1)[0] == 0  # not its edge
        assert inside.sum() > 40 and image[:, inside].std(1).max() < 1e-4
    assert list(found.concept_maps()["form"][1].values()) == list(FORMS.values())


def test_forms_of_one_size_cover_the_same_and_depend_on_the_seed_alone():
    areas = (forms(400, seed=5).parts > 0).float().mean((1, 2)).view(-1, len(FORMS)).mean(0)
    assert areas.max() < 1.15 * areas.min()
    assert torch.equal(forms(8, seed=5).images, forms(8, seed=5).take(slice(8)).images)
    assert not torch.equal(forms(8, seed=5).images, forms(8, seed=6).images)
