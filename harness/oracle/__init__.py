"""Which alerts the specification requires or permits, given what was done to the devices and how they are set.

Reads stimuli, configuration, the measured supply and the sourced part of the alert-code catalogue;
never a column that was inferred, never the simulator, never an arm's name.
"""
