"""Design territories in a process of its own until a test interrupts it."""

import sys

from optimizer.interruption import listening
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import towns


def main(workers: int) -> None:
    """Say when the search begins, and at its end what came of it."""
    instance = towns(120, 6, seed=2, tolerance=0.3)
    settings = SolverSettings(effort=Effort.THOROUGH, workers=workers)
    with listening(lambda: print("asked", flush=True)):
        print("begun", flush=True)
        result = design_territories(instance, settings)
    kept = result.plan is not None and not verify(instance, result.plan)
    print(result.status, result.stopped_by, "verified" if kept else "broken", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
