"""Doors out, one folder each. The contract is :mod:`bridge.connectors.contract`."""
