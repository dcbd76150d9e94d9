"""Canned conversations, a home and modals with every block type, long and short. Content only; fake_slack.py serves it."""

from typing import Any

Json = dict[str, Any]

START = 1_795_680_000  # Thursday 26 November 2026, 08:00 UTC, 15:00 in Jakarta, 16:00 in Makassar
APP = "U0DENYUT"


def plain(text: str, **more: Any) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str, **more: Any) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text, **more}


def option(text: str, value: str, **more: Any) -> Json:
    """An option of a select or group of choices."""
    return {"text": plain(text), "value": value, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def raw(text: str) -> Json:
    """A text cell of a table."""
    return {"type": "raw_text", "text": text}


def number(value: float, text: str) -> Json:
    """A number cell of a table."""
    return {"type": "raw_number", "value": value, "text": text}


def rich_cell(text: str, **style: bool) -> Json:
    """A rich_text cell of a table."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": style}]}],
    }


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

CITIES = ["Jakarta", "Makassar", "Jayapura", "Surabaya"]
WEEKS = [f"W{week}" for week in range(41, 49)]


def _series(name: str, values: list[float], labels: list[str] = WEEKS) -> Json:
    return {
        "name": name,
        "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=False)],
    }


def chart(kind: str, title: str, series: list[Json], labels: list[str] = WEEKS, **axes: str) -> Json:
    """A chart with categories."""
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": series, "axis_config": {"categories": labels, **axes}},
    }


LINE = chart(
    "line",
    "eNPS by week",
    [_series("Sales", [12, 18, 15, 22, 31, 28, 35, 41]), _series("Operations", [-8, -4, 2, 0, 6, 11, 9, 14])],
    x_label="Week",
    y_label="eNPS",
)
BAR = chart(
    "bar",
    "Revenue by week",
    [
        _series(
            "Revenue", [9_800_000, 11_200_000, 10_450_000, 12_900_000, 12_100_000, 13_400_000, 12_800_000, 14_250_000]
        )
    ],
    x_label="Week",
)
BARS = chart(
    "bar",
    "Leads and deals",
    [
        _series("Leads", [44, 52, 38, 61], CITIES),
        _series("Deals", [9, 14, 8, 17], CITIES),
        _series("Lost", [-3, -2, -5, -1], CITIES),
    ],
    CITIES,
)
AREA = chart(
    "area",
    "Open pipeline",
    [_series("Won", [3, 5, 8, 9, 13, 15, 18, 22]), _series("Open", [8, 9, 7, 10, 9, 12, 11, 9])],
    x_label="Week",
    y_label="Deals",
)
PIE = {
    "type": "data_visualization",
    "title": "Answers",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "Promoters", "value": 9},
            {"label": "Passives", "value": 5},
            {"label": "Detractors", "value": 3},
        ],
    },
}

SUMMARY_TABLE: Json = {
    "type": "table",
    "column_settings": [
        {"is_wrapped": True},
        {"align": "right"},
        {"align": "right"},
        {"align": "right"},
        {"align": "left"},
    ],
    "rows": [
        [raw("KPI"), raw("This week"), raw("Target"), raw("Change"), raw("Status")],
        [
            raw("Revenue"),
            number(14250000, "Rp 14.250.000"),
            number(15000000, "Rp 15.000.000"),
            raw("+11,3 %"),
            rich_cell("on track", bold=True),
        ],
        [raw("Leads"), number(61, "61"), number(60, "60"), raw("+60,5 %"), rich_cell("met", bold=True)],
        [
            raw("Lead response time"),
            number(10800, "3 h 00 min"),
            number(7200, "2 h 00 min"),
            raw("−25 min"),
            rich_cell("behind", bold=True),
        ],
        [
            raw("Conversion rate"),
            number(27.9, "27,9 %"),
            number(30, "30 %"),
            raw("no clear change"),
            rich_cell("at risk", bold=True),
        ],
    ],
}

MRKDWN = (
    "*bold* _italic_ ~strike~ `code` and *bold with _italic_ inside* but not*here* or 2 * 3 * 4\n"
    "&gt; a quote with <https://example.com/?a=1&amp;b=2|a link>\n"
    "<@U0BOB> in <#C0SALES> tells <!channel> on <!date^1795680000^{date_long} at {time}|a fallback> :tada: :nosuchemoji:\n"
    "• one\n• two &lt;3 &amp; more\n"
    "```\nfor x in *range*(3):\n    pass\n```"
    "after the block"
)

RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich "},
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": " and "},
                {"type": "text", "text": "code", "style": {"code": True}},
                {"type": "text", "text": ", "},
                {"type": "user", "user_id": "U0CITRA"},
                {"type": "text", "text": " in "},
                {"type": "channel", "channel_id": "C0SALES"},
                {"type": "text", "text": " "},
                {"type": "emoji", "name": "rocket"},
                {"type": "text", "text": " "},
                {"type": "link", "url": "https://example.com/", "text": "a link"},
                {"type": "text", "text": " on "},
                {"type": "date", "timestamp": START, "format": "{date_short} at {time}", "fallback": "?"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
                for text in ("first", "second")
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "third, indented"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Said somebody *not bold here*"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "SELECT 1;\n-- kept <as> it is"}]},
    ],
}

SIZES = [option("Small", "s"), option("Medium", "m", description=plain("for most teams")), option("Large", "l")]
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaPhfDwAEAQH/2vWFAAAAAABJRU5ErkJggg=="

ELEMENTS: list[Json] = [
    button("Log mine", "log", value="mine", style="primary"),
    button(
        "Delete",
        "delete",
        style="danger",
        confirm={
            "title": plain("Delete it?"),
            "text": mrkdwn("This *cannot* be undone."),
            "confirm": plain("Delete"),
            "deny": plain("Keep"),
            "style": "danger",
        },
    ),
    button("Docs", "docs", url="https://example.com/docs"),
    {"type": "static_select", "action_id": "size", "placeholder": plain("Pick a size"), "options": SIZES},
    {"type": "overflow", "action_id": "more", "options": [option("Pause", "pause"), option("Archive", "archive")]},
    {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-30"},
    {"type": "timepicker", "action_id": "hour", "initial_time": "09:00"},
]

BLOCKS: list[Json] = [
    {"type": "header", "text": plain("Every block :wave:")},
    {"type": "section", "text": mrkdwn(MRKDWN)},
    {"type": "section", "text": mrkdwn("A section with an accessory"), "accessory": button("Open", "open", value="1")},
    {
        "type": "section",
        "fields": [
            mrkdwn("*Owner*\nAyu Lestari"),
            mrkdwn("*Due*\nMonday 09:00"),
            mrkdwn("*Objective*\nGrow the hotel business"),
            plain("plain *field*"),
        ],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [
            {"type": "image", "image_url": PIXEL, "alt_text": "a pixel"},
            mrkdwn("Answers: *17* of 21 · 95 % interval 12 to 48"),
            plain("plain context"),
        ],
    },
    {"type": "actions", "elements": ELEMENTS},
    {"type": "image", "image_url": PIXEL, "alt_text": "A green pixel", "title": plain("A picture")},
    {"type": "image", "image_url": "https://images.example.com/far.png", "alt_text": "A picture from elsewhere"},
    RICH,
    {
        "type": "markdown",
        "text": "## Notes\n\nSome **bold** and *soft* text with `code`.\n\n1. one\n2. two\n   - inside\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted",
    },
    SUMMARY_TABLE,
    {
        "type": "data_table",
        "caption": "Entries",
        "page_size": 2,
        "rows": [
            [raw("Who"), raw("Value")],
            [raw("Bob"), number(7, "7")],
            [raw("Ayu"), number(12, "12")],
            [raw("Citra"), number(3, "3")],
        ],
    },
    LINE,
    BAR,
    BARS,
    AREA,
    PIE,
    {"type": "alert", "level": "warning", "text": mrkdwn("The target is *not* measurable yet.")},
    {
        "type": "card",
        "title": plain("Revenue"),
        "subtitle": plain("Owner: Bob Tan"),
        "body": mrkdwn("Rp 14.250.000 this week"),
        "actions": [button("Open", "card_open", value="r")],
    },
    {
        "type": "carousel",
        "elements": [
            {"type": "card", "title": plain(f"Card {index}"), "body": plain("Something to read")} for index in (1, 2, 3)
        ],
    },
    {
        "type": "container",
        "title": plain("Details"),
        "is_collapsible": True,
        "child_blocks": [{"type": "section", "block_id": "inner", "text": plain("Inside the container")}],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "fb",
                "positive_button": {"text": plain("Good"), "value": "+"},
                "negative_button": {"text": plain("Bad"), "value": "-"},
            }
        ],
    },
    {
        "type": "plan",
        "title": "The plan",
        "tasks": [{"type": "task_card", "task_id": "t1", "title": "Ask everybody", "status": "in_progress"}],
    },
    {"type": "hologram", "text": plain("from the future")},
]

ENPS: list[Json] = [
    {
        "type": "section",
        "text": mrkdwn(
            "How likely are you to recommend *Sentosa Coffee* as a place to work?\n_Sealed until close: 21 people are asked; nothing is shown below 5 answers._"
        ),
    },
    {"type": "actions", "elements": [button(str(score), f"score_{score}", value=str(score)) for score in range(11)]},
    {
        "type": "context",
        "elements": [
            mrkdwn("0 = not at all · 10 = very likely · closes <!date^1796014800^{date_short_pretty} at {time}|Monday>")
        ],
    },
]

SUMMARY: list[Json] = [
    {"type": "header", "text": plain("Sales, week 48")},
    {
        "type": "section",
        "text": mrkdwn(
            "*Revenue is on track* at Rp 14.250.000, up 11,3 % on last week. *Lead response time* needs a look."
        ),
    },
    SUMMARY_TABLE,
    LINE,
    {
        "type": "context",
        "elements": [mrkdwn("Still owed: <@U0CITRA> (leads). eNPS 41, interval 12 to 62, 17 of 21 answered.")],
    },
    {
        "type": "actions",
        "elements": [button("Log mine", "log", value="mine", style="primary"), button("See history", "history")],
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
