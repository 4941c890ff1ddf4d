"""Tests of the recommender, one file a module."""
