"""The provider `Microsoft.ResourceGraph`: one table of all resources, asked in a subset of KQL."""
