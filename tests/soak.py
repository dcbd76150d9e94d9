"""How much the long harnesses do: a sample in a normal run, their full number with `DENYUT_SOAK=1` (`make soak`)."""

import os

IS_SOAK = os.environ.get("DENYUT_SOAK") == "1"


def times(normal: int, soak: int) -> int:
    """How often a harness does its work: `normal`, or in a soak `soak` times."""
    return soak if IS_SOAK else normal
