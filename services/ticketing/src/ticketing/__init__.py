"""Ticketing: what was ridden, billed as the cheapest legal combination of tickets."""
