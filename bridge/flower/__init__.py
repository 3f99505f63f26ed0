"""The operator's console inside Flower: the tab "Dead letters", and the guard ahead of Flower's own pages.

Flower has no plug-in interface, but its configuration file is Python that runs before its application
is built; :mod:`bridge.flower.install` says what is changed there. Start it with
``celery -A tasks.app flower --conf=bridge/flower/flowerconfig.py``.
"""
