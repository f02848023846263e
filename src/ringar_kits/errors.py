"""How every kit says that what it was given cannot be used."""


class InputError(ValueError):
    """Input that cannot be used, told so that its owner can mend it.

    `place` is where (file, row, column as the user sees them), `problem` what is wrong there and `remedy`
    what to do about it. The command line prints it as one line and ends with exit code 2.
    """

    def __init__(self, problem: str, *, place: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.place = place
        self.remedy = remedy
        super().__init__(". ".join(part.rstrip(".") for part in (self._where(), remedy) if part) + ".")

    def _where(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem
