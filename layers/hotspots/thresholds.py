"""From where on something is said of a conflict: the same in the statistics, in words and on pages, and light to import."""

# A chance that is no chance any more.
CHANCE = 0.05
# Without a case for so long, a conflict is called quiet.
QUIET_DAYS = 90
# Cases in the whole period: by less than this a division says nothing.
LEAST_USUAL = 0.5
