"""The one way to say no: an error code of Slack's with whatever Slack sends beside it. No codes are listed here."""

from typing import Any


class SlackError(Exception):
    """A refusal as the Web API words it: `{"ok": false, "error": code, ...}`.

    `messages` is what Slack puts into `response_metadata.messages`, one line for each fault with its JSON pointer;
    `extra` are further top-level fields, such as `needed` and `provided` of `missing_scope`. A refusal that was asked
    for (`on_demand`) is none that the app is to blame for.
    """

    def __init__(self, code: str, messages: list[str] | None = None, *, on_demand: bool = False, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.extra = extra
        self.on_demand = on_demand

    def as_json(self) -> dict[str, Any]:
        """The body of the refusal."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body

    @property
    def violation(self) -> str | None:
        """What to record against the app."""
        return None if self.on_demand else str(self)

    def __str__(self) -> str:
        return "; ".join([self.code, *self.messages])
