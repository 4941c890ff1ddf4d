"""The HTTP service: who may ask, what they ask, and the one form of every answer and error.

``resources`` hold the routes, one blueprint each; ``auth`` knows tokens and the table of roles; ``accounts`` keep people in SQL
behind one small store; ``problems`` turn every error into problem+json; ``wiring`` puts everything together and swaps in a new
snapshot when the knowledge changed. Flask and SQLAlchemy are known here and nowhere else.
"""
