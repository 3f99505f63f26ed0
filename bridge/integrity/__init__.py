"""Whether a ledger is whole: seals over its history, checks of everything it says, balances made anew."""
