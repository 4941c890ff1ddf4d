"""Questions about an answer: why not that one, what is the difference, what would change.

Each starts from a consultation (what was worked out for a request) and gives a payload that JSON can hold; nothing is written
to the record.
"""
