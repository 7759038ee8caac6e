"""A morning in the life of a subscription, played on a local Azure: `python -m simulator.demo`."""
