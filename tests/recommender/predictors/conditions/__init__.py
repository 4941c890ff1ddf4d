"""Tests of recommender.predictors.conditions."""
