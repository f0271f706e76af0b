"""What people measure at home: codes, units, exact conversions, and between which numbers nobody is asked again.

LOINC and UCUM codes stand here because they stand in real records: those of pressure, weight, glucose, temperature,
heart rate, oxygen and pain in the Observations of Synthea patients (also the demo's, assets/demo) and in HL7's R4
examples. Steps and sleep stand in no record we have. Steps come from the example of HL7's US Physical Activity guide
1.0.0 (hl7.org/fhir/us/physical-activity/Observation-ExampleDailySteps.html), sleep from the value set
pcd-sleep-observation-code of a guide for patient contributed data. `[degF]` is one of the two units that R4's body
temperature profile allows (hl7.org/fhir/R4/bodytemp.html); kPa is UCUM's, and leaves here only as mm[Hg].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
GLUCOSE = Decimal("180.156")
"""Grams in a mole of glucose, C6H12O6, from IUPAC's abridged atomic weights: C 12.011, H 1.008, O 15.999."""
Coding = tuple[str, str]
"""A LOINC code and its name."""


@dataclass(frozen=True)
class Unit:
    """A unit by its UCUM code. `factor` and `offset` take a number in it to the measure's own: exact, never a float.

    `name` is its key among the words, `places` how many decimals a converted number is shown with, `coding` the
    LOINC code where the unit makes it another one, `said` how else records write it.
    """

    code: str
    name: str
    places: int = 0
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    coding: Coding | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One number of a measure. Between the ends of `likely`, in the measure's own unit, nobody is asked again."""

    name: str
    likely: tuple[int, int]
    coding: Coding | None = None
    unit: Unit | None = None
    optional: bool = False


@dataclass(frozen=True)
class Measure:
    """Something to measure. The first unit is asked for until another is chosen; `also` are codes that clinics use."""

    codings: tuple[Coding, ...]
    units: tuple[Unit, ...]
    parts: tuple[Part, ...]
    category: str = "vital-signs"
    also: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code under which a record may hold it, as `system|code`."""
        own = [code for code, _ in self.codings] + [unit.coding[0] for unit in self.units if unit.coding]
        return tuple(f"{LOINC}|{code}" for code in dict.fromkeys([*own, *self.also]))

    def unit(self, said: str) -> Unit | None:
        """The unit with this UCUM code, or as a record writes it."""
        return next((unit for unit in self.units if said == unit.code or said in unit.said), None)


BEATS = Unit("/min", "bpm")
PRESSURE_PARTS = (
    Part("systolic", (60, 250), ("8480-6", "Systolic blood pressure")),
    Part("diastolic", (30, 150), ("8462-4", "Diastolic blood pressure")),
    Part("pulse", (30, 220), ("8867-4", "Heart rate"), BEATS, optional=True),
)

MEASURES: Mapping[str, Measure] = {
    "pressure": Measure(
        (("85354-9", "Blood pressure panel with all children optional"),),
        (
            Unit("mm[Hg]", "mmhg", said=("mmHg",)),
            # UCUM: a metre of mercury is 133.3220 kPa
            Unit("kPa", "kpa", 1, Fraction(1000) / Fraction("133.322")),
        ),
        PRESSURE_PARTS,
        also=("55284-4",),
    ),
    "weight": Measure(
        (("29463-7", "Body weight"),),
        (
            Unit("[lb_av]", "lb", 1, Fraction("0.45359237"), said=("lb", "lbs")),
            Unit("kg", "kg", 1),
        ),
        (Part("value", (2, 300)),),
        also=("3141-9",),
    ),
    "glucose": Measure(
        (("2339-0", "Glucose [Mass/volume] in Blood"),),
        (
            Unit("mg/dL", "mgdl", said=("mg/dl",)),
            Unit("mmol/L", "mmoll", 1, Fraction(GLUCOSE) / 10,
                 coding=("15074-8", "Glucose [Moles/volume] in Blood"), said=("mmol/l",)),
        ),
        (Part("value", (20, 600)),),
        category="laboratory",
    ),
    "temperature": Measure(
        (("8310-5", "Body temperature"),),
        (
            Unit("[degF]", "f", 1, Fraction(5, 9), Fraction(-160, 9), said=("°F", "F")),
            Unit("Cel", "c", 1, said=("°C", "C")),
        ),
        (Part("value", (30, 43)),),
        also=("8331-1",),
    ),
    "heart": Measure((("8867-4", "Heart rate"),), (BEATS,), (Part("value", (30, 220)),)),
    "oxygen": Measure(
        (
            ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
            ("2708-6", "Oxygen saturation in Arterial blood"),
        ),
        (Unit("%", "percent"),),
        (Part("value", (70, 100)),),
    ),
    "pain": Measure(
        (("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"),),
        (Unit("{score}", "score"),),
        (Part("value", (0, 10)),),
    ),
    "steps": Measure(
        (("41950-7", "Number of steps in 24 hour Measured"),),
        (Unit("/d", "steps", said=("steps", "{steps}", "{steps}/d", "steps per day")),),
        (Part("value", (0, 60_000)),),
        category="activity",
    ),
    "sleep": Measure(
        (("93832-4", "Sleep duration"),),
        (Unit("min", "min"), Unit("h", "h", 2, Fraction(60))),
        (Part("value", (0, 18 * 60)),),
        category="activity",
    ),
}  # fmt: skip


def convert(value: Decimal, of: Unit, to: Unit) -> Decimal:
    """A number in another unit of the same measure, rounded to its places; in its own unit as it was."""
    if of == to:
        return value
    exact = (to_own(value, of) - to.offset) / to.factor * Fraction(10) ** to.places
    whole = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP)
    return whole.scaleb(-to.places)


def to_own(value: Decimal, unit: Unit) -> Fraction:
    """A number in the measure's own unit, exactly."""
    return Fraction(value) * unit.factor + unit.offset
