"""Benchmarks: each prints ratios of two sides measured in one run, medians of several; nothing is asserted."""
