"""JupyterLab that does not outlive the test that started it.

Run as a script with Lab's own arguments. Its standard input is a pipe from the test: when the test process
ends, also by a kill that no `finally` survives, the pipe closes, and the server stops itself and its kernels.
"""

import os
import signal
import sys
import threading

from jupyterlab.labapp import main


def stop_with_the_test() -> None:
    sys.stdin.buffer.read()  # blocks until the other end is gone
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=stop_with_the_test, daemon=True).start()
    sys.exit(main())
