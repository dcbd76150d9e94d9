"""Blocks of every type, long and short, and what they are made of: content for tests of how the page draws them."""

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
    "<@U0BOB> in <#C0SALES> tells <!channel> on <!date^1795680000^{date_long} at {time}|a fallback> "
    ":tada: :nosuchemoji:\n"
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

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAA"
    "AfFcSJAAAADUlEQVR42mNkaPhfDwAEAQH/2vWFAAAAAABJRU5ErkJggg=="
)

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
        "text": "## Notes\n\nSome **bold** and *soft* text with `code`.\n\n1. one\n2. two\n   - inside\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted",
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
            "How likely are you to recommend *Sentosa Coffee* as a place to work?\n"
            "_Sealed until close: 21 people are asked; nothing is shown below 5 answers._"
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
