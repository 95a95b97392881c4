"""The first cell leaves nothing of PyTorch to be imported while a student trains."""

import subprocess
import sys

TRAINING = """
import sys
import torch
from lesson_cells.vgg import exercises
from lesson_utils import show

show.check_parameters(exercises, {})
before = {*sys.modules}
layer = torch.nn.Linear(2, 1)
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
    optimizer = kind(layer.parameters(), lr=0.1)
    optimizer.zero_grad()
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
print(sorted(name for name in {*sys.modules} - before if name.startswith(("torch", "sympy"))))
"""


def test_an_optimizers_first_step_imports_nothing_that_stop_could_leave_half():
    told = subprocess.run([sys.executable, "-c", TRAINING], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
