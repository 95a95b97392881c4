"""What the world says when it is asked for something that it cannot draw."""


class WorldError(ValueError):
    """One Danish sentence: what was wrong and what to do. A notebook shows it alone, without a traceback.

    The world knows no other house, so this is no `LessonError` of `lesson_utils`. Whoever shows one of the two
    shows both: each of them shows itself, by IPython's hook.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"Fejl: {self}"]
