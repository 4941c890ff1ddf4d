"""Fitted models as arrays: linear, trees, kernel, layers and stacks, served by numpy alone."""
