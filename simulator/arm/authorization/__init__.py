"""The provider `Microsoft.Authorization`: what stands in the way of writes, and the locks as resources."""
