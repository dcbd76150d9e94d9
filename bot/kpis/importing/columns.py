"""Which column of a table is what. Two layouts: one entry a row (date, KPI, value), and one day a row with a column for
each KPI, as sales teams keep it. Titles count in every language at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.words import shown
from bot.kpis.vocabulary import Vocabulary, normal


class Column(StrEnum):
    """What a column can be, by the title that exports give it."""

    DATE = "date"
    KPI = "kpi"
    VALUE = "value"
    MEMBER = "member"
    NOTE = "note"
    SOURCE = "source"


TITLES: Mapping[str, Column] = {
    title: column
    for column, titles in {
        Column.DATE: "date,day,tanggal,tgl,hari",
        Column.KPI: "kpi,metric,indicator,metrik,indikator",
        Column.VALUE: "value,amount,figure,number,nilai,jumlah,angka",
        Column.MEMBER: "member,person,name,user,who,salesperson,sales person,anggota,orang,nama,pic",
        Column.NOTE: "note,notes,comment,remark,catatan,keterangan",
        Column.SOURCE: "source,sumber",
    }.items()
    for title in titles.split(",")
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table by their place. `kpis` are those of a KPI each, for a row that is a day; it is empty where
    a row is one entry. `ignored` are the titles nobody knows, `derived` those of KPIs that are computed anyway."""

    header: tuple[str, ...]
    places: Mapping[Column, int]
    kpis: Mapping[int, Kpi]
    ignored: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        return bool(self.kpis)


def is_header(cells: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether a row is the head of a table of KPI entries: a date, and a KPI with its value or a column named after a
    KPI."""
    known = {TITLES.get(normal(cell)) for cell in cells}
    if Column.DATE not in known:
        return False
    return {Column.KPI, Column.VALUE} <= known or any(vocabulary.exactly(cell) for cell in cells if cell)


def layout_of(header: Sequence[str], vocabulary: Vocabulary) -> Layout:
    """The columns under a head. DomainError `kpis.import.no_header` where there is none, `kpi_files.column_twice` where
    two columns are the same thing: which of them is meant would be a guess."""
    if not is_header(header, vocabulary):
        raise DomainError("kpis.import.no_header")
    places: dict[Column, int] = {}
    others: dict[int, Kpi] = {}
    ignored: list[str] = []
    for place, title in enumerate(header):
        column, kpi = TITLES.get(normal(title)), vocabulary.exactly(title) if title else None
        if column in places or (column is None and kpi is not None and kpi in others.values()):
            raise DomainError("kpi_files.column_twice", column=shown(title))
        if column is not None:
            places[column] = place
        elif kpi is not None:
            others[place] = kpi
        elif title:
            ignored.append(title)
    titles = tuple(header)
    if Column.KPI in places and Column.VALUE in places:
        return Layout(titles, places, {}, (*ignored, *(titles[place] for place in others)))
    ignored += [titles[places.pop(column)] for column in (Column.KPI, Column.VALUE) if column in places]
    derived = tuple(titles[place] for place, kpi in others.items() if kpi.is_derived)
    kpis = {place: kpi for place, kpi in others.items() if not kpi.is_derived}
    if not kpis:
        raise DomainError("kpis.import.no_header")
    return Layout(titles, places, kpis, tuple(ignored), derived)
