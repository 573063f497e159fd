"""Evidence bundles: sealed, read, verified and compared; signing and disclosure build on these.

A bundle is a folder that is a valid BagIt 1.0 bag (RFC 8493) whose every byte outside ``data/`` is a
function of what lies inside it. Import from the module that defines a name.
"""
