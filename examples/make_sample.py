"""Writes the sample company of the demo: `workspace.yml`, 26 weeks of KPI entries, eleven eNPS rounds
and who works where. What they did before the demo begins is in `story.yml`, written by hand.

The numbers are made up by a seeded generator, with a slow upward trend, a dip around the August holidays and a lead
response time that gets worse towards the end, so that the summary has something to say. Run it from the repository's
root: `python examples/make_sample.py`.
"""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

HERE = Path(__file__).parent
SEED = 20261126
FIRST_WEDNESDAY = date(2026, 6, 3)
WEEKS = 26
LATE_THIS_WEEK = {"U0DEWI", "U0LARS", "U0RINA"}

JAKARTA, MAKASSAR, AMSTERDAM = "Asia/Jakarta", "Asia/Makassar", "Europe/Amsterdam"


@dataclass(frozen=True)
class Person:
    name: str
    real_name: str
    zone: str
    locale: str
    title: str
    weekly_revenue: int = 0  # million rupiah; 0 for those who do not sell
    is_admin: bool = False

    @property
    def id(self) -> str:
        return f"U0{self.name.upper()}"


PEOPLE = (
    Person("ayu", "Ayu Lestari", JAKARTA, "id-ID", "Sales director", 0, True),
    Person("budi", "Budi Santoso", JAKARTA, "id-ID", "Key accounts", 165),
    Person("citra", "Citra Halim", JAKARTA, "id-ID", "Key accounts", 148),
    Person("dewi", "Dewi Anggraini", JAKARTA, "id-ID", "Hotels and restaurants", 96),
    Person("eko", "Eko Prasetyo", JAKARTA, "id-ID", "Hotels and restaurants", 88),
    Person("fajar", "Fajar Nugroho", JAKARTA, "id-ID", "Retail", 74),
    Person("gita", "Gita Permata", JAKARTA, "en-US", "Retail", 81),
    Person("hadi", "Hadi Wijaya", MAKASSAR, "id-ID", "Eastern islands", 69),
    Person("indah", "Indah Sari", MAKASSAR, "id-ID", "Eastern islands", 77),
    Person("rina", "Rina Kusuma", MAKASSAR, "id-ID", "Eastern islands", 58),
    Person("lars", "Lars de Vries", AMSTERDAM, "en-GB", "Export", 132),
    Person("maya", "Maya Jansen", AMSTERDAM, "en-GB", "Export", 119),
    Person("joko", "Joko Susilo", JAKARTA, "id-ID", "Roastery"),
    Person("kartika", "Kartika Dewanti", JAKARTA, "id-ID", "Roastery"),
    Person("nanda", "Nanda Putra", JAKARTA, "id-ID", "Logistics"),
    Person("olivia", "Olivia Tan", JAKARTA, "en-US", "Finance"),
    Person("putri", "Putri Maharani", JAKARTA, "id-ID", "Finance"),
    Person("rizky", "Rizky Ramadhan", JAKARTA, "id-ID", "Marketing"),
    Person("sinta", "Sinta Wulandari", JAKARTA, "id-ID", "Marketing"),
    Person("tono", "Tono Hartono", MAKASSAR, "id-ID", "Warehouse"),
    Person("umar", "Umar Faruq", MAKASSAR, "id-ID", "Warehouse"),
    Person("vina", "Vina Melati", JAKARTA, "id-ID", "People and culture", 0, True),
    Person("wim", "Wim Bakker", AMSTERDAM, "en-GB", "Customer care"),
    Person("yusuf", "Yusuf Hakim", JAKARTA, "id-ID", "IT"),
    Person("zahra", "Zahra Amalia", JAKARTA, "id-ID", "Customer care"),
)
SELLERS = tuple(person for person in PEOPLE if person.weekly_revenue)

# the sales team's eNPS is asked every other week, of the 14 people in #sales
ENPS_ASKED = 14
ENPS_ROUNDS = 11
FIRST_ENPS = date(2026, 6, 5)  # the day it opens; it closes two weeks later
# how often each score 0..10 was given, the best round first: the more meetings a week had, the later in this list
ENPS_COUNTS = (
    (0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 3),
    (0, 0, 0, 0, 0, 1, 0, 2, 3, 5, 2),
    (0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 2),
    (0, 0, 0, 1, 0, 0, 1, 3, 3, 3, 2),
    (0, 0, 0, 0, 1, 0, 1, 3, 3, 3, 1),
    (0, 0, 0, 1, 0, 1, 1, 2, 3, 3, 2),
    (0, 0, 1, 0, 0, 1, 1, 3, 2, 3, 1),
    (0, 0, 0, 1, 0, 1, 2, 2, 3, 2, 1),
    (0, 0, 1, 0, 1, 1, 1, 2, 3, 2, 1),
    (0, 0, 0, 1, 1, 1, 2, 2, 3, 1, 1),
    (0, 0, 1, 1, 0, 2, 1, 3, 2, 1, 1),
)


def workspace() -> dict[str, object]:
    """The local Slack of the demo."""
    everybody = [person.id for person in PEOPLE]
    return {
        "team": {"id": "T0SENTOSA", "name": "Kopi Sentosa", "domain": "kopi-sentosa"},
        "users": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "tz": person.zone,
                "locale": person.locale,
                "title": person.title,
                **({"is_admin": True, "is_owner": person.name == "ayu"} if person.is_admin else {}),
            }
            for person in PEOPLE
        ],
        "channels": [
            {"id": "C0GENERAL", "name": "general", "topic": "All of Kopi Sentosa", "bot": True, "members": everybody},
            {
                "id": "C0SALES",
                "name": "sales",
                "topic": "Numbers, wins, and the Monday summary",
                "bot": True,
                "members": ["U0AYU", *(person.id for person in SELLERS), "U0RIZKY", "U0SINTA"],
            },
            {
                "id": "C0EXPORT",
                "name": "export",
                "topic": "Amsterdam and beyond",
                "members": ["U0AYU", "U0LARS", "U0MAYA", "U0WIM"],
            },
            {
                "id": "C0LEADS",
                "name": "leadership",
                "is_private": True,
                "topic": "Ayu and Vina",
                "members": ["U0AYU", "U0VINA"],
            },
        ],
        "groups": [
            {
                "id": "S0SALESLEADS",
                "handle": "sales-leads",
                "name": "Sales leads",
                "description": "Those who look after a part of the market",
                "members": ["U0AYU", "U0BUDI", "U0DEWI", "U0HADI", "U0LARS"],
            },
            {
                "id": "S0SUPPORT",
                "handle": "support",
                "name": "Support",
                "description": "Customer care and IT",
                "members": ["U0WIM", "U0YUSUF", "U0ZAHRA"],
            },
        ],
    }


def entries(dice: random.Random) -> list[dict[str, str]]:
    """A value of every KPI a week from every seller, logged on Wednesdays; three of them are late in the last week."""
    rows = []
    for week in range(WEEKS):
        day = FIRST_WEDNESDAY + timedelta(weeks=week)
        season = 1 + 0.007 * week - (0.16 if date(2026, 8, 10) <= day <= date(2026, 8, 24) else 0)
        for person in SELLERS:
            if week == WEEKS - 1 and person.id in LATE_THIS_WEEK:
                continue
            rows += seller_week(dice, person, day, season, week)
        rows.append(row(day, "website_traffic", dice.randint(4800, 6200) + 45 * week, "U0SINTA"))
        rows.append(row(day, "customer_satisfaction", round(dice.uniform(4.3, 4.8), 1), "U0ZAHRA"))
    return rows


def seller_week(dice: random.Random, person: Person, day: date, season: float, week: int) -> list[dict[str, str]]:
    revenue = int(person.weekly_revenue * season * dice.uniform(0.82, 1.18) * 10) * 100_000
    leads = max(4, round(person.weekly_revenue / 8 * season * dice.uniform(0.75, 1.25)))
    won = max(1, round(leads * dice.uniform(0.18, 0.32)))
    orders = max(2, round(revenue / 6_500_000 * dice.uniform(0.9, 1.1)))
    response = round(dice.uniform(1.5, 3.5) * 3600 * (1 + 0.03 * max(0, week - 18)) / 300) * 300
    values = {
        "revenue": revenue,
        "orders": orders,
        "leads": leads,
        "deals_won": won,
        "new_customers": max(0, won - dice.randint(0, 2)),
        "meetings_held": dice.randint(4, 11),
        "lead_response_time": response,
    }
    return [row(day, key, value, person.id) for key, value in values.items()]


def enps_rounds(logged: list[dict[str, str]]) -> list[tuple[date, tuple[int, ...]]]:
    """The day each round closed and its scores: people are the happier the fewer meetings the week had in which they
    were asked. Made up, so that the summary has two things to put side by side."""
    opened = [FIRST_ENPS + timedelta(weeks=2 * number) for number in range(ENPS_ROUNDS)]
    meetings = {day: sum(int(each["value"]) for each in logged if _is_meeting(each, day)) for day in opened}
    calmest_first = sorted(opened, key=lambda day: meetings[day])
    return [(day + timedelta(weeks=2), ENPS_COUNTS[calmest_first.index(day)]) for day in opened]


def _is_meeting(logged: dict[str, str], asked_on: date) -> bool:
    """Whether an entry counts the meetings of the week in which people were asked, on its Friday."""
    return logged["kpi"] == "meetings_held" and logged["date"] == (asked_on - timedelta(days=2)).isoformat()


def manager_of(person: Person) -> str:
    """Ayu leads the sales team and Vina everybody else; the two have no manager here."""
    if person.is_admin:
        return ""
    return "U0AYU" if person.weekly_revenue else "U0VINA"


def row(day: date, kpi: str, value: float, member: str) -> dict[str, str]:
    return {"date": day.isoformat(), "kpi": kpi, "value": str(value), "member": member, "note": ""}


def main() -> None:
    dice = random.Random(SEED)  # noqa: S311  sample data, not secrets
    (HERE / "workspace.yml").write_text(
        "# The sample company of the demo, written by make_sample.py\n"
        + yaml.safe_dump(workspace(), sort_keys=False, allow_unicode=True, width=110),
        encoding="utf-8",
    )
    with (HERE / "kpi-entries.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["date", "kpi", "value", "member", "note"], lineterminator="\n")
        writer.writeheader()
        logged = entries(dice)
        writer.writerows(logged)
    with (HERE / "members.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["member", "department", "manager"])
        for person in PEOPLE:
            table.writerow([person.id, "Sales" if person.weekly_revenue else person.title, manager_of(person)])
    with (HERE / "enps-rounds.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["survey", "channel", "closed_on", "scale", "asked", "score", "answers"])
        for closed_on, counts in enps_rounds(logged):
            for score, answers in enumerate(counts):
                if answers:
                    table.writerow(["enps-sales", "C0SALES", closed_on, "0-10", ENPS_ASKED, score, answers])


if __name__ == "__main__":
    main()
