"""Everything an installation holds in one file, and an installation made from such a file."""
