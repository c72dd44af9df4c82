"""The entry point: `yanxin` and `python -m bot` are the same command."""

from bot.cli.main import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="yanxin")


if __name__ == "__main__":
    main()
