"""The only code that talks to Azure; turns SDK objects into the model and back."""
