"""Azure Resource Manager: a gateway in front of resource providers."""
