"""A run of the sync benchmark as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.judge import best

COLUMNS = {
    "wall s": ("wall_s", 1),
    "CPU s": ("cpu_s", 1),
    "peak MB": ("rss_mb", 1),
    "down kB": ("bytes_down", 1e-3),
    "up kB": ("bytes_up", 1e-3),
    "requests": ("requests", 1),
    "server CPU s": ("server_cpu_s", 1),
}
WHO = ("evenkeel", "pouchdb", "watermelon", "rxdb", "floor")
WORDS = {True: "holds", False: "DOES NOT HOLD", None: ""}


def lines(run: dict[str, Any]) -> Iterator[str]:
    """The best of all rounds, phase by phase; then what must hold, and whether it does."""
    link = run["link"]
    way = f"{link['rtt_ms']:g} ms, {link['mbit']:g} Mbit/s" if link else "loopback"
    yield ""
    yield f"{run['count']} documents, {way}, best of {len(run['rounds'])}"
    yield f"{'':<17}{'':<11}" + "".join(f"{head:>13}" for head in COLUMNS)
    for phase in {name: None for who in WHO for one in run["rounds"] for name in one.get(who, {})}:
        for who in WHO:
            if best(run["rounds"], who, phase, "wall_s") is not None:
                cells = [
                    shown(best(run["rounds"], who, phase, figure), by) for figure, by in COLUMNS.values()
                ]
                yield f"{phase:<17}{who:<11}" + "".join(f"{cell:>13}" for cell in cells)
    yield f"{'':<50}{'is':>10}{'must':>8}{'goal':>8}"
    for claim in run["claims"]:
        bounds = "".join(f"{'-' if claim[name] is None else claim[name]:>8}" for name in ("must", "goal"))
        goal = " goal too" if claim["reaches"] else ""
        yield f"{claim['name']:<50}{claim['value']:>10}{bounds}  {WORDS[claim['holds']]}{goal}"


def shown(value: float | None, by: float) -> str:
    """A figure with as many places as it deserves."""
    if value is None:
        return ""
    scaled = value * by
    return f"{scaled:.0f}" if scaled >= 100 or scaled == int(scaled) else f"{scaled:.2f}"
