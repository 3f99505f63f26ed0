"""Pure translation: bytes in, canonical documents out, and back.

Nothing in this package reads a clock, a disk, a network, a database or a queue. What it needs to
know about a message arrives as a :class:`transforms.reading.Context`.
"""
