"""Which alerts were superfluous, and of which kind: one file a detector, found by walking this folder.

Every detector is a pure function of what a trial showed and how its alerts stand. More input never
withdraws a finding, no detector calls one alert superfluous twice, and only alerts seen within the
observation window count. Two detectors may both speak of one alert; their numbers are not added.

The scheduled billing alert (0x8F0A) is legitimate bulk: nothing here calls it superfluous, except a
copy of it, octet for octet.
"""
