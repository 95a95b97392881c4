"""The one exception that a student is meant to read."""


class LessonError(Exception):
    """Something the user can mend: one Danish sentence that says what was wrong and what to do.

    A notebook shows the sentence alone. The traceback would be longer than the message and would
    point into the library, where the student has nothing to mend.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback (its hook for exceptions that show themselves)."""
        return [f"Fejl: {self}"]


def is_sentence(error: BaseException) -> bool:
    """Whether an error is a sentence for the user, from whichever house: it shows itself without a traceback.

    The image world knows nothing of this library and has an error of its own, and the library must not know it
    either; what both have is IPython's hook.
    """
    return hasattr(error, "_render_traceback_")
