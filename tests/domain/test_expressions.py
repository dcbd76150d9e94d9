"""The language of formulas: what people write is read exactly as they mean it, or refused with one clear sentence."""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.entries import Totals
from bot.domain.errors import DomainError
from bot.domain.expressions import (
    MAX_LENGTH,
    check_cycles,
    check_units,
    expand,
    expanded,
    formula_text,
    parse_formula,
    read_formula,
    spoken_formula,
    unit_of,
)
from bot.domain.figures import figure
from bot.domain.formulas import (
    Constant,
    Difference,
    Expression,
    Product,
    Ratio,
    Reading,
    Reference,
    Span,
    Sum,
    Term,
    evaluate,
    references,
    terms,
)
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.i18n import load

texts = load("en")
DERIVED = [kpi for kpi in KPIS.values() if kpi.is_derived]
LANGUAGES = ("en", "id")
CATALOGUE_FILE = Path(__file__).parents[2] / "bot" / "locales" / "en" / "LC_MESSAGES" / "kpi_formulas.po"


def own(
    key: str,
    unit: Unit = Unit.NUMBER,
    aggregation: Aggregation = Aggregation.SUM,
    formula: Expression | None = None,
    *,
    per_hundred: bool = False,
) -> Kpi:
    return Kpi(
        key, unit, Direction.HIGHER, aggregation if formula is None else Aggregation.RATIO, Kind.OUTCOME,
        Objective.NET_SALES, "", formula, per_hundred=per_hundred,
    )  # fmt: skip


def plain(name: str) -> str:
    return " ".join(re.sub(r"[\s_-]+", " ", name.casefold()).split())


class Names:
    """Finds KPIs as the commands do: by any name, blanks and hyphens alike, the longest first."""

    def __init__(self, names: dict[str, Kpi]) -> None:
        self.names = {plain(name): kpi for name, kpi in names.items()}

    def __call__(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
        for length in range(len(tokens), 0, -1):
            kpi = self.names.get(plain(" ".join(tokens[:length])))
            if kpi:
                return kpi, tokens[length:]
        return None


def built_in() -> dict[str, Kpi]:
    found: dict[str, Kpi] = {}
    for key, kpi in KPIS.items():
        said = (texts.t(code)(f"kpi.{key}") for code in texts.languages)
        found |= dict.fromkeys((key, *said, *texts.all_words(f"kpi.{key}.words")), kpi)
    return found


MARGIN_RATE = own("margin_rate", Unit.PERCENT, Aggregation.MEAN)
EVERYBODY = Names(
    built_in()
    | {
        "in-store sales": own("in_store"),
        "Churn - enterprise": own("enterprise_churn"),
        "Retail - new": own("retail_new"),
        "7-day users": own("users"),
        "Sales (net)": own("net"),
        "Brand X reach": own("brand_x"),
        "online/offline mix": own("mix"),
        "margin rate": MARGIN_RATE,
        "total": own("total"),
        "Last (week)": own("last_week"),
    }
)


def read(text: str, language: str = "en") -> Expression:
    return parse_formula(text, EVERYBODY, language)


def kept(text: str, language: str = "en") -> str:
    return formula_text(read(text, language))


def refusal(text: str, language: str = "en") -> DomainError:
    with pytest.raises(DomainError) as caught:
        read(text, language)
    return caught.value


def attempt(text: str, language: str = "en") -> Expression | DomainError:
    try:
        return read(text, language)
    except DomainError as refused:
        return refused


def refusals(*what: str) -> set[str]:
    return {f"kpis.formula.{each}" for each in what}


class TestWhatPeopleWrite:
    @pytest.mark.parametrize(
        ("text", "language", "found"),
        [
            ("pendapatan / jumlah pesanan", "id", "revenue / orders"),
            ("(revenue - cost of goods) / revenue", "en", "(revenue - cost_of_goods) / revenue"),
            ("last(active customers) - before(new customers)", "en", "last(active_customers) - before(new_customers)"),
            ("terakhir(pelanggan aktif) − sebelumnya(pelanggan baru)", "en",
             "last(active_customers) - before(new_customers)"),
            ("revenue * 0.1", "en", "revenue * 0.1"),
            ("omzet × 0,1", "id", "revenue * 0.1"),
            ("OMZET x 10%", "id", "revenue * 0.1"),
            ("omzet × 10 persen", "id", "revenue * 0.1"),
            ("revenue * 2.5 k", "en", "revenue * 2500"),
            ("omzet ÷ 1,5 jt", "id", "revenue / 1500000"),
            ("revenue : orders", "en", "revenue / orders"),
            ("revenue*orders/leads", "en", "revenue * orders / leads"),
            ("  revenue\n+\tcost savings\u00a0", "en", "revenue + cost_savings"),
            ("rata-rata(stok)", "id", "mean(stock_value)"),
            ("Average ( stock value )", "en", "mean(stock_value)"),
            ("start(active customers)", "en", "start(active_customers)"),
            ("awal(pelanggan aktif)", "en", "start(active_customers)"),
            ("until(customer lifetime)", "en", "until(customer_lifetime)"),
            ("before(last(stock))", "en", "before(last(stock_value))"),
            ("last(before(stock))", "en", "before(last(stock_value))"),
            ("sum(stock)", "en", "stock_value"),
            ("start(new customers)", "en", "start(sum(new_customers))"),
            ("margin kotor × omzet", "id", "{gross_margin} * revenue"),
            ("-5 + leads", "en", "-5 + leads"),
            ("leads - -5", "en", "leads - -5"),
            ("-leads", "en", "-1 * leads"),
            ("1 000 000 x leads", "en", "1000000 * leads"),
            ("1,500 * leads", "en", "1500 * leads"),
            ("1.500 * prospek", "id", "1500 * leads"),
        ],
    )  # fmt: skip
    def test_it_is_understood(self, text: str, language: str, found: str) -> None:
        assert kept(text, language) == found

    @pytest.mark.parametrize(
        ("key", "found"),
        [
            ("leads", Term("leads", Reading.SUM)),
            ("stock", Term("stock_value", Reading.LAST)),
            ("csat", Term("customer_satisfaction", Reading.MEAN)),
            ("before(csat)", Term("customer_satisfaction", Reading.MEAN, Span.BEFORE)),
            ("gross margin", Reference("gross_margin")),
        ],
    )
    def test_a_name_alone_is_read_as_its_values_add_up(self, key: str, found: Expression) -> None:
        assert read(key) == found

    def test_every_function_has_its_words_in_both_languages(self) -> None:
        for words, found in [
            (("sum", "total", "jumlah"), "stock_value"),
            (("last", "latest", "terakhir"), "last(stock_value)"),
            (("mean", "average", "avg", "rata-rata", "rata rata", "rerata"), "mean(stock_value)"),
            (("before", "previous", "sebelumnya", "sebelum"), "before(last(stock_value))"),
            (("start", "opening", "awal"), "start(stock_value)"),
            (("until", "so far", "sampai", "hingga"), "until(stock_value)"),
        ]:
            for word in words:
                assert kept(f"{word}(stock)") == kept(f"{word.upper()} (stock)") == found, word


class TestNames:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("in-store sales / leads", "in_store / leads"),
            ("leads-in-store sales", "leads - in_store"),
            ("revenue-orders", "revenue - orders"),
            ("revenue -orders", "revenue - orders"),
            ("revenue- orders", "revenue - orders"),
            ("revenue--orders", "revenue - -1 * orders"),
            ("deals won", "deals_won"),
            ("deals-won", "deals_won"),
            ("deals - won", "deals_won - deals_won"),
            ("deals -won", "deals_won - deals_won"),
            ("7-day users / 7", "users / 7"),
            ("Sales (net) / orders", "net / orders"),
            ("(sales (net) + leads) * 2", "(net + leads) * 2"),
            ("last(sales (net))", "last(net)"),
            ("last (week) / leads", "last_week / leads"),
            ("before(last (week))", "before(last_week)"),
            ("brand x reach x 2", "brand_x * 2"),
            ("leads x 2", "leads * 2"),
            ("online/offline mix", "mix"),
            ("revenue/orders", "revenue / orders"),
            ("Retail - new + 1", "retail_new + 1"),
            ("leads - retail - new", "leads - retail_new"),
            ('"churn - enterprise" - leads', "enterprise_churn - leads"),
            ("[cost of goods] / “revenue”", "cost_of_goods / revenue"),
            ("'cost of goods' / «revenue»", "cost_of_goods / revenue"),
            ('last("stock value")', "last(stock_value)"),
            ("total customers", "last(active_customers)"),
            ("total + leads", "total + leads"),
            ("total(leads)", "leads"),
            ("last(total)", "last(total)"),
            ("nilai pesanan rata-rata", "{average_order_value}"),
            ("rata-rata pesanan", "{average_order_value}"),
            ("rata-rata(pesanan)", "mean(orders)"),
        ],
    )
    def test_the_longest_name_counts_and_signs_apart_are_signs(self, text: str, found: str) -> None:
        assert kept(text) == found

    def test_a_sign_apart_is_part_of_a_name_only_where_nothing_else_would_be_a_kpi(self) -> None:
        assert refusal("churn - enterprise").values["text"] == "enterprise"
        assert kept('"churn - enterprise"') == "enterprise_churn"

    def test_what_is_said_to_an_unknown_name_can_be_the_callers(self) -> None:
        said: list[Sequence[str]] = []

        def unknown(tokens: Sequence[str]) -> DomainError:
            said.append(tokens)
            return DomainError("kpis.did_you_mean", text=" ".join(tokens), names="Revenue")

        with pytest.raises(DomainError, match="did_you_mean"):
            parse_formula("leads + net revnue x 2", EVERYBODY, "en", unknown)
        assert said == [["net", "revnue"]]

    def test_what_the_names_themselves_refuse_comes_through(self) -> None:
        def refuses(tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
            raise DomainError("kpis.which_kpi", text=" ".join(tokens), names="A, B")

        with pytest.raises(DomainError, match="which_kpi"):
            parse_formula("cost", refuses, "en")


def dimension(unit: Unit) -> Kpi:
    return own(unit.value, unit)


UNITS = {unit.value: dimension(unit) for unit in Unit} | {
    "money2": own("money2", Unit.CURRENCY),
    "time2": own("time2", Unit.DURATION),
    "count2": own("count2"),
    "rate": own("rate", Unit.PERCENT, formula=Ratio(Term("number"), Term("count2"))),
    "nps": own("nps", Unit.SCORE, formula=Ratio(Term("number"), Term("count2")), per_hundred=True),
}
UNIT_NAMES = Names({**UNITS, "money": UNITS["currency"], "time": UNITS["duration"], "count": UNITS["number"]})


def of_units(text: str) -> Expression:
    return parse_formula(text, UNIT_NAMES, "en")


def unit_refusal(text: str, unit: Unit, *, per_hundred: bool = False) -> DomainError:
    with pytest.raises(DomainError) as caught:
        check_units(of_units(text), unit, UNITS, per_hundred=per_hundred)
    return caught.value


def chain(length: int, last: Expression) -> dict[str, Kpi]:
    """k0 = k1, k1 = k2 … and the last one is a formula of its own; "leads" is logged."""
    ways = {f"k{n}": own(f"k{n}", formula=Reference(f"k{n + 1}")) for n in range(length - 1)}
    return {**ways, f"k{length - 1}": own(f"k{length - 1}", formula=last), "leads": own("leads")}


def expanding(kpis: dict[str, Kpi], formula: Expression, key: str = "") -> Callable[[], object]:
    return lambda: expand(formula, kpis, key)


ELSEWHERE = Term("k1", span=Span.BEFORE)
REFUSALS: dict[str, Callable[[], object]] = {
    "empty": lambda: read("  \n "),
    "too_long": lambda: read("leads+" * 60),
    "too_many_terms": lambda: read("+".join(["leads"] * 21)),
    "too_nested": lambda: read("(" * 11 + "leads" + ")" * 11),
    "no_kpi": lambda: read("(5 + 3) / 2"),
    "ends_early": lambda: read("leads +"),
    "not_understood": lambda: read("leads + * 2"),
    "sign_missing": lambda: read("leads orders"),
    "bracket_not_opened": lambda: read("leads)"),
    "bracket_not_closed": lambda: read("(leads"),
    "quote_not_closed": lambda: read('"leads'),
    "unknown_kpi": lambda: read("revnue / orders"),
    "currency": lambda: read("revenue - Rp 500"),
    "divides_by_zero": lambda: read("leads / (2 - 2)"),
    "number_not_a_number": lambda: read("leads * 1.2.3"),
    "number_too_large": lambda: read("leads * 10000000000000"),
    "number_too_precise": lambda: read("leads * 0.12345"),
    "number_ambiguous": lambda: read("leads * 1.500"),
    "function_twice": lambda: read("last(mean(stock))"),
    "function_of_one": lambda: read("last(stock + leads)"),
    "function_of_derived": lambda: read("last(gross margin)"),
    "function_brackets": lambda: read("last stock value"),
    "cycle": expanding(chain(15, Reference("k0")), Reference("k0")),
    "too_deep": expanding(chain(10, Term("leads")), Reference("k0")),
    "too_large": expanding(
        {**chain(2, Term("leads")), "k1": own("k1", formula=read("+".join(["leads"] * 20)))},
        read_formula(" + ".join(["{k1}"] * 11)),
    ),
    "kpi_gone": expanding({}, Term("gone")),
    "now_derived": expanding(chain(2, Term("leads")), ELSEWHERE),
    "adds_money": lambda: check_units(of_units("money + count"), Unit.CURRENCY, UNITS),
    "adds_time": lambda: check_units(of_units("time - 5"), Unit.DURATION, UNITS),
    "adds_percent": lambda: check_units(of_units("percent + count"), Unit.PERCENT, UNITS),
    "adds_other": lambda: check_units(of_units("score + count"), Unit.SCORE, UNITS),
    "times_money": lambda: check_units(of_units("money * money2"), Unit.CURRENCY, UNITS),
    "times_time": lambda: check_units(of_units("time * time2"), Unit.DURATION, UNITS),
    "times_both": lambda: check_units(of_units("time * money"), Unit.DURATION, UNITS),
    "per_money": lambda: check_units(of_units("count / money"), Unit.NUMBER, UNITS),
    "per_time": lambda: check_units(of_units("money / time"), Unit.CURRENCY, UNITS),
    "zero_below": lambda: check_units(Ratio(Term("number"), Constant(Fraction(0))), Unit.NUMBER, UNITS),
    "gives_currency": lambda: check_units(of_units("money / count"), Unit.NUMBER, UNITS),
    "gives_duration": lambda: check_units(of_units("time * 2"), Unit.NUMBER, UNITS),
    "gives_number": lambda: check_units(of_units("count + count2"), Unit.PERCENT, UNITS),
    "gives_percent": lambda: check_units(of_units("1 - percent"), Unit.NUMBER, UNITS),
    "gives_score": lambda: check_units(of_units("score - nps"), Unit.NUMBER, UNITS),
    "gives_plain": lambda: check_units(of_units("count / count2"), Unit.CURRENCY, UNITS),
    "no_share": lambda: check_units(of_units("score * 2"), Unit.SCORE, UNITS, per_hundred=True),
}


class TestRefusals:
    @pytest.mark.parametrize("what", REFUSALS)
    def test_each_is_worded_in_both_languages(self, what: str) -> None:
        with pytest.raises(DomainError) as caught:
            REFUSALS[what]()
        assert caught.value.key == f"kpis.formula.{what}"
        said = {texts.t(code)(caught.value.key, **caught.value.values) for code in LANGUAGES}
        assert len(said) == 2
        assert not any("{" in each or "Fraction" in each for each in said)

    def test_there_is_no_other(self) -> None:
        written = set(re.findall(r'^msgid "kpis\.formula\.(.+)"$', CATALOGUE_FILE.read_text("utf-8"), re.MULTILINE))
        assert written == set(REFUSALS)

    @pytest.mark.parametrize(
        ("text", "what", "place", "said"),
        [
            ("leads orders", "sign_missing", 7, "orders"),
            ("leads + (orders", "bracket_not_closed", 9, "(orders"),
            ("leads + orders)", "bracket_not_opened", 15, ")"),
            ("leads / ( 5 - 5 )", "divides_by_zero", 9, "( 5 - 5 )"),
            ("leads / -2", "divides_by_zero", 9, "-2"),
            ("leads + revnue", "unknown_kpi", 9, "revnue"),
            ("leads + 'revnue'", "unknown_kpi", 9, "revnue"),
            ("leads +", "ends_early", 8, ""),
            ("2 * last(gross margin)", "function_of_derived", 10, "gross margin"),
            ("leads * 1.2.3 + orders", "number_not_a_number", 9, "1.2.3"),
            ("2 * last(5)", "function_of_one", 5, "last(5)"),
            ("last(", "bracket_not_closed", 1, "last("),
            ("last(stock", "bracket_not_closed", 1, "last(stock"),
            ("leads ** 2", "not_understood", 8, "* 2"),
            ("leads * ()", "not_understood", 10, ")"),
            ("leads ^ 2", "sign_missing", 7, "^ 2"),
            ("leads + []", "not_understood", 9, "[]"),
            ("leads + .5", "number_not_a_number", 9, ".5"),
            ("leads; orders", "sign_missing", 6, "; orders"),
        ],
    )
    def test_the_place_is_told(self, text: str, what: str, place: int, said: str) -> None:
        refused = refusal(text)
        assert (refused.key, refused.values["place"]) == (f"kpis.formula.{what}", place)
        assert refused.values["text"] == said

    @pytest.mark.parametrize(
        ("text", "language", "ways"),
        [
            ("leads * 1.500", "en", "1.5 · 1500"),
            ("leads * 1.234", "en", "1.2340 · 1234"),
            ("prospek * 1,234", "id", "1,2340 · 1234"),
            ("leads * 2,5 M", "en", "2500000 · 2500000000"),
            ("leads * 1.234%", "en", "1.2340% · 1234%"),
        ],
    )
    def test_each_way_offered_for_a_number_is_no_longer_in_doubt(self, text: str, language: str, ways: str) -> None:
        refused = refusal(text, language)
        assert refused.values["ways"] == ways
        before = text[: refused.values["place"] - 1]
        assert len({kept(before + way, language) for way in ways.split(" · ")}) == 2

    @pytest.mark.parametrize(
        ("most", "beyond"),
        [
            ("leads" + " " * (MAX_LENGTH - 5), "leads" + " " * (MAX_LENGTH - 4)),
            ("+".join(["leads"] * 20), "+".join(["leads"] * 21)),
            ("(" * 10 + "leads" + ")" * 10, "(" * 11 + "leads" + ")" * 11),
            ("-" * 10 + "leads", "-" * 11 + "leads"),
        ],
    )
    def test_the_limits_are_where_they_are_said_to_be(self, most: str, beyond: str) -> None:
        assert terms(read(most)) == (Term("leads"),)
        assert refusal(beyond).key.startswith("kpis.formula.too_")


def shuffled(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    pieces = [
        "revenue", "cost of goods", "last", "rata-rata", "before(", "(", ")", "[", "]", '"', "“", "'", "+", "-", "−",
        "*", "×", "x", " x ", "/", ":", "÷", " ", "  ", "1.500", "10%", "2,5 M", "0", "5", "Rp", "\n", "{", "}",
        "\\", "é", "٣", "İ", "terakhır(", "ſum(", "ﬁ", "😀", "\x00", "<@U1|x>", "so far", "__import__('os')", "1e9",
        "**", "//", "7-day",
    ]  # fmt: skip
    for _ in range(2_000):
        if chance.random() < 0.7:
            yield "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 40)))
        else:
            yield "".join(chr(chance.choice([chance.randrange(32, 127), chance.randrange(0x2500)])) for _ in range(60))


class TestGarbage:
    def test_people_may_type_anything(self) -> None:
        refused = 0
        for text in shuffled(4):
            for language in LANGUAGES:
                found = attempt(text, language)
                if isinstance(found, DomainError):
                    refused += 1
                    assert texts.t(language)(found.key, **found.values)
                else:
                    assert read_formula(formula_text(found)) == found
        assert 2_000 < refused < 4_000, "the search finds formulas as well"

    @pytest.mark.parametrize("piece", ["(", "-", "a ", "last(", "[", "1 ", "a-", "9", "so far ", "(a", '"', "leads x "])
    def test_nothing_takes_long(self, piece: str) -> None:
        began = time.process_time()
        with pytest.raises(DomainError):
            read((piece * MAX_LENGTH)[:MAX_LENGTH])
        assert time.process_time() - began < 1

    def test_what_is_kept_is_read_strictly(self) -> None:
        for text in shuffled(5):
            try:
                assert formula_text(read_formula(text)) == text
            except ValueError:
                continue

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "revenue ", " revenue", "revenue+orders", "revenue  + orders", "(revenue)", "sum(revenue)", "1/0",
            "0.10", "01", "2/4", "-0", "1.", ".5", "{}", "{revenue", "last(revenue", "last(before(x))", "period(x)",
            "a b",
            "mean(mean(x))", "before(sum(x))", "start(last(x))", "last()", "((a + b)) + c", "a + b)", "+ a", "a +",
            "- a",
            "__import__('os').system('true')", "a" * 101, "(" * 100_000, " + ".join("a" * 101), "9" * 5_000,
            " - (a".join("a" * 61) + ")" * 60, "a\n", "é",
        ],
    )  # fmt: skip
    def test_what_formula_text_never_writes_is_no_formula(self, text: str) -> None:
        began = time.process_time()
        with pytest.raises(ValueError):
            read_formula(text)
        assert time.process_time() - began < 1

    @given(st.text(max_size=80))
    def test_no_other_error_comes_of_any_text(self, text: str) -> None:
        attempt(text)
        try:
            read_formula(text)
        except ValueError:
            return
        assert formula_text(read_formula(text)) == text

    def test_a_key_that_cannot_be_written_is_not(self) -> None:
        for key in ("", "two words", "5", "a)", "a" * 101, "a\n"):
            with pytest.raises(ValueError):
                formula_text(Term(key))
        assert read_formula(formula_text(Term("own-3f.2:b"))) == Term("own-3f.2:b")


LOGGED = [kpi for kpi in KPIS.values() if not kpi.is_derived]
numbers = st.integers(-(10**9), 10**9).map(lambda n: Fraction(n, 10_000))
any_terms = st.builds(
    Term, st.sampled_from([kpi.key for kpi in LOGGED]), st.sampled_from(Reading), st.sampled_from(Span)
)
leaves = any_terms | numbers.map(Constant) | st.sampled_from([kpi.key for kpi in DERIVED]).map(Reference)


def trees(leaf: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def above(part: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.builds(lambda kind, a, b: kind(a, b), st.sampled_from([Sum, Difference, Product, Ratio]), part, part)

    return st.recursive(leaf, above, max_leaves=10)


class TestThereAndBack:
    @pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
    def test_every_formula_of_the_catalogue_can_be_kept_and_said(self, kpi: Kpi) -> None:
        assert kpi.formula is not None
        assert read_formula(formula_text(kpi.formula)) == kpi.formula
        check_units(kpi.formula, kpi.unit, KPIS, per_hundred=kpi.per_hundred)
        for language in LANGUAGES:
            t = texts.t(language)
            said = spoken_formula(kpi.formula, KPIS, lambda each, t=t: t(f"kpi.{each.key}"), language)
            assert read(said, language) == kpi.formula

    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            (Term("revenue"), "revenue"),
            (Term("x", Reading.LAST, Span.START), "start(x)"),
            (Term("x", Reading.SUM, Span.START), "start(sum(x))"),
            (Term("x", Reading.LAST, Span.UNTIL), "until(x)"),
            (Term("x", Reading.MEAN, Span.BEFORE), "before(mean(x))"),
            (Reference("x"), "{x}"),
            (Constant(Fraction(-1, 8)), "-0.125"),
            (Constant(Fraction(1, 3)), "1/3"),
            (Difference(Term("a"), Difference(Term("b"), Term("c"))), "a - (b - c)"),
            (Difference(Difference(Term("a"), Term("b")), Term("c")), "a - b - c"),
            (Ratio(Term("a"), Product(Term("b"), Term("c"))), "a / (b * c)"),
            (Product(Sum(Term("a"), Term("b")), Term("c")), "(a + b) * c"),
            (Sum(Product(Term("a"), Term("b")), Term("c")), "a * b + c"),
        ],
    )
    def test_the_form_in_which_they_are_kept_stays_as_it_is(self, expression: Expression, text: str) -> None:
        assert formula_text(expression) == text
        assert read_formula(text) == expression

    @given(trees(leaves | st.fractions(max_denominator=1000).map(Constant)))
    def test_what_is_kept_is_read_as_the_same(self, expression: Expression) -> None:
        assert read_formula(formula_text(expression)) == expression

    @given(trees(leaves), st.sampled_from(LANGUAGES))
    def test_what_people_find_again_is_read_as_the_same(self, expression: Expression, language: str) -> None:
        t = texts.t(language)
        said = spoken_formula(expression, KPIS, lambda each: t(f"kpi.{each.key}"), language)
        found = attempt(said, language)
        if isinstance(found, DomainError):  # what nobody could have typed in the first place
            assert found.key in refusals("too_long", "too_nested", "no_kpi", "divides_by_zero")
        else:
            assert found == expression

    @pytest.mark.parametrize(
        "name", ["Churn - enterprise", "Sales (net)", "Brand X reach", "7-day users", 'The "best"']
    )
    def test_names_that_could_be_mistaken_stand_in_quotes(self, name: str) -> None:
        kpi = own("own")
        said = spoken_formula(Ratio(Term("own"), Term("gone")), {"own": kpi}, lambda _: name, "en")
        assert said[0] in '"['
        assert parse_formula(said, Names({name: kpi, "gone": own("gone")}), "en") == Ratio(Term("own"), Term("gone"))


class Exact:
    """A number whose quotients are those of formulas; its signs bind as Python binds them."""

    def __init__(self, value: Fraction | None) -> None:
        self.value = value

    def __neg__(self) -> "Exact":
        return Exact(None if self.value is None else -self.value)

    def _with(self, other: "Exact", work: Callable[[Fraction, Fraction], Fraction | None]) -> "Exact":
        if self.value is None or other.value is None:
            return Exact(None)
        return Exact(work(self.value, other.value))

    def __add__(self, other: "Exact") -> "Exact":
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: "Exact") -> "Exact":
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: "Exact") -> "Exact":
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: "Exact") -> "Exact":
        return self._with(other, lambda a, b: a / b if b > 0 else None)


AMOUNTS = {"leads": Fraction(7), "orders": Fraction(-3), "revenue": Fraction(5, 2), "deals_won": Fraction(11, 3)}


@st.composite
def typed(draw: st.DrawFn, depth: int = 0) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kinds = ["name", "name", "number", "minus", *(["brackets"] if depth < 2 else [])]
        match draw(st.sampled_from(kinds)):
            case "name":
                parts.append(draw(st.sampled_from(list(AMOUNTS))))
            case "number":
                parts.append(draw(st.sampled_from(["2", "0.5", "13", "-4"])))
            case "minus":
                parts.append("-" + draw(st.sampled_from(list(AMOUNTS))))
            case "brackets":
                parts.append(f"({draw(typed(depth + 1))})")
    text = parts[0]
    for part in parts[1:]:
        text += draw(st.sampled_from([" + ", " - ", " * ", " / "])) + part
    return text


@settings(max_examples=400)
@given(typed())
def test_signs_bind_as_they_do_everywhere(text: str) -> None:
    expression = attempt(text)
    if isinstance(expression, DomainError):
        assert expression.key in refusals("too_many_terms", "too_long", "no_kpi", "divides_by_zero")
        return
    names = {name: Exact(value) for name, value in AMOUNTS.items()}
    in_python = re.sub(r"(?<![\w.])([0-9.]+)", r"Exact(Fraction('\1'))", text)
    expected = eval(in_python, {"Exact": Exact, "Fraction": Fraction, **names})
    assert evaluate(expression, {Term(key): value for key, value in AMOUNTS.items()}) == expected.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("leads - orders - revenue", Fraction(15, 2)),
        ("leads - (orders - revenue)", Fraction(25, 2)),
        ("leads + orders * revenue", Fraction(-1, 2)),
        ("(leads + orders) * revenue", 10),
        ("leads / revenue / 2", Fraction(7, 5)),
        ("leads / (revenue / 2)", Fraction(28, 5)),
        ("leads / orders", None),
        ("-orders * 10%", Fraction(3, 10)),
        ("1 - -leads", 8),
    ],
)
def test_figures_worked_by_hand(text: str, value: Fraction | None) -> None:
    assert evaluate(read(text), {Term(key): amount for key, amount in AMOUNTS.items()}) == value


def totals(*values: int | str) -> Totals:
    found = [Decimal(value) for value in values]
    return Totals(sum(found, Decimal(0)), len(found), found[-1])


HAND_WORKED = [
    ("revenue / orders", "pendapatan / jumlah pesanan", Unit.CURRENCY, Decimal(50_000)),
    ("(revenue - cost of goods) / revenue", "(omzet − hpp) : omzet", Unit.PERCENT, Decimal(40)),
    ("revenue * 0.1", "pendapatan × 0,1", Unit.CURRENCY, Decimal(20_000)),
    ("last(active customers) - new customers", "terakhir(pelanggan aktif) - pelanggan baru", Unit.NUMBER, Decimal(18)),
    ("(revenue - before(revenue)) / before(revenue)", "(omzet - sebelumnya(omzet)) / sebelumnya(omzet)",
     Unit.PERCENT, Decimal(25)),
    ("cost of goods / mean(stock)", "hpp / rata-rata(stok)", Unit.NUMBER, Decimal(4)),
    ("(active customers - start(active customers)) / start(active customers)",
     "(pelanggan aktif - awal(pelanggan aktif)) / awal(pelanggan aktif)", Unit.PERCENT, Decimal(25)),
    ("revenue * gross margin", "omzet x margin kotor", Unit.CURRENCY, Decimal(80_000)),
    ("1 - gross margin", "1 - margin kotor", Unit.PERCENT, Decimal(60)),
    ("revenue * margin rate", "omzet × margin rate", Unit.CURRENCY, Decimal(90_000)),
    ("margin rate - gross margin", "margin rate - margin kotor", Unit.PERCENT, Decimal(5)),
    ("customer nps / 2 + 50", "nps pelanggan / 2 + 50", Unit.SCORE, Decimal(60)),
]  # fmt: skip
LOGGED_VALUES = {
    "revenue": totals(150_000, 50_000), "revenue@before": totals(160_000), "orders": totals(3, 1),
    "cost_of_goods": totals(120_000), "active_customers": totals(22, 20), "active_customers@start": totals(9, 16),
    "new_customers": totals(2), "stock_value": totals(20_000, 40_000), "margin_rate": totals(40, 50),
    "customer_promoters": totals(5), "customer_passives": totals(2), "customer_detractors": totals(3),
}  # fmt: skip


@pytest.mark.parametrize(("english", "indonesian", "unit", "value"), HAND_WORKED)
def test_a_formula_gives_the_figure_worked_by_hand(english: str, indonesian: str, unit: Unit, value: Decimal) -> None:
    kpis = {**KPIS, "margin_rate": MARGIN_RATE}
    for text, language in ((english, "en"), (indonesian, "id")):
        formula = read(text, language)
        check_units(formula, unit, kpis)
        kpi = own("mine", unit, formula=expand(formula, kpis, "mine"))
        assert figure(kpi, LOGGED_VALUES).value == value, language


class TestUnits:
    @pytest.mark.parametrize(
        ("text", "units"),
        [
            ("money + money2", [Unit.CURRENCY]),
            ("money * count * percent * score * 2", [Unit.CURRENCY]),
            ("-money", [Unit.CURRENCY]),
            ("money / count", [Unit.CURRENCY]),
            ("money / rate", [Unit.CURRENCY]),
            ("time - time2", [Unit.DURATION]),
            ("time / count", [Unit.DURATION]),
            ("money / money2", [Unit.PERCENT, Unit.NUMBER, Unit.SCORE]),
            ("money / money2 * time", [Unit.DURATION]),
            ("time / time2", [Unit.PERCENT, Unit.NUMBER, Unit.SCORE]),
            ("count / count2", [Unit.PERCENT, Unit.NUMBER, Unit.SCORE]),
            ("count / count2 + 1", [Unit.PERCENT, Unit.NUMBER, Unit.SCORE]),
            ("count + 5", [Unit.NUMBER]),
            ("1 - rate", [Unit.PERCENT]),
            ("percent + rate", [Unit.PERCENT]),
            ("percent * rate", [Unit.PERCENT]),
            ("count * rate", [Unit.NUMBER]),
            ("score + nps + 5", [Unit.SCORE]),
            ("score * percent", [Unit.SCORE]),
            ("count * score", [Unit.NUMBER, Unit.SCORE]),
            ("score / 5", [Unit.PERCENT, Unit.SCORE]),
            ("0.5 * count + 20 * percent + score", [Unit.SCORE]),
            ("count / count2 * percent", [Unit.PERCENT, Unit.NUMBER, Unit.SCORE]),
        ],
    )
    def test_what_a_formula_gives_is_told_likeliest_first(self, text: str, units: list[Unit]) -> None:
        assert list(unit_of(of_units(text), UNITS)) == units
        for unit in units:
            check_units(of_units(text), unit, UNITS)
        for unit in set(Unit) - set(units):
            assert unit_refusal(text, unit).key.startswith("kpis.formula.gives_")

    @pytest.mark.parametrize(
        ("text", "what", "left", "right"),
        [
            ("money + count", "adds_money", "currency", "number"),
            ("money - 5", "adds_money", "currency", "5"),
            ("time + money", "adds_money", "duration", "currency"),
            ("time + 5", "adds_time", "duration", "5"),
            ("count + (rate + percent)", "adds_percent", "number", "rate + percent"),
            ("count - score", "adds_other", "number", "score"),
            ("2 * (money * money2)", "times_money", "currency", "money2"),
            ("(time + time2) * money", "times_both", "duration + time2", "currency"),
            ("5 / money", "per_money", "5", "currency"),
            ("time / money", "per_money", "duration", "currency"),
            ("1 / time", "per_time", "1", "duration"),
        ],
    )
    def test_nonsense_is_refused_with_its_two_sides(self, text: str, what: str, left: str, right: str) -> None:
        refused = unit_refusal(text, Unit.NUMBER)
        assert refused.key == f"kpis.formula.{what}"
        assert refused.values == {"left": left, "right": right}

    def test_the_sides_are_told_by_name_and_in_the_readers_language(self) -> None:
        t = texts.t("id")
        with pytest.raises(DomainError) as caught:
            check_units(
                read("revenue + before(orders) * 0.5"), Unit.NUMBER, KPIS, lambda kpi: t(f"kpi.{kpi.key}"), "id"
            )
        assert caught.value.values == {"left": "Pendapatan", "right": "sebelumnya(Pesanan) × 0,5"}

    def test_a_score_told_a_hundredfold_must_be_a_share(self) -> None:
        check_units(of_units("count / count2"), Unit.SCORE, UNITS, per_hundred=True)
        assert unit_refusal("score + nps", Unit.SCORE, per_hundred=True).key == "kpis.formula.no_share"

    def test_numbers_of_both_signs_below_are_refused_and_a_kpi_is_not(self) -> None:
        for below in (Fraction(0), Fraction(-2)):
            with pytest.raises(DomainError, match="zero_below"):
                unit_of(Ratio(Term("number"), Constant(below)), UNITS)
        assert unit_of(Ratio(Term("number"), Constant(Fraction(2))), UNITS)


class TestPuttingIn:
    def test_a_percentage_is_a_share_and_the_factor_makes_it_one_again(self) -> None:
        mine = own("mine", Unit.PERCENT, formula=expand(Term("percent", Reading.MEAN), UNITS))
        assert mine.formula == Ratio(Term("percent", Reading.MEAN), Constant(Fraction(100)))
        assert figure(mine, {"percent": totals(40, 50)}).value == 45

    def test_derived_kpis_become_their_formulas(self) -> None:
        inner = Ratio(Term("number"), Term("count2"))
        assert expand(Reference("rate"), UNITS) == inner
        assert expand(Reference("nps"), UNITS) == Product(Constant(Fraction(100)), inner)
        assert expand(Sum(Reference("rate"), Constant(Fraction(1))), UNITS) == Sum(inner, Constant(Fraction(1)))
        assert expand(Term("score", Reading.MEAN), UNITS) == Term("score", Reading.MEAN)

    def test_formulas_within_formulas_are_put_in_to_the_last_one(self) -> None:
        kpis = chain(9, Product(Term("leads"), Constant(Fraction(2))))
        assert expand(Reference("k0"), kpis) == Product(Term("leads"), Constant(Fraction(2)))
        assert references(expand(Reference("k0"), kpis)) == ()

    def test_how_deep_it_goes_does_not_depend_on_the_order(self) -> None:
        kpis = chain(10, Term("leads"))
        expand(Sum(Reference("k3"), Reference("k1")), kpis)
        for formula in (Sum(Reference("k3"), Reference("k0")), Sum(Reference("k0"), Reference("k3"))):
            with pytest.raises(DomainError, match="too_deep"):
                expand(formula, kpis)

    def test_all_at_once_is_each_by_itself(self) -> None:
        kpis = {**KPIS, **UNITS, "both": own("both", formula=Sum(Reference("rate"), Reference("nps")))}
        found, refused = expanded(kpis)
        assert list(found) == list(kpis)
        assert not refused
        for key, kpi in kpis.items():
            assert found[key] == (kpi if kpi.formula is None else replace(kpi, formula=expand(kpi.formula, kpis)))

    def test_twenty_terms_of_twenty_terms_are_refused_at_once(self) -> None:
        wide = {f"k{n}": own(f"k{n}", formula=read_formula(" + ".join([f"{{k{n + 1}}}"] * 20))) for n in range(8)}
        began = time.process_time()
        with pytest.raises(DomainError, match="too_large"):
            expand(Reference("k0"), {**wide, "k8": own("k8", formula=Term("leads")), "leads": own("leads")})
        assert time.process_time() - began < 1

    def test_what_changed_since_the_formula_was_written_is_followed_where_it_can_be(self) -> None:
        kpis = {"logged": own("logged", aggregation=Aggregation.LAST), **chain(1, Term("leads"))}
        assert expand(Reference("logged"), kpis) == Term("logged", Reading.LAST)
        assert expand(Term("k0"), kpis) == Term("leads")

    def test_a_reference_that_was_not_put_in_is_never_computed(self) -> None:
        with pytest.raises(ValueError):
            evaluate(Sum(Term("a"), Reference("rate")), {Term("a"): Fraction(1)})


class TestCircles:
    def circle(self, length: int) -> dict[str, Kpi]:
        return chain(length, Sum(Term("leads"), Reference("k0")))

    @pytest.mark.parametrize("length", [1, 2, 15, 2_000])
    def test_they_are_found_however_long(self, length: int) -> None:
        with pytest.raises(DomainError) as caught:
            expand(Reference("k0"), self.circle(length))
        assert caught.value.key == "kpis.formula.cycle"
        way = caught.value.values["path"].split(" → ")
        assert (len(way), way[0], way[-1]) == (length + 1, "k0", "k0")

    def test_they_leave_all_other_kpis_as_they_are(self) -> None:
        kpis = {
            **self.circle(3),
            "over": own("over", formula=Reference("k1")),
            "own": own("own", formula=Term("leads")),
        }
        found, refused = expanded(kpis)
        assert {key: refusal.key for key, refusal in refused.items()} == dict.fromkeys(
            ("k0", "k1", "k2", "over"), "kpis.formula.cycle"
        )
        assert found["own"] == kpis["own"]
        assert figure(found["over"], {"leads": Totals(Decimal(3), 1, Decimal(3))}).value is None

    def test_a_new_formula_closes_a_circle_that_the_old_one_did_not(self) -> None:
        kpis = {"a": own("a", formula=Term("leads")), "b": own("b", formula=Reference("a")), "leads": own("leads")}
        assert expand(Reference("b"), kpis) == Term("leads")
        with pytest.raises(DomainError) as caught:
            expand(Sum(Term("leads"), Reference("b")), kpis, "a", lambda kpi: kpi.key.upper())
        assert caught.value.values["path"] == "A → B → A"

    def test_a_kpi_cannot_name_itself(self) -> None:
        for formula in (Reference("new"), Term("new")):
            with pytest.raises(DomainError, match="cycle"):
                expand(formula, {"leads": own("leads")}, "new")

    def test_every_version_can_be_asked_to_be_free_of_them(self) -> None:
        versions = {"b": [Term("leads"), Reference("c")], "c": [Term("leads"), Reference("a")]}
        check_cycles("x", Reference("b"), lambda key: versions.get(key, []), {})
        with pytest.raises(DomainError) as caught:
            check_cycles("a", Reference("b"), lambda key: versions.get(key, []), {})
        assert caught.value.values["path"] == "a → b → c → a"

    def test_two_ways_to_the_same_kpi_are_no_circle(self) -> None:
        kpis = {
            "a": own("a", formula=Sum(Reference("b"), Reference("c"))),
            "b": own("b", formula=Reference("c")), "c": own("c", formula=Term("leads")), "leads": own("leads"),
        }  # fmt: skip
        assert expand(Reference("a"), kpis) == Sum(Term("leads"), Term("leads"))
