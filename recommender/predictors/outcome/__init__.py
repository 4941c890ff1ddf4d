"""How a therapy will go for someone: recovered or improved, no better, stopped, side effect, and which rating.

``design`` says which levels a course has (its class, its medicine, the group of who takes it, …), ``pooling`` shrinks their
effects, ``fitting`` fits and judges, ``model`` serves from arrays, ``predictor`` gives the shape of all predictors and the
weights for the walk.
"""
