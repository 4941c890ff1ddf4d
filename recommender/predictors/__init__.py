"""Predictors: what a record lets expect, each with a calibrated probability, an explanation and a model card.

All have one shape (:mod:`recommender.predictors.shape`): a frozen config, ``fit``, ``predict``, ``explain`` and a card.
``tables`` turns files into typed columns, ``learning`` fits and judges (scikit-learn, XGBoost, Keras are known there alone),
``forms`` are the fitted models as arrays that numpy alone serves, ``explaining`` says what moved a prediction.
"""
