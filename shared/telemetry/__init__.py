"""What is told of the app's own running: a span for each check, and metrics. Without telemetry, nothing is loaded."""
