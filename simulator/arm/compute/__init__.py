"""The provider `Microsoft.Compute`: virtual machines, their power, their agents and their extensions."""
