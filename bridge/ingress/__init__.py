"""Doors in, one folder each. The contract is :mod:`bridge.ingress.contract`."""
