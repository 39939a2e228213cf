"""Answer the commands: the one place where tables, forecasts, optimizers and maps meet.

A command is a module with `HELP`, `add_arguments` and `answer`; its heavy imports stand inside `answer`, so that
`--help` needs none of them.
"""
