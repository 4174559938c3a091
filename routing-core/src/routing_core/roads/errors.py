"""What can go wrong with roads."""

from collections.abc import Sequence

# ruff: noqa: N818 - the names say what is wrong; "Error" would only repeat the base class


class RoadsError(Exception):
    """Root of all errors of the road room."""


class BrokenExtract(RoadsError):
    """A map extract that cannot be read, or holds no road a car can use."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"map extract {str(path)!r}: {why}")
        self.path = str(path)
        self.why = why


class BadProfile(RoadsError):
    """A profile file that is missing or holds something it should not."""

    def __init__(self, source: object, why: str) -> None:
        super().__init__(f"profile {str(source)!r}: {why}")
        self.source = str(source)
        self.why = why


class BrokenGraph(RoadsError):
    """A stored road graph that is missing, incomplete or of another version."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"road graph {str(path)!r}: {why}")
        self.path = str(path)
        self.why = why


class BadCoordinate(RoadsError):
    """A latitude or longitude that is no number on the globe."""

    def __init__(self, field: str, value: float) -> None:
        super().__init__(f"{field} is {value!r}, which is no place on earth")
        self.field = field
        self.value = value


class NoRoadNearby(RoadsError):
    """No road to board at within the limit.

    ``distance_m`` is the distance to the nearest such road, infinite where there is none at all.
    """

    def __init__(self, distance_m: float, limit_m: float) -> None:
        super().__init__(f"nearest road is {distance_m:.0f} m away, more than {limit_m:.0f} m")
        self.distance_m = distance_m
        self.limit_m = limit_m


class ForeignPoint(RoadsError):
    """A point that was not found on this road network."""

    def __init__(self, field: str, value: float) -> None:
        super().__init__(f"{field} is {value!r}, which is not on this road network")
        self.field = field
        self.value = value


class BadChange(RoadsError):
    """A closure, slow-down or speed that cannot be."""

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(f"{field} is {value!r}, {why}")
        self.field = field
        self.value = value


class UnknownLanguage(RoadsError):
    """A language there are no instructions in."""

    def __init__(self, language: str, known: Sequence[str]) -> None:
        super().__init__(f"language is {language!r}, must be one of {', '.join(known)}")
        self.language = language


class NoWay(RoadsError):
    """No drivable way leads from one point to the other."""

    def __init__(self, origin: object, destination: object) -> None:
        super().__init__(f"no drivable way from {origin} to {destination}")
        self.origin = origin
        self.destination = destination
