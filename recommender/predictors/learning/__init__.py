"""Fitting and judging: folds, preprocessing, candidates, search, measures, calibration, conformal sets, export to forms."""
