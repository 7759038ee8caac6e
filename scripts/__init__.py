"""What deploying takes besides Bicep; Python's standard library and the Azure CLI are all that it needs."""
