"""The entry point: `yanxin` and `python -m bot` are the same command."""

from bot import loading


def main() -> None:
    """Run the command line."""
    loading.begin()
    from bot.cli.main import cli  # noqa: PLC0415 - what it loads is loaded while nobody looks for garbage

    cli(prog_name="yanxin")


if __name__ == "__main__":
    main()
