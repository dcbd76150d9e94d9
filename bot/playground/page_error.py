"""The one way to tell the page that something cannot be done. No codes are listed here."""


class PageError(ValueError):
    """The page asked for something that cannot be done, as a code and words for a person."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(words or code)
        self.code = code
