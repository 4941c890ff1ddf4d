"""Recovery of patients in hospital: a probability each, by the best of many candidates with a deep net among them, and a plan.

``fitting`` has the net compete with what the one pipeline promoted, ``predictor`` serves, ``stays`` keeps how long people
stayed, ``ward_plan`` tells how many beds and places in intensive care a ward will need.
"""
