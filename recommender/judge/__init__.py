"""Judges a way of training: hidden treatments and lists of pairs beside what any model has to beat, and explanations."""
