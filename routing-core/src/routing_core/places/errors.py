"""What can go wrong with places."""


class BrokenGazetteer(Exception):  # noqa: N818 - the name says what is wrong
    """Stored places that are missing, damaged or of another version."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"places {str(path)!r}: {why}")
        self.path = str(path)
        self.why = why
