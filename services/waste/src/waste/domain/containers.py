"""What is registered: sub-accounts, their sites, the containers there, and the devices that watch them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waste.domain.errors import WrongFieldError
from waste.domain.geometry import Geometry

MINUTES_OF_DAY = 24 * 60
USUAL_CRITICAL_SHARE = 0.8
USUAL_LIFT_S = 180


class Fraction(StrEnum):
    """What is thrown in."""

    GLASS_WHITE = "glass_white"
    GLASS_GREEN = "glass_green"
    GLASS_BROWN = "glass_brown"
    GLASS_MIXED = "glass_mixed"
    PAPER = "paper"
    PACKAGING = "packaging"
    RESIDUAL = "residual"
    ORGANIC = "organic"
    TEXTILE = "textile"
    METAL = "metal"


USUAL_KG_PER_L = {
    Fraction.GLASS_WHITE: 0.30,
    Fraction.GLASS_GREEN: 0.30,
    Fraction.GLASS_BROWN: 0.30,
    Fraction.GLASS_MIXED: 0.30,
    Fraction.PAPER: 0.08,
    Fraction.PACKAGING: 0.03,
    Fraction.RESIDUAL: 0.12,
    Fraction.ORGANIC: 0.35,
    Fraction.TEXTILE: 0.20,
    Fraction.METAL: 0.10,
}
"""Weight of what lies loose in a container; orders of magnitude, until a scale says better."""


class ContainerKind(StrEnum):
    """How a container is built."""

    UNDERGROUND = "underground"
    IGLOO = "igloo"
    WHEELED = "wheeled"
    SKIP = "skip"
    LITTER_BIN = "litter_bin"


class CurbSide(StrEnum):
    """On which side of the truck a place has to lie."""

    RIGHT = "right"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class OpeningSpan:
    """When a place may be driven to: minutes of the local day, on these ISO weekdays (1 is Monday)."""

    weekdays: frozenset[int]
    opens_min: int
    closes_min: int

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(1, 8)):
            raise WrongFieldError("weekdays", sorted(self.weekdays), "ISO weekdays from 1 to 7, one at least")
        if not 0 <= self.opens_min < self.closes_min <= MINUTES_OF_DAY:
            raise WrongFieldError(
                "opens_min, closes_min", (self.opens_min, self.closes_min), "rising, within a day"
            )


@dataclass(frozen=True, slots=True)
class SubAccount:
    """Whose containers they are."""

    id: str
    name: str
    created_at: datetime

    @property
    def sub_account_id(self) -> str:
        """It belongs to itself."""
        return self.id


@dataclass(frozen=True, slots=True)
class Site:
    """A place with one or more containers; open at any time, and for any truck, where nothing is said."""

    id: str
    sub_account_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    opening_hours: tuple[OpeningSpan, ...] = ()
    truck_kinds: frozenset[str] = frozenset()
    curb_side: CurbSide = CurbSide.EITHER


@dataclass(frozen=True)
class Container:
    """A container.

    Parameters
    ----------
    depot_id
        Whose trucks empty it; also the key of its events.
    geometry
        For sensors that measure a distance; None where a level comes as a share.
    critical_share
        From which level on it is red.
    """

    id: str
    sub_account_id: str
    site_id: str
    depot_id: str
    kind: ContainerKind
    fraction: Fraction
    volume_l: int
    geometry: Geometry | None = None
    critical_share: float = USUAL_CRITICAL_SHARE
    kg_per_l: float = 0.0
    lift_s: int = USUAL_LIFT_S

    def weight_kg(self, level_share: float) -> float:
        """What is in it at a level, by volume."""
        return level_share * self.volume_l * (self.kg_per_l or USUAL_KG_PER_L[self.fraction])


class Watched(StrEnum):
    """What kind of thing a device watches."""

    CONTAINER = "container"
    PARKING_SPACE = "parking_space"
    YARD = "yard"


@dataclass(frozen=True, slots=True)
class Device:
    """A sensor, and what it watches: nothing yet where ``watched`` is None.

    Parameters
    ----------
    id
        As its network names it.
    model
        Whose decoder reads its frames.
    since
        From when on it measures what it watches now; None where it never watched anything else, and was
        nobody else's.
    """

    id: str
    sub_account_id: str
    model: str
    watched: Watched | None
    watched_id: str
    registered_at: datetime
    since: datetime | None = None

    @property
    def container_id(self) -> str:
        """The container it watches; empty where it watches none."""
        return self.watched_id if self.watched is Watched.CONTAINER else ""

    def is_its_own(self, at: datetime) -> bool:
        """Whether what was measured then is its owner's, and not that of whoever had it before."""
        return self.since is None or at >= self.registered_at

    def measured_there(self, at: datetime) -> bool:
        """Whether it was measured where the device is now; what comes late may be from elsewhere."""
        return self.since is None or at >= self.since
