"""The provider `Microsoft.Network`: what a VM's traffic goes through."""
