"""Plots of the report on predictors, by theme: each draws plain arrays on given axes, and reads nothing."""
