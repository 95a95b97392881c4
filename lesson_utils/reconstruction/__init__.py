"""The network turned around: optimise the image instead of the weights.

Three questions have answers ready to use: `content` (what do you remember of this picture?), `filters` (what do
you want to see?) and `class_images` (what is a banana?). Underneath lies one optimiser, `reconstruct`, that takes
any sum of objectives, one of two ways to write an image down (`Pixels`, `Fourier`), and what is known of images
beforehand (`Priors`).
"""

from lesson_utils.activations import probabilities
from lesson_utils.reconstruction.measures import comparison, feature_errors, psnr
from lesson_utils.reconstruction.objectives import Class, Content, Different, Filter, Objective, Unit
from lesson_utils.reconstruction.optimiser import Climb, Reconstruction, Step, reconstruct
from lesson_utils.reconstruction.parametrisations import Fourier, Pixels
from lesson_utils.reconstruction.priors import Priors, total_variation
from lesson_utils.reconstruction.questions import class_images, content, filters, plain_ascent
