"""The provider `Microsoft.Resources`: tenants, subscriptions, resource groups, and lists over all types."""
