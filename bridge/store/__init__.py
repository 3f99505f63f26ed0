"""The ledger: the one place where what is true is written down."""
