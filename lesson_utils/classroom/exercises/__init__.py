"""Self-checks that tell a student what went wrong, without giving the answer away."""

from lesson_utils.classroom.exercises.check import Exercise, Verdict, check, confirm, judge

__all__ = ["Exercise", "Verdict", "check", "confirm", "judge"]
