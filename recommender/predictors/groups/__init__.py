"""Groups of patients who are alike, and what their members took.

``features`` of the population become coordinates (``scaling``), people are divided (``division``) into as many groups as are
stable (``stability``), each told in ``words`` and by what its members took (``therapies``). ``fitting`` makes them, ``model``
serves from arrays, ``predictor`` gives the shape of all predictors, ``elements`` the nodes and edges.
"""
