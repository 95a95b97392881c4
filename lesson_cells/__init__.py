"""What belongs to one lesson: a folder each, with figures, experiments, exercises and widgets."""
