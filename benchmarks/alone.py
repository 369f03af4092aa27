"""The process in which one thing is measured: `python -m benchmarks.alone module.function '{"argument": …}'`."""

import importlib
import json
import sys

from benchmarks.measuring import peak_mb


def main(function: str, arguments: str) -> None:
    """Run it, and print what it tells with the memory it took."""
    import django

    django.setup()
    module, name = function.rsplit(".", 1)
    told = getattr(importlib.import_module(f"benchmarks.{module}"), name)(**json.loads(arguments))
    told = told if isinstance(told, dict) else {"seconds": told}
    print(json.dumps({**told, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
