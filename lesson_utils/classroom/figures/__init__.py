"""Data in, matplotlib figure out: one file per subject. Nothing here runs a network or reads a file."""
