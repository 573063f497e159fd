"""The design of the experiment: arms, blocks and their random order, sealed before the first trial."""
