"""`lesson train`: one of the course's own networks trained again, with a bar while it works."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from lesson_utils.danish import number, percent


def train_network(name: str, resume: bool, out: str) -> bool:
    """Train `name` into the folder `out` (empty: the course's own weights); whether it was finished.

    Raises LessonError for an unknown name, or a checkpoint of another recipe.
    """
    from lesson_staff import publishing
    from lesson_utils import weights

    console = Console()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[facts]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Tegner billeder", total=None, facts="")

        def drawn(done: int, count: int) -> None:
            progress.update(bar, completed=done, total=count, facts=f"{number(done)} af {number(count)}")

        def stepped(step: int, steps: int, loss: float, accuracy: float) -> None:
            right = (
                f", {percent(accuracy)} rigtige" if accuracy == accuracy else ""
            )  # NaN before the first epoch
            facts = f"tab {number(loss, 2)}{right}"
            progress.update(bar, description=f"Træner {name}", completed=step, total=steps, facts=facts)

        entry = publishing.make(name, Path(out) if out else weights.EMBEDDED, resume, stepped, drawn)
    if entry is None:
        console.print(f"Træningen er afbrudt. Gå videre med »lesson train {name} --resume«.")
        return False
    test, attack = entry["test"], entry["attack"]
    console.print(
        f"{entry['network']}: {percent(test['accuracy'])} rigtige på {number(test['images'])} nye billeder, "
        f"{percent(attack['accuracy'])} på {number(attack['images'])}, der er ændret for at narre det."
    )
    return True
