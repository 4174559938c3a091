"""What can be wrong with a container, a reading or a tour."""


class WasteError(Exception):
    """The base of this room's errors; the text names the field and its value."""


class WrongFieldError(WasteError):
    """A field's value has no meaning.

    Parameters
    ----------
    field
        As its caller knows it.
    value
        What stood there.
    wanted
        What may stand there, in a few words.
    """

    def __init__(self, field: str, value: object, wanted: str) -> None:
        super().__init__(f"{field} is {value!r}: {wanted}")
        self.field = field
        self.value = value
