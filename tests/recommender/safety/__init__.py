"""Tests of the safety rules, one file a rule, and an oracle that shares no code with them."""
