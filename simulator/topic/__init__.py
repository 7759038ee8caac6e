"""A custom topic of Event Grid that takes CloudEvents, as one in Azure does at its `/api/events`."""
