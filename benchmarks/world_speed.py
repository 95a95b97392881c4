"""How many images of the world are drawn per second: `python benchmarks/world_speed.py [size]`.

Prints images per second of elapsed time for one and for two threads, and per second of one core's work,
which other programs on the machine disturb less.
"""

import sys
import time

import torch

from lesson_world.datasets import base

COUNT = 2048


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    print(f"{COUNT} images of the 22 base classes, {size} x {size} pixels")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        base(64, size=size)  # makes the noise tiles
        elapsed, work = time.perf_counter(), time.process_time()
        base(COUNT, size=size)
        elapsed, work = time.perf_counter() - elapsed, time.process_time() - work
        print(f"threads {threads}: {COUNT / elapsed:.0f} images/s, {COUNT / work:.0f} per second of a core")


if __name__ == "__main__":
    main()
