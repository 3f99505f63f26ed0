"""The bridge: accepts messages, keeps the ledger, works the lanes, delivers. Imports transforms, never tasks."""
