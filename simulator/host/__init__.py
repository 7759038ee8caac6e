"""A small local Functions host around Microsoft's real Python worker: `python -m simulator.host --app DIR`."""
