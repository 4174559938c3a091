"""The collection side of a district's folder, as its service reads it."""

from waste.adapters.depot_file import WasteDistrict, load_waste

__all__ = ["WasteDistrict", "load_waste"]
