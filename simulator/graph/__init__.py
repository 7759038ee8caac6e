"""Microsoft Graph's applications: a tenant's app registrations, as `https://graph.microsoft.com/v1.0` serves them."""
