"""What is wrong with a file."""


class FormatError(Exception):
    """A file is not what its format says.

    ``line_number`` counts from 1; for an unexpected end it is the last line there is.
    """

    def __init__(self, line_number: int, message: str) -> None:
        super().__init__(f"line {line_number}: {message}")
        self.line_number = line_number
        self.message = message
