"""Celery adapters: a task body is one call into the bridge."""
