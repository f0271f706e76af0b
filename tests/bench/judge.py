"""What sync must reach, as ratios within one run, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

LARGE, SMALL = 50_000, 10_000
Round = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """One line of the table: a figure, what it must be at most, and what we would like it to be. None: no say."""

    name: str
    value: float
    must: float | None = None
    goal: float | None = None

    def json(self) -> dict[str, Any]:
        """As plain data, with whether it holds."""
        return {
            **asdict(self),
            "holds": None if self.must is None else self.value <= self.must,
            "reaches": None if self.goal is None else self.value <= self.goal,
        }


def best(rounds: list[Round], who: str, phase: str, figure: str) -> Any:
    """The least of all rounds: what the machine did when nothing else disturbed it. None where nobody measured it."""
    found = [one.get(who, {}).get(phase, {}).get(figure) for one in rounds]
    return min((value for value in found if value is not None), default=None)


def claims(rounds: list[Round], count: int, smaller: list[Round]) -> list[Claim]:
    """The lines for one size on loopback. `smaller` are the rounds of the least size."""
    found = [*first_sync(rounds, count), *later_syncs(rounds), *writing(rounds)]
    if smaller and smaller is not rounds:
        ratio = best(rounds, "evenkeel", "initial", "rss_mb") / best(smaller, "evenkeel", "initial", "rss_mb")
        found.append(Claim("initial: peak memory / that of the least size", round(ratio, 2), 1.2))
    return [*found, wrong(rounds)]


def first_sync(rounds: list[Round], count: int) -> Iterator[Claim]:
    """From nothing to everything."""

    def ours(figure: str, phase: str = "initial") -> float:
        return best(rounds, "evenkeel", phase, figure)

    floor = {figure: best(rounds, "floor", "bulk", figure) for figure in ("cpu_s", "wall_s", "zstd_bytes")}
    yield Claim("initial: client CPU / floor", round(ours("cpu_s") / floor["cpu_s"], 2), 2.0, 1.3)
    yield Claim("initial: wall / floor", round(ours("wall_s") / floor["wall_s"], 2), 2.5, 1.5)
    yield from against(rounds, "initial", "pouchdb", 0.4, 0.25)
    yield from against(rounds, "initial", "watermelon", 1.3, 1.0)
    yield Claim("initial: peak memory, MB", ours("rss_mb"), 120, 90)
    yield Claim(
        "initial: bytes down / zstd floor", round(ours("body_down") / floor["zstd_bytes"], 2), 1.15, 0.85
    )
    each = LARGE / count
    yield Claim("initial: server CPU s per 50,000", round(ours("server_cpu_s") * each, 2), 1.5)
    again = round(ours("server_cpu_s", "second-device") * each, 2)
    yield Claim("second device: server CPU s per 50,000", again, 1.5, 0.1)


def later_syncs(rounds: list[Round]) -> Iterator[Claim]:
    """Little or nothing is new."""
    yield from asked(rounds, "no-change", 1, 0.001)
    yield from asked(rounds, "incremental", 1, 0.005)
    yield from against(rounds, "incremental", "watermelon", 1.0)
    yield Claim("incremental: s", best(rounds, "evenkeel", "incremental", "wall_s"), None, 0.06)


def writing(rounds: list[Round]) -> Iterator[Claim]:
    """A thousand documents written here, then sent."""
    yield Claim("mutate 1,000 at once: s", best(rounds, "evenkeel", "mutate", "wall_s"), 0.5)
    yield Claim("one write: p99 ms", best(rounds, "evenkeel", "mutate-moods", "p99_ms"), 20, 10)
    for phase in ("push", "push-moods"):
        up = round(best(rounds, "evenkeel", phase, "bytes_up") / 1e6, 3)
        yield Claim(f"{phase}: requests", best(rounds, "evenkeel", phase, "requests"), 4)
        yield Claim(f"{phase}: MB up", up, 0.3)
        yield from against(rounds, phase, "watermelon", 1.0, theirs="push")
        yield Claim(f"{phase}: s", best(rounds, "evenkeel", phase, "wall_s"), None, 0.2)


def over_link(rounds: list[Round]) -> list[Claim]:
    """The lines for the slow link."""
    first, few = (best(rounds, "evenkeel", phase, "wall_s") for phase in ("initial", "incremental"))
    return [
        *against(rounds, "initial", "watermelon", 1.0),
        Claim("initial: s", first, 4.2, 2.5),
        Claim("incremental: s", few, 0.35, 0.25),
        *against(rounds, "push", "watermelon", 1.0),
        wrong(rounds),
    ]


def asked(rounds: list[Round], phase: str, requests: int, megabytes: float) -> Iterator[Claim]:
    """How often it had to ask, and how much that was: the bodies, there and back."""
    size = best(rounds, "evenkeel", phase, "body_up") + best(rounds, "evenkeel", phase, "body_down")
    yield Claim(f"{phase}: requests", best(rounds, "evenkeel", phase, "requests"), requests)
    yield Claim(f"{phase}: kB", round(size / 1000, 2), megabytes * 1000)


def against(
    rounds: list[Round], phase: str, peer: str, must: float, goal: float | None = None, theirs: str = ""
) -> Iterator[Claim]:
    """Our wall time over a peer's, where it ran."""
    other = best(rounds, peer, theirs or phase, "wall_s")
    if other is not None:
        ratio = round(best(rounds, "evenkeel", phase, "wall_s") / other, 2)
        yield Claim(f"{phase}: wall / {peer}", ratio, must, goal)


def wrong(rounds: list[Round]) -> Claim:
    """Documents that were not as they should be, at any end of any round."""
    return Claim("wrong documents", sum(sum(one["wrong"].values()) for one in rounds), 0)
