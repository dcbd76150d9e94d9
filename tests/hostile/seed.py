"""The seed from which everything random of this folder is made, DENYUT_SEED, so that what was found can be found again.
How much the harnesses do is said in `tests.soak`."""

import os

SEED = int(os.environ.get("DENYUT_SEED", "20261126"))
