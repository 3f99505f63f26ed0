"""The four steps and the runner that works them. One direction: accept, translate, apply, deliver.

Each step has the same three beats: ``take`` reads the next rows inside the transaction that ends the
batch before, the work happens outside any transaction, ``write`` records what became of each row.
"""
