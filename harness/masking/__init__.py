"""Masking: journals and messages without the identities in them, and otherwise as they were.

Who is who is replaced by whoever satisfies :class:`~harness.masking.pseudonymiser.Pseudonymiser`:
:class:`~harness.masking.ordinals.Ordinals` number whom one journal names, :class:`harness.fieldlog.pseudonyms.Pseudonyms`
follow from a secret key, so that they are the same in every journal made with it.
"""
