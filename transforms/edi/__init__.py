"""What X12 and EDIFACT share beyond the lexer: the structure of messages, declared as data, and its checks."""
