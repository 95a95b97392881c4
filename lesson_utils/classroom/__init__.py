"""What a student sees: figures, tables, widgets and exercises that answer back."""

from lesson_utils.classroom.display import record, show, table
from lesson_utils.classroom.exercises import check, confirm

__all__ = ["check", "confirm", "record", "show", "table"]
