"""How to take a medicine: as it was written; a plain schedule in our words; of anything else only where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sync.fhir.shape import dicts, first, text
from sync.fhir.value import read_measure, read_number

if TYPE_CHECKING:
    from app.ui.strings import Words

PLAIN = {"frequency", "period", "periodUnit"}
SAID = {"sequence", "timing", "asNeededBoolean", "doseAndRate", "text", "patientInstruction"}


def say_doses(instructions: Iterable[dict[str, Any]], t: Words) -> list[str]:
    """Each instruction, once: the clinic's own words wherever there are any."""
    said = [line for one in instructions for line in say_dose(one, t)]
    return list(dict.fromkeys(said))


def say_dose(one: dict[str, Any], t: Words) -> list[str]:
    """One instruction. What we cannot say whole is not said in part: half a dose is worse than none."""
    written = [said for key in ("text", "patientInstruction") if (said := text(one.get(key)))]
    if written:
        return written
    timing, rates = first(one.get("timing")), list(dicts(one.get("doseAndRate")))
    measure, schedule = (
        read_measure(first(rates).get("doseQuantity")),
        say_schedule(first(timing.get("repeat")), t),
    )
    whole = set(one) <= SAID and set(timing) == {"repeat"} and len(rates) == 1
    if not (whole and measure and schedule) or measure.comparator:
        return [t("health.dosing.below")] if one else []
    amount = t("health.dosing.amount", amount=t.quantity(measure.value, measure.unit))
    needed = [t("health.dosing.needed")] if one.get("asNeededBoolean") is True else []
    return [" ".join([amount, schedule, *needed])]


def say_schedule(repeat: dict[str, Any], t: Words) -> str:
    """ "2 times a day.", "Every 8 hours."; nothing for what is more than that."""
    period, times = read_number(repeat.get("period")), read_number(repeat.get("frequency", 1))
    unit = text(repeat.get("periodUnit"))
    if set(repeat) - PLAIN or not period or not times or not t.has(f"health.dosing.every.{unit}"):
        return ""
    if times == 1 and period == period.to_integral_value():
        return t(f"health.dosing.every.{unit}", count=int(period))
    fits = period == 1 and times == times.to_integral_value() and t.has(f"health.dosing.times.{unit}")
    return t(f"health.dosing.times.{unit}", times=int(times)) if fits else ""
