"""`python -m sync.server …`: what `evenkeel clinic …` runs."""

from sync.server.cli import main

if __name__ == "__main__":
    main(prog_name="evenkeel clinic")
