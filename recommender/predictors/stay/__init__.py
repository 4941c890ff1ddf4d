"""How long a stay lasts, what it costs, or whatever else a table counts: a regression with an honest interval.

The expected value is that of the promoted candidate of the one pipeline; the interval that of boosted quantiles, conformalised.
"""
