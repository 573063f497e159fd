"""Every sentence a report can say, as templates; the wording lint reads them all.

Nothing here speaks of a device beyond what was counted. What is filled in comes from a
:class:`harness.report.story.Story` and is a figure, a name, or text that others wrote.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BEYOND", "GRADES", "LADDER", "LIFELINES", "PLACES", "PURPOSES", "TEMPLATES", "say"]

LADDER = ("C0", "C1", "C2", "C3", "C4")
"""The grades one campaign can reach, lowest first."""

GRADES: Mapping[str, str] = {
    "C0": "reported",
    "C1": "observed",
    "C2": "reproduced",
    "C3": "controlled",
    "C4": "isolated",
    "C5": "independently replicated",
    "NR": "not reproduced",
    "inconclusive": "inconclusive",
}
"""Level -> its name."""

PURPOSES: Mapping[ArmRole, str] = {
    ArmRole.TREATMENT: "the combination under the suspected condition",
    ArmRole.CONDITION_CONTROL: "the same combination, the condition absent",
    ArmRole.DEVICE_CONTROL: "one component swapped, the condition present",
    ArmRole.POSITIVE_CONTROL: "a known emitter: such alerts can be seen here",
    ArmRole.SHAM: "no device under test: the harness itself stays silent",
    ArmRole.FACTOR_CONTROL: "the treatment without one factor of the claimed trigger",
    ArmRole.FACTORS_ALONE: "the claimed trigger alone, on the reference baseline",
}

BEYOND = ("the cause", "other conditions", "prevalence in the field", "conformity to any requirement")
"""What no campaign shows, whatever else it does."""

LIFELINES: Mapping[str, str] = {"han": "device", "hub": "hub", "wan": "WAN", "dsp": "DSP", "user": "user"}
"""Counting point -> who stands there in a sequence diagram."""

PLACES: Mapping[str, str] = {
    "han": "on the HAN",
    "hub": "out of the hub",
    "wan": "at the WAN gateway",
    "dsp": "into the DSP",
    "user": "at the user",
}
"""Counting point -> where that is."""

TEMPLATES: Mapping[str, str] = {
    "realm-S": "Simulated: shows what the model does, and grades no device.",
    "realm-L": "Laboratory: real devices under controlled conditions; no rate in the field follows from it.",
    "realm-F": "Field capture: nothing was controlled.",
    # What must hold for each grade, from the policy.
    "grade-C0": "The claim is on record; no block of trials has been carried out.",
    "grade-C1": "At least one valid treatment trial was positive.",
    "grade-C2": (
        "At least $positives positive treatment trials in at least $sessions, and E of $evidence or more that the rate exceeds $background."
    ),
    "grade-C3": (
        "C2, and E of $needed or more against each control arm, in a plan with $roles. The positive control was seen and the "
        "sham was silent in each block that counts."
    ),
    "grade-C4": (
        "C3, and E of $necessity or more for each factor of the claimed trigger against leaving any one of them out, and E of $sufficiency "
        "or more that the trigger alone, on the reference baseline, exceeds $background; in a plan with $roles."
    ),
    "grade-C5": (
        "C3 or more, and E of $evidence or more against each control arm in the trials of another organisation, with other physical "
        "units, under the same sealed plan or one declared to derive from it."
    ),
    "grade-NR": (
        "No treatment trial was positive. The rate from which on is excluded (E of $evidence) is stated with it; rarer "
        "behaviour is not excluded."
    ),
    "grade-inconclusive": "No block that counts was carried out, or what was carried out supports no grade.",
    # What the grade of this report means.
    "meaning-C0": "No complete block was carried out. Nothing follows about the claim.",
    "meaning-C1": (
        "Positive in $positive of $trials under the suspected condition. How often it occurs, and on what it depends, was not established."
    ),
    "meaning-C2": (
        "Positive in $positive of $trials under the suspected condition. A difference from each control was not established to "
        "the evidence needed."
    ),
    "meaning-C2-alone": "Positive in $positive of $trials under the suspected condition. The treatment was compared with no control.",
    "meaning-C2-reached": (
        "Positive in $positive of $trials under the suspected condition; the treatment counted more than each of $controls, "
        "by the evidence needed, in a plan without the further arms that C3 asks for."
    ),
    "meaning-C3": (
        "Positive in $positive of $trials under the suspected condition; the treatment counted more than each of $controls, by "
        "the evidence that the sealed plan asked for."
    ),
    "meaning-C4": (
        "Positive in $positive of $trials under the suspected condition; the treatment counted more than each of $controls, one for each "
        "factor of the claimed trigger among them, and the trigger alone was positive on the reference baseline."
    ),
    "meaning-NR": (
        "Positive in none of $trials under the suspected condition: rates of $excluded or more are excluded (95 %), rarer behaviour is not."
    ),
    "meaning-NR-plain": "Positive in none of $trials under the suspected condition; too few to exclude a rate.",
    # The same, and what goes with it, for a log that was kept in the field.
    "meaning-C1-F": (
        "Observed in $positive of $trials of the log. Nothing was controlled: there is no arm to compare with, no positive control "
        "and no sham, so C1 is the most that a field log can reach."
    ),
    "meaning-NR-F": (
        "Observed in none of $trials of the log: rates of $excluded or more are excluded (95 %) for windows such as these, rarer "
        "behaviour is not. With no positive control it is not known whether the log would have shown it."
    ),
    "meaning-NR-plain-F": (
        "Observed in none of $trials of the log, too few to exclude a rate. With no positive control it is not known whether the "
        "log would have shown it."
    ),
    "purpose-F": "the log as it was kept; nothing was done to the devices for this report",
    "stop-rule-F": "$blocks, one for each window of the log",
    "stopped-blocks-F": "ended with the last window of the log",
    "meaning-inconclusive": "What was carried out neither supports a grade nor excludes a rate.",
    "model-only": "The figures concern the model as configured here.",
    "chance": (
        "If the label of an arm made no difference, evidence this strong ($e) would arise in at most 1 of $campaigns such campaigns."
    ),
    "odds": "A reader who held $prior to 1 against such a dependence beforehand would now hold $odds to 1 for it.",
    "inconclusive-above": "inconclusive above $level",
    # What goes before a grade and with it.
    "claim": "$combination; alerts $codes; $condition",
    "claim-condition": "condition: $stimuli",
    "claim-no-condition": "no condition applied",
    "printed-lower": "Void blocks taken as speaking against the claim leave $printed; without that recount the grade is $held.",
    "units-one": "One physical unit took part: what is told concerns this unit.",
    "units-many": "$units physical units took part: what is told concerns these units.",
    # Impact.
    "impact-S": "Worked out for the model as configured: no figure here concerns a device or the field.",
    "impact-L": "Conditional on the laboratory: a rate from a rig is no rate in the field; data from the field would rescale it.",
    "impact-F": "Rates of the log as it was kept; no load follows, since a log does not tell how many installations it covers.",
    "impact-basis": "$count in $positive of $trials, over $exposure; resampled $replicates times by trial.",
    "impact-basis-plain": (
        "$count in $positive of $trials, over $exposure. The trials do not differ, so resampling them would tell no spread."
    ),
    "impact-share": "Share of device-days in the condition: $low to $high, likeliest $mode ($basis).",
    "impact-no-share": "The share of device-days in the condition is not stated, so no load in a population is claimed.",
    "impact-band": "Band $band: its floor of $floor of the $of is exceeded with probability $probability.",
    "impact-band-lowest": "Band $band of the $of.",
    "impact-band-declared": "Band $band: a degradation of a service is declared.",
    "impact-common-cause": "Many devices can be in the condition at one moment ($occasion): the busiest five minutes are given as well.",
    "impact-quantiles": "$place: $low, $middle and $high (P5, P50, P95) $unit.",
    "impact-value": "$place: $middle $unit.",
    "impact-unit-load": "alerts a day for each 1,000 installed",
    "impact-unit-rate": "alerts a device-day in the condition",
    "impact-lab": "Lab-conditional: a rate from a rig is no field rate.",
    "impact-rate": "$rate superfluous alerts a device-day in the condition at '$tap'$spread.",
    "impact-rate-F": "$rate superfluous alerts a day of the log at '$tap'$spread.",
    "impact-rate-none": "No superfluous alert was counted in $trials over $exposure; no load follows, and rarer behaviour is not excluded.",
    "impact-rate-spread": ", 90 % from $low to $high",
    "impact-few": "Resampling so few trials understates the spread.",
    "impact-gain": "Alerts passing for each one on the HAN: $points.",
    "impact-one-trial": "One trial supports no load.",
    "impact-loads": "Alerts a day for each 1,000 installed (P5 / P50 / P95): $points.",
    "impact-peaks": (
        "Alerts in the busiest five minutes for each 1,000 installed, if $share of them were in the condition at one moment "
        "($occasion, +p; P5 / P50 / P95): $points."
    ),
    "impact-peak-unknown": (
        "Many devices can be in the condition at one moment ($occasion, +p); what share of them is not stated, so no peak is worked out."
    ),
    "impact-installed": "$installed installed: $loads alerts a day at '$tap', $shares % of $of (P5 / P50 / P95).",
    "impact-exceeded": "Probability of exceeding a share of $of: $steps.",
    "impact-of-capacity": "the capacity named",
    "impact-of-yardstick": "the public yardstick",
    "impact-no-band": "No band: it takes the number installed, which is not stated here; 'smets-harness impact' works it out in private.",
    "impact-yardstick": "Public figure to compare with: $daily million device alerts a day, $each for each device ($source, $date).",
    "impact-none": "No impact was worked out for this campaign.",
    # Facts in words.
    "positive-rule": "more than $count in a trial",
    "result-count": "$positive of $trials positive",
    "excluded-short": "NR: $excluded or more is excluded (95 %)",
    "result-range": "$low to $high",
    "comparison": "$e, needed $needed",
    "controls-positive": "positive control fired in $positive of $trials",
    "controls-sham": "sham silent in $silent of $trials",
    "controls-none": "no positive control and no sham in this plan",
    "controls-void": "$voids void",
    "controls-worst": "worst-case recount $grade",
    "carried-out": "$trials in $blocks, $voids void",
    "stop-rule": "up to $blocks; stop at $at, or after $zero without a positive treatment trial",
    "window": "$observe observed after $settle of settling; the trial's clock starts at",
    "counting-point": "$tap; alerts of $whose",
    "stopped-grade": "stopped at the grade asked for",
    "stopped-zero": "stopped without a positive treatment trial",
    "stopped-futile": "stopped where the grade asked for could no longer be reached",
    "stopped-blocks": "ended with the last planned block",
    "stopped-interrupted": "interrupted before the stop rule was met",
    "stopped-": "ended before the stop rule was met",
    "expected-met": "$arm: expected $expected, observed $observed, as expected",
    "expected-unmet": "$arm: expected $expected, observed $observed, not as expected",
    # Notes.
    "note-interrupted": "The plan was not carried to its end. What is told here rests on the complete blocks.",
    "note-unmet": (
        "$alerts that the specification requires were not seen within the window, in $trials; told here, and counted against nobody."
    ),
    "note-lost": "$messages went unrecorded, in $trials; a count there may be too low.",
    "note-unread": "$messages at the counting point could not be decoded, and were not counted.",
    "note-short": "$trials observed for less than $window.",
    "note-none": "Nothing further was noted: no gap, no unread message, no required alert missing.",
    # The page.
    "design": (
        "A trial resets the devices, applies one arm, and observes a window. A block holds one trial of each arm, in an order "
        "drawn at random and sealed with the plan before the first trial."
    ),
    "design-F": (
        "A trial is one window of a log that was kept before anybody asked. Nothing was reset, applied or drawn at random; a "
        "block holds one trial."
    ),
    "pairing": (
        "Within a block, chance alone decided which trial came first. If the label of an arm made no difference, either trial of "
        "a pair would be as likely to count more, whatever drifted meanwhile. The e-value measures how far the pairs depart from "
        "that; looking after each block does not weaken it."
    ),
    "pairing-F": "There are no pairs of trials in a field log, hence no evidence that alerts depend on one thing rather than another.",
    "repeat": "Carry the sealed plan out again and compare each file of the bundle with the original:",
    "repeat-F": "Nothing was carried out, so nothing can be carried out again. Judge the journals of the bundle again:",
    "no-control": "The plan holds no control arm; the treatment was compared with nothing.",
    "no-timeline": "No trial is laid out in time.",
    "no-expectation": "The scenario stated no expectation.",
    "no-excerpt": "No alert was seen at the counting point in the trial that would be shown.",
    "no-trial": "No trial was carried out.",
    "caption-counts": "Superfluous alerts in each trial. A line joins the two trials of one block, which ran in random order.",
    "caption-evidence": (
        "Evidence against each control after each block, on a scale where equal heights are equal factors. The dashed line is "
        "what the sealed plan asked for."
    ),
    "caption-rate": "The rate of positive treatment trials. The interval holds at whatever block one chooses to look.",
    "caption-sequence": (
        "A passage of trial $trial, the first positive one of the treatment where there is one: $messages of the trial, in order of "
        "time and not to scale; instants are hours, minutes and seconds from the trial's start. A dot is a sighting at a counting point, "
        "an arrow joins sightings of the same octets. $earlier came before, $later after. The same in words: "
    ),
    "caption-impact": (
        "At each counting point $unit, on a scale where equal lengths are equal factors. The bar spans P5 to P95, the mark is P50."
    ),
    "caption-timeline": (
        "One trial of each arm that counts, as an example: of the treatment the first positive one, of other arms the first. One mark "
        "stands for what came within about $share ($narrow on a narrow screen); each step in height doubles the number: 1, 2 to 3, "
        "4 to 7, and so on."
    ),
    # The page that sets two bundles side by side.
    "contrast-as-sealed": (
        "What stands here was read from the two bundles as they were sealed; nothing was judged anew. Verify each of them "
        "before relying on it."
    ),
    "contrast-realms": "The two verdicts come from different realms, so their figures are not of the same kind.",
    "contrast-policies": "The two verdicts were given under different policies.",
    "contrast-same-plan": "The two plans are the same.",
    "contrast-plans": "The plans part in $members. Devices are numbered by role, since their pseudonyms belong to each plan.",
    "contrast-same-files": "Each file is the same in both.",
    "contrast-files": "$same are the same, $different are not.",
    "contrast-more": "$rows more are left out here; the command tells each of them.",
    "contrast-caption-rates": "The share of positive trials in each arm (mark) with its 95 % interval, valid at any stop (bar).",
    "contrast-caption-evidence": "Evidence against each control arm, on a scale where equal lengths are equal factors.",
    # The spoken descriptions of the plots.
    "spoken-counts": "Against $arm: the treatment counted more in $more, the control in $less, and $ties equal.",
    "spoken-counts-alone": "Counts of the treatment in $blocks.",
    "spoken-evidence": "Against $arm: $comparison.",
    "spoken-rate": "After $blocks the rate is $rate (95 %), from $positive of $trials.",
    "spoken-timeline": "$arm: $superfluous, $other, $stimuli.",
    "spoken-contrast-rate": "$letter, $arm: $positive of $trials positive, $low to $high.",
    "spoken-contrast-evidence": "$letter, against $arm: E = $e, needed $needed.",
    "spoken-sequence": "$messages of trial $trial ($arm).",
    "spoken-message": "Message $opening: $taps.",
}


def say(name: str, **words: object) -> str:
    """Fill in the template ``name``; every word it needs must be given."""
    return Template(TEMPLATES[name]).substitute({key: str(word) for key, word in words.items()})
