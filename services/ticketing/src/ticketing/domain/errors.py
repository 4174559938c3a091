"""What can be wrong with a tariff, an account or a ride."""


class TicketingError(Exception):
    """The base of this room's errors; the text names the field and its value."""


class WrongFieldError(TicketingError):
    """A field of a product, ride or account has no meaning."""


class NoPriceError(TicketingError):
    """A ride that no product of the tariff covers: unknown is never free."""
