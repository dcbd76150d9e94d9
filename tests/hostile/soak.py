"""How much the harnesses of this folder do: a part of it in a normal run, all of it with DENYUT_SOAK=1; and the seed
from which everything random is made, DENYUT_SEED, so that what was found can be found again."""

import os

IS_SOAK = os.environ.get("DENYUT_SOAK") == "1"
SEED = int(os.environ.get("DENYUT_SEED", "20261126"))


def number(normal: int, soak: int) -> int:
    return soak if IS_SOAK else normal
