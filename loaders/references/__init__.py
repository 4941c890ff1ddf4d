"""Published reference data that the formulary is made from and compared with; none of it is part of this repository.

``folder`` finds it, ``treatments`` has what treats what, ``interactions`` what must not be combined, ``guidelines`` what a
genotype asks for, and ``codes`` which codes exist in their vocabularies.
"""
