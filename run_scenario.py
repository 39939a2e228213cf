"""Run a territory and tour scenario from the command line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from scenarios.command_line import COMMANDS, HELP, parse_words
from scenarios.commands import exits

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one command; the return value is the exit code."""
    arguments = parse_words(list(sys.argv[1:] if argv is None else argv))
    if arguments is None:
        print(HELP)
        return exits.DONE
    # More BLAS threads than one wait for each other on small problems, and could change the last bits of a result.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from maps.folder import OutputFolderError
    from scenarios.faults import NoPlanError, ScenarioError

    try:
        return int(COMMANDS[arguments.command].answer(arguments))
    except (ScenarioError, OutputFolderError, NoPlanError) as error:
        print(f"{error}\n\nNothing was written.", file=sys.stderr)
        return exits.NO_PLAN if isinstance(error, NoPlanError) else exits.BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return exits.INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, went away
        sys.stderr.close()
        return exits.DONE


if __name__ == "__main__":
    sys.exit(main())
