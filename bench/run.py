# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m bench.run [NAME...]: run each bench/bench_*.py, or the named ones, and print a table.

A benchmark is a module with `measure() -> Iterable[Result]`. The exit code is 1 if a promise
is not kept.
"""

import importlib
import sys
import time
from pathlib import Path

from bench.result import Result


def main(names: list[str]) -> int:
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in found if not names or name.removeprefix("bench_") in names]
    results: list[Result] = []
    print(f"{'misura':<64}{'valore':>12} {'unità':<8}{'limite':>10}")
    for name in chosen:
        began = time.monotonic()
        for result in importlib.import_module(f"bench.{name}").measure():
            results.append(result)
            fault = "" if result.is_kept else "  ← oltre il limite"
            print(
                f"{result.name:<64}{result.value:>12,.1f} {result.unit:<8}"
                f"{result.promise:>10}{fault}",
                flush=True,
            )
        print(f"{'':<4}({name}: {time.monotonic() - began:.0f} s)", flush=True)
    return 0 if all(result.is_kept for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
