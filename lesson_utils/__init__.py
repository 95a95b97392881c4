"""`lesson_utils`: the small library behind the course »ConvNet-arkitekturer«.

Nothing is imported here, so that `import lesson_utils` costs nothing; each lesson imports the rooms it
uses: `lesson_utils.networks`, `lesson_utils.images`, `lesson_utils.show`, and so on.
"""

from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
"""The course's own weights, photos and measurements."""
