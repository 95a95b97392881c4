"""What a student sees: figures, tables, key figures, bars, stored measurements, and exercises that answer back."""

from lesson_utils.bars import progress
from lesson_utils.show.display import figure, record, table
from lesson_utils.show.exercise import check, confirm
from lesson_utils.show.measurements import source, stored
from lesson_utils.show.setup import check_parameters
