"""How long the metrics of each level are kept; what is rolled up to days stays."""

from config import env

# Whole partitions are dropped: a day of samples, a month of the others. A level is kept no shorter than the finer one,
# because what it is made anew from must not outlive it.
METRICS_KEEP_SAMPLES_DAYS = env.integer("METRICS_KEEP_SAMPLES_DAYS", 2, minimum=1, maximum=36_500)
METRICS_KEEP_MINUTES_DAYS = env.integer(
    "METRICS_KEEP_MINUTES_DAYS", 90, minimum=METRICS_KEEP_SAMPLES_DAYS, maximum=36_500
)
METRICS_KEEP_HOURS_DAYS = env.integer(
    "METRICS_KEEP_HOURS_DAYS", 730, minimum=METRICS_KEEP_MINUTES_DAYS, maximum=36_500
)
