"""What X12 and EDIFACT have in common: envelopes with trailers, messages of groups, maps, acknowledgements.

A standard adds its tags, its words for elements and its maps; see ``transforms/formats/x12`` and
``transforms/formats/edifact``.
"""
