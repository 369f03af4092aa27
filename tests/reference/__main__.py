"""`python -m tests.reference` writes every page of docs/reference; with `trace` only those on requirements."""

import os
import sys

import django


def main(wanted: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.reference import PAGES, TRACE, write

    changed = write(TRACE if wanted == "trace" else tuple(PAGES))
    print("\n".join(f"docs/reference/{name}" for name in changed) or "Everything is fresh.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
