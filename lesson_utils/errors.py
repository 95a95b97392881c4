"""The one exception that a student is meant to read."""


class LessonError(Exception):
    """Something the user can mend: one Danish sentence that says what was wrong and what to do.

    A notebook shows the sentence alone. The traceback would be longer than the message and would
    point into the library, where the student has nothing to mend.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback (its hook for exceptions that show themselves)."""
        return [f"Fejl: {self}"]
