"""Where the command `lesson` begins: Ctrl-C is quiet from the first moment, while Python still reads the rest."""

import sys


def main() -> None:
    """Entry point; exit code 130 after Ctrl-C."""
    try:
        from lesson_staff.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(130)
