"""The doors through which others come in: protocols, the registry that finds them, conformance kits."""
