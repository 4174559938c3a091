"""Readers of the field's public benchmark files, and judges of what is claimed to solve them."""
