"""Products, rides and bills: plain values and their rules."""
