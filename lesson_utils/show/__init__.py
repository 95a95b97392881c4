"""What a student sees: figures, tables, key figures, bars, stored measurements, and exercises that answer back."""

from lesson_utils.bars import progress
from lesson_utils.parameters import check as check_parameters
from lesson_utils.show.display import figure, record, table
from lesson_utils.show.exercise import check, confirm
from lesson_utils.show.measurements import source, stored
