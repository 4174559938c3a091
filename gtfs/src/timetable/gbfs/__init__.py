"""GBFS in and out: shared cars and bicycles, where they stand and whether one can be had."""
