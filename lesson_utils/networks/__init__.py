"""The lecture's three networks, a later one, and the arithmetic that describes them."""

from lesson_utils.networks.alexnet import alexnet
from lesson_utils.networks.arithmetic import conv_cost, layer_table, output_size, receptive_fields, sights
from lesson_utils.networks.efficientnet import efficientnet
from lesson_utils.networks.googlenet import googlenet
from lesson_utils.networks.network import Network, evenly_spaced, random_twin
from lesson_utils.networks.vgg import vgg
