"""A spreadsheet goes into Slack, is shown, recorded and looked at, and comes out again as a file that adds nothing."""

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import Company, Json, both_transports, ephemeral

SHEET = (
    b"Tanggal;Pendapatan;Prospek;Catatan\n"
    b"24/11/2026;Rp 12.500.000;7;PT Maju\n"
    b"25/11/2026;1.250.000,50;3;=1+1\n"
)  # fmt: skip


async def dry_run(person: Actor, command: str, name: str, content: bytes) -> Json:
    """The form once the file was read."""
    assert (await person.command(command))["ok"]
    form = await person.wait_for_view()
    said = await person.submit(form, files={"file": [(name, content)]})
    assert said["ok"], said
    return await person.wait_for_view(
        lambda view: view["id"] == form["id"] and "file" not in [each["block_id"] for each in view["blocks"]]
        and len(view["blocks"]) > 1,
        timeout=20,
    )  # fmt: skip


def stored(company: Company) -> list[tuple[str, str, str, int]]:
    return company.ask('SELECT "on", kpi_key, member_id, value FROM entries ORDER BY "on", kpi_key')


@both_transports
async def test_a_file_goes_in_and_comes_out_again(company: Company) -> None:
    budi = await company.person("U0BUDI")
    form = await dry_run(budi, "/kpi impor", "penjualan.csv", SHEET)
    said = text_of(form)
    assert "siap: 4 nilai baru" in said
    assert "13.750.000" in said
    assert stored(company) == []

    assert (await budi.submit(form))["ok"]
    done = await budi.wait_for_view(lambda view: "Nilai yang dicatat: 4" in text_of(view), timeout=20)
    assert done["id"] == form["id"]
    recorded = [
        ("2026-11-24", "leads", "U0BUDI", 70_000),
        ("2026-11-24", "revenue", "U0BUDI", 125_000_000_000),
        ("2026-11-25", "leads", "U0BUDI", 30_000),
        ("2026-11-25", "revenue", "U0BUDI", 12_500_005_000),
    ]
    assert stored(company) == recorded
    await budi.close(done)
    assert "13.750.000" in text_of(await ephemeral(budi, "/kpi lihat pendapatan minggu ini"))
    await ephemeral(budi, "/kpi batalkan")
    assert company.ask("SELECT count(*) FROM entries WHERE state = 'active'") == [(4,)], "no undo line by line"

    for kind in ("xlsx", "csv"):
        await ephemeral(budi, f"/kpi ekspor {kind}")
        message = await budi.wait_for_dm(
            lambda each, kind=kind: any(file["name"].endswith(kind) for file in each.get("files") or ()), timeout=20
        )
        (file,) = message["files"]
        path = company.folder / f"out.{kind}"
        path.write_bytes(await budi.download(file))
        code, output, errors = await company.denyut("kpi", "import", str(path))
        assert (code, errors) == (0, ""), output
        assert "0 entries recorded, 4 known already." in output
    assert stored(company) == recorded
