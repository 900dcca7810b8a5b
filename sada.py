"""The one command: puts together each folder's commands, nothing else."""

import errno
import importlib
import sys

import typer

from core.errors import DiskFull, SadaError

# In the order of the way of a post.
COMMANDS = ("collectors.commands", "stream.collect_command", "stream.commands", "stream.cluster_commands", "enrich.commands",
            "cases.commands", "dashboard.commands", "bench.commands")  # fmt: skip


def assemble(verb: str | None = None) -> typer.Typer:
    """Every folder's verbs under one command; with `verb` only as many folders as it takes to find it, since their libraries are heavy."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(sada)
    for module in COMMANDS:
        verbs = importlib.import_module(module).app
        app.registered_commands += verbs.registered_commands
        app.registered_groups += verbs.registered_groups
        if verb in _names(verbs):
            break
    return app


def sada() -> None:
    """Hear what people tell their city, see what grows into a problem, follow each complaint to its answer."""


def _names(verbs: typer.Typer) -> set[str | None]:
    named = {command.name or (command.callback.__name__ if command.callback else None) for command in verbs.registered_commands}
    return {*named, *(group.name for group in verbs.registered_groups)} - {None}


def main() -> None:
    """Run the command; one clear sentence and exit status 1 or 2 where it cannot be done."""
    try:
        assemble(sys.argv[1] if len(sys.argv) > 1 else None)()
    except SadaError as error:
        print(f"sada: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except OSError as error:  # a file or the standard output, where no folder of ours knew better what to say
        print(f"sada: {_of_the_system(error)}", file=sys.stderr)
        sys.exit(DiskFull.exit_status if error.errno == errno.ENOSPC else SadaError.exit_status)
    except KeyboardInterrupt:
        print("sada: stopped by you; what was stored stays, start again to go on", file=sys.stderr)
        sys.exit(1)


def _of_the_system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{where}the disk is full; what was being written is not whole. Free some space and try again."
    return f"{where}{error.strerror or error}; see that it is there and that this user may use it, then try again"


if __name__ == "__main__":
    main()
