"""The HTTP API: webhooks in, what happened to a message, dead letters, health and metrics."""
