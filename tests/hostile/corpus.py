"""Texts that want to be more than texts: about 200 by hand, and as many more as are asked for,
put together from pieces."""

from collections.abc import Iterator
from random import Random

MENTIONS = (
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!channel|x>", "<@U0EVIL>", "<@U0EVIL|ayu>", "<@W0EVIL>",
    "<#C0EVIL>", "<#C0EVIL|sales>", "<!subteam^S0EVIL>", "<!subteam^S0EVIL|@team>", "<!date^1392734382^{date}|x>",
    "<!date^1392734382^{date}^https://evil.example|x>", "@channel", "@here", "@everyone", "#sales", "@ayu",
    "<! channel>", "<!channel", "!channel>", "<<!channel>>", "<!chan<!channel>nel>", "<\u200b!channel>", "<!CHANNEL>",
    "< @U0EVIL>", "<@U0EVIL", "<@U0EVIL\n>", "＜!channel＞", "‹!channel›", "<!\u0000channel>",
)  # fmt: skip
LINKS = (
    "<https://evil.example>", "<https://evil.example|Your bank>", "<mailto:a@evil.example|mail>",
    "https://evil.example",
    "evil.example", "<javascript:alert(1)|x>", "<tel:+621|call>", "<slack://open|x>",
    "[Your bank](https://evil.example)",
    "<https://evil.example|<!channel>>", "<https://evil.example\n|x>", "HTTPS://EVIL.EXAMPLE",
    "<HTTP://evil.example|x>",
    "<file:///etc/passwd|x>", "<data:text/html,x|y>", "a@evil.example", "www.evil.example", "//evil.example",
)  # fmt: skip
ENTITIES = (
    "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;", "&#x3c;!here&#x3e;", "&lt!channel&gt",
    "&amp;",
    "&amp;amp;lt;!here&amp;amp;gt;", "&lt;@U0EVIL&gt;", "&lt;https://evil.example|x&gt;", "&quot;&apos;", "&nbsp;", "&",
    "&&lt;&lt;!channel&gt;&gt;", "&lt", "&;", "a&b<c>d",
)  # fmt: skip
MARKS = (
    "*bold*", "_italic_", "~gone~", "`code`", "```block```", "> quote", ">>> all", "* * *", "*_~`x`~_*", "*", "_", "~",
    "`", "```", "*unclosed", "`<!channel>`", "```<!here>```", "*<@U0EVIL>*", "_<https://evil.example|x>_", "- item",
    "1. item", "# head", "---", "***", "`a``b`", "\\*not bold\\*", "snake_case_name", "2*3*4", "~100~200",
)  # fmt: skip
EMOJI = (
    ":smile:", ":" * 50, ":tada:" * 30, "\U0001f600" * 60, "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 10,
    "\U0001f1ee\U0001f1e9" * 20, "1\ufe0f\u20e3", "\u2764\ufe0f", ":wave::skin-tone-6:", ":<!channel>:",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("https://evil.example","x")', "\t=1+1",
    "\r=1+1", "\n=1+1", " =1+1", "\u200b=1+1", "\ufeff=1+1", "'=1+1", '"=1+1"', "=1+1,=2+2", '";=1+1', "＝1+1", "﹢1",
    "＠SUM(1)", "−1+1", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=IMPORTXML(\"https://evil.example\",\"//a\")", "|calc",
    "%0A=1", "\x00=1+1", "\x0b=1+1", "\x0c=1", "\x1f=1", "\u2028=1", "\xa0=1+1",
)  # fmt: skip
DIRECTIONS = (
    "\u202egnp.exe", "\u202dabc\u202c", "\u2066x\u2069", "\u2067evil\u2069", "\u200e\u200f", "abc\u202e<!channel>",
    "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627 <!here>", "\u061cx", "a\u2028b\u2029c",
)  # fmt: skip
INVISIBLE = (
    "\u200b", "\u200b\u200c\u200d\u2060\ufeff", "a\u200bb", "\u00ad", "\u115f\u1160", "\u3164", "\u180e", "\u2800",
    "\u00a0", " ", "   x   ", "\ufffe", "\uffff", "\U000e0041\U000e0042", "\x7f", "\x1b[31mred\x1b[0m", "\x08\x08",
    "\x01",
)  # fmt: skip
COMBINING = ("Z" + "\u0301" * 60, "e\u0300\u0301\u0302" * 20, "\u0336".join("strike"), "\u0489" * 40, "\u1ab0" * 30)
LINES = (
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\n",
    "\n" * 20,
    "a\n\n\n<!channel>",
    "x\n> y\n*z*",
    "a\tb",
    "\x85",
    "a\x0bb",
    "a\x0cb",
)
LONG = ("x" * 200, "x " * 150, "\u00e4" * 300, "\U00020000" * 100, "<" * 100, "&" * 100, "*" * 100, "<!channel>" * 30)
HTML = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea><script>x</script>", "<b>bold</b>",
    "<!-- x -->",
    "<svg/onload=alert(1)>", "'\"><script>", "<a href='javascript:x'>y</a>", "]]>", "<![CDATA[x]]>", "<?php x ?>",
)  # fmt: skip
TEMPLATES = (
    "{name}", "{0}", "{}", "{{name}}", "%s", "%(x)s", "%n%n", "%%", "{count, plural, one {x} other {y}}", "${x}",
    "#{x}",
    "{{7*7}}", "{% if x %}", "<%= 7*7 %>", "{name!r}", "{0.__class__.__mro__}", "$(id)", "`id`", "{t}", "{kpi}",
    "{value",
    "value}", "\\n", "\\u003c!channel\\u003e", "%3C!channel%3E", "${jndi:ldap://x}", "' OR 1=1; --",
    "\"; DROP TABLE kpis",
    "../../etc/passwd", "%00", "null", "None", "undefined", "NaN", "true", "0",
)  # fmt: skip
JSONS = ('{"v":1}', '{"blocks":[]}', '["x"]', '"', "\\", '\\"', '{"v":1,"round":"x"}', '","text":"x', "{", "]")
BY_HAND = (
    *MENTIONS, *LINKS, *ENTITIES, *MARKS, *EMOJI, *FORMULAS, *DIRECTIONS, *INVISIBLE, *COMBINING, *LINES, *LONG, *HTML,
    *TEMPLATES, *JSONS,
)  # fmt: skip
_AROUND = (
    "",
    "x",
    " ",
    "\n",
    ">",
    "<",
    "&",
    "*",
    "`",
    "_",
    "|",
    "=",
    "\u200b",
    "\u202e",
    ":",
    "!",
    "@",
    "(",
    '"',
    "'",
    ",",
)


def generated(seed: int, count: int) -> Iterator[str]:
    """Pieces of what is above, one in and beside another."""
    random = Random(seed)
    for _ in range(count):
        pieces = [random.choice(BY_HAND)[:120] for _ in range(random.randrange(1, 4))]
        around = [random.choice(_AROUND) for _ in range(len(pieces) + 1)]
        text = "".join(one + other for one, other in zip(around, [*pieces, ""], strict=True))
        if random.random() < 0.2 and len(text) > 4:
            at = random.randrange(1, len(text))
            text = text[:at] + random.choice(BY_HAND)[:40] + text[at:]
        yield text.replace("\0", "")
