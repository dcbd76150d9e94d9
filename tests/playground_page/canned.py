"""Canned people, channels, conversations, a home and a modal. Content only; fake_slack.py serves it."""

from typing import Any

from tests.playground_page.block_samples import (
    APP,
    BLOCKS,
    ENPS,
    SIZES,
    START,
    SUMMARY,
    SUMMARY_TABLE,
    Json,
    button,
    mrkdwn,
    plain,
)


def message(seconds: int, user: str, text: str, blocks: list[Json] | None = None, **more: Any) -> Json:
    """A message `seconds` after the start."""
    numbered = [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks or [])]
    return {
        "ts": f"{START + seconds}.000100",
        "channel": "",
        "user": user,
        "bot_id": "B0DENYUT" if user == APP else None,
        "text": text,
        "blocks": numbered,
        "thread_ts": None,
        "reply_count": 0,
        "latest_reply": None,
        "edited": None,
        "ephemeral": False,
        "metadata": None,
        **more,
    }


def user(id_: str, real_name: str, tz: str | None, locale: str, title: str = "", **more: Any) -> Json:
    """A person."""
    name = real_name.split()[0].lower()
    return {
        "id": id_,
        "name": name,
        "real_name": real_name,
        "display_name": real_name,
        "tz": tz,
        "locale": locale,
        "is_bot": False,
        "is_app": False,
        "deleted": False,
        "is_admin": False,
        "is_restricted": False,
        "title": title,
        **more,
    }


USERS = [
    user("U0AYU", "Ayu Lestari", "Asia/Jakarta", "id-ID", "Sales director", is_admin=True),
    user("U0BOB", "Bob Tan", "Asia/Makassar", "en-US", "Key accounts"),
    user("U0CITRA", "Citra Halim", "Asia/Jayapura", "id-ID", "Hotels and restaurants"),
    user("U0DAN", "Dan Nozone", None, "en-US", is_restricted=True),
    user("U0GONE", "Gone Person", "Asia/Jakarta", "en-US", deleted=True),
    user(APP, "Denyut", None, "en-US", is_bot=True, is_app=True),
]

CHANNELS = [
    {
        "id": "C0SALES",
        "name": "sales",
        "is_private": False,
        "is_archived": False,
        "topic": "Numbers, wins and what we learned",
        "members": ["U0AYU", "U0BOB", "U0CITRA", APP],
    },
    {
        "id": "C0LEADS",
        "name": "leadership",
        "is_private": True,
        "is_archived": False,
        "topic": "",
        "members": ["U0AYU", "U0BOB"],
    },
    {"id": "C0OLD", "name": "old-launch", "is_private": False, "is_archived": True, "topic": "", "members": ["U0AYU"]},
    {
        "id": "C0BLOCKS",
        "name": "blocks",
        "is_private": False,
        "is_archived": False,
        "topic": "Every block there is",
        "members": ["U0AYU", "U0BOB"],
    },
    {
        "id": "C0LONG",
        "name": "long",
        "is_private": False,
        "is_archived": False,
        "topic": "",
        "members": ["U0AYU", "U0BOB"],
    },
]

GROUPS = [
    {"id": "S0LEADS", "handle": "sales-leads", "name": "Sales leads", "members": ["U0AYU", "U0CITRA"]},
    {"id": "S0SUPPORT", "handle": "support", "name": "Customer care", "members": ["U0BOB"]},
]

COMMANDS = [
    {
        "command": "/kpi",
        "description": "Log, show and target your KPIs",
        "usage_hint": "log revenue 12.5M · show revenue · help",
    },
    {
        "command": "/pulse",
        "description": "Ask your team the eNPS question and see results",
        "usage_hint": "enps #channel · send · help",
    },
    {
        "command": "/checkin",
        "description": "What is waiting for you, and your settings",
        "usage_hint": "language id · help",
    },
]


def conversations() -> dict[str, list[Json]]:
    """channel id -> messages, oldest first."""
    parent = message(
        -86_000, "U0BOB", "Shall we move the review to Tuesday?", reply_count=2, latest_reply=f"{START - 80_000}.000100"
    )
    parent["thread_ts"] = parent["ts"]
    replies = [
        message(-84_000, "U0AYU", "Fine with me", thread_ts=parent["ts"]),
        message(-80_000, "U0CITRA", "And me, after 10", thread_ts=parent["ts"]),
    ]
    long = [
        message(
            -90_000 + index * 400,
            "U0BOB" if index % 3 else "U0AYU",
            f"Message number {index}. " + "Words that go on. " * (index % 9),
        )
        for index in range(80)
    ]
    found = {
        "C0SALES": [
            parent,
            *replies,
            message(-7_000, "U0BOB", "Two more hotels signed :tada: <@U0AYU>"),
            message(-6_950, "U0BOB", "Contracts are in the folder.", edited={"user": "U0BOB", "ts": "1"}),
            message(-3_600, APP, "Sales, week 48: revenue on track", SUMMARY),
            message(-1_000, "U0AYU", "Thank you all. What happened with the response time?"),
        ],
        "C0LEADS": [message(-500, "U0BOB", "Only for us")],
        "C0OLD": [message(-900_000, "U0AYU", "We launched")],
        "C0BLOCKS": [message(-100, APP, "Every block there is", BLOCKS)],
        "C0LONG": long,
        "D0APP": [message(-4_000, APP, "How likely are you to recommend us?", ENPS)],
        "D0BOB": [message(-2_000, "U0BOB", "Do you have a minute?")],
    }
    for channel, messages in found.items():
        for each in messages:
            each["channel"] = channel
    return found


HOME: Json = {
    "id": "V0HOME",
    "hash": "1",
    "type": "home",
    "callback_id": "",
    "state": {"values": {}},
    "blocks": [
        {"type": "header", "block_id": "h", "text": plain("Your week")},
        {
            "type": "section",
            "block_id": "s",
            "text": mrkdwn("*2 numbers* are waiting for you."),
            "accessory": button("Log them", "home_log", value="all", style="primary"),
        },
        {"type": "divider", "block_id": "d"},
        {**SUMMARY_TABLE, "block_id": "t"},
    ],
}


def modal(view_id: str = "V1", **more: Any) -> Json:
    """A modal with every input."""
    blocks: list[Json] = [
        {"type": "section", "block_id": "intro", "text": mrkdwn("Numbers are read in *your* language.")},
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {
                "type": "plain_text_input",
                "action_id": "v",
                "placeholder": plain("Revenue"),
                "max_length": 40,
            },
        },
        {
            "type": "input",
            "block_id": "why",
            "optional": True,
            "label": plain("What is the main reason?"),
            "hint": plain("Nobody sees who wrote it."),
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "target",
            "optional": True,
            "label": plain("Target"),
            "element": {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "min_value": "1"},
        },
        {
            "type": "input",
            "block_id": "unit",
            "label": plain("Unit"),
            "element": {"type": "static_select", "action_id": "v", "options": SIZES, "initial_option": SIZES[0]},
        },
        {
            "type": "input",
            "block_id": "tags",
            "optional": True,
            "label": plain("Tags"),
            "element": {"type": "multi_static_select", "action_id": "v", "options": SIZES},
        },
        {
            "type": "input",
            "block_id": "owner",
            "optional": True,
            "label": plain("Owner"),
            "element": {"type": "users_select", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "owners",
            "optional": True,
            "label": plain("More owners"),
            "element": {"type": "multi_users_select", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "where",
            "optional": True,
            "label": plain("Channel"),
            "element": {"type": "conversations_select", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "where2",
            "optional": True,
            "label": plain("Public channel"),
            "element": {"type": "channels_select", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "day",
            "optional": True,
            "label": plain("Deadline"),
            "element": {"type": "datepicker", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "hour",
            "optional": True,
            "label": plain("At"),
            "element": {"type": "timepicker", "action_id": "v", "initial_time": "09:00"},
        },
        {
            "type": "input",
            "block_id": "dir",
            "label": plain("Direction"),
            "element": {"type": "radio_buttons", "action_id": "v", "options": SIZES, "initial_option": SIZES[1]},
        },
        {
            "type": "input",
            "block_id": "flags",
            "optional": True,
            "label": plain("Flags"),
            "element": {"type": "checkboxes", "action_id": "v", "options": SIZES},
        },
        {"type": "actions", "block_id": "act", "elements": [button("Check", "check", value="now")]},
    ]
    return {
        "id": view_id,
        "hash": "h1",
        "type": "modal",
        "callback_id": "kpi.define",
        "title": plain("Define a KPI"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": blocks,
        "state": {"values": {}},
        "private_metadata": "",
        **more,
    }
