"""What the visits so far let expect of the next one: conditions and medicines.

``visits`` are what is read, ``counts`` is the count-based model, ``recurrent`` a small net as arrays; ``judging`` sets them
beside each other, and ``fitting`` lets the net serve only where it wins.
"""
