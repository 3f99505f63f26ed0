"""The inventory book: where stock is, and every movement that brought it there."""
