"""The Web API: one module for each family of methods, and here the table of all of them."""

from typing import Final

from bot.playground.web_api import apps, chat, conversations, files, installing, usergroups, users, views
from bot.playground.web_api.call import Method

METHODS: Final[dict[str, Method]] = {
    **apps.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **installing.METHODS,
    **usergroups.METHODS,
    **users.METHODS,
    **views.METHODS,
}
