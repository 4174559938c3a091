"""What driving does to the climate."""

DIESEL_KG_CO2E_PER_L = 3.24
"""A litre of diesel from the well to the wheel, without biodiesel: EN 16258:2012, table A.1."""


def kg_co2e(fuel_l: float) -> float:
    """Carbon dioxide and what warms as much, for litres of diesel."""
    return fuel_l * DIESEL_KG_CO2E_PER_L
