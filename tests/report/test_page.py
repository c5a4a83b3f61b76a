# SPDX-License-Identifier: MIT
"""The report page as people use it, in a real Chromium: `make test-page`."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import cloud_providers
from cloudlib.catalog.records import Gpu
from cloudlib.publish import tier
from cloudlib.report import page as report
from cloudlib.report.data import Section
from cloudlib.search import machine, source
from tests.support import chromium
from tests.support.catalogs import FAMILIES, ITYPES, REGIONS, catalog
from tests.support.tree import ROOT

pytestmark = pytest.mark.real_page

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
NAME, PRICE, VCPUS = (f'.tabulator-cell[tabulator-field="{name}"]' for name in ("name", "price", "vcpus"))

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.browser() as started:
        yield started


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the committed catalogs."""
    sections = []
    for name in cloud_providers.PROVIDER_NAMES:
        machines = source.load_file(tier.folder(ROOT, name) / f"catalog.json.{tier.STATIC}")
        provider = cloud_providers.load(name)
        sections.append(
            Section(provider.TITLE, provider.MENU_NAMES, tier.STATIC, machines[0].market, machines)
        )
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report.render(sections), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Browser, whole: Path) -> Iterator[Open]:
    """Open the page; the test fails for whatever the browser complains about, and for any request."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str = "", path: Path = whole, **settings: Any) -> Page:
        context = browser.new_context(**{"viewport": DESK, "color_scheme": "light", **settings})
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        made = context.new_page()
        made.on("console", lambda message: complaints.append(message.text))
        made.on("pageerror", lambda error: complaints.append(str(error)))
        made.on("request", lambda request: complaints.append(request.url) if not own(request.url) else None)
        made.goto(f"{path.as_uri()}{address}")
        made.wait_for_selector("html[data-ready]")
        return made

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def own(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:"))


def until(page: Page, condition: str, arg: object = None) -> None:
    """Wait for a condition. Playwright's own waiting evaluates text in the page, which the policy stops."""
    deadline = time.monotonic() + 120
    while not page.evaluate(condition, arg):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(20)


def count(page: Page) -> int:
    """How many rows pass the filters, as the page says it."""
    return int(page.inner_text("#count").split()[0].replace(",", ""))


def filter_by(page: Page, title: str, text: str) -> None:
    """Type into the filter of a column, and wait for the address to have it."""
    page.get_by_label(f"Filter by {title}", exact=True).press_sequentially(text)
    until(page, "text => decodeURIComponent(location.hash).includes(text)", text)


def column(page: Page, cell: str) -> list[str]:
    return page.locator(cell).all_inner_texts()


def usd(text: str) -> float:
    return float("inf") if text == "unknown" else float(text.removeprefix("$"))


def test_all_machines_are_there_cheapest_first(visit: Open) -> None:
    page = visit()
    assert count(page) > 3000
    prices = [usd(text) for text in column(page, PRICE)]
    assert len(prices) > 10 and prices == sorted(prices)
    assert page.locator("#sources-title ~ .scroll tbody tr").count() == len(cloud_providers.PROVIDER_NAMES)


def test_figures_are_filtered_by_a_range_and_texts_by_a_part(visit: Open) -> None:
    page = visit()
    filter_by(page, "vCPUs", "8..16")
    filter_by(page, "GPU or accelerator", "l4")
    assert 0 < count(page) < 60
    assert {8, 16} >= {int(text) for text in column(page, VCPUS)} - set(range(9, 16))
    page.click("#clear")
    until(page, "!location.hash")
    assert count(page) > 3000


def test_unknown_prices_stand_last_whichever_way_the_table_is_sorted(visit: Open) -> None:
    for direction in ("asc", "desc"):
        page = visit(f"#sort=price:{direction}&f-gpu=h100")
        texts = column(page, PRICE)
        first = texts.index("unknown")
        assert first > 3 and set(texts[first:]) == {"unknown"}
        known = [usd(text) for text in texts[:first]]
        assert known == sorted(known, reverse=direction == "desc")
        assert "is not known" in page.inner_text("#count")


def test_a_title_sorts_with_a_click_and_with_a_key(visit: Open) -> None:
    page = visit()
    title = page.locator('.tabulator-col[tabulator-field="vcpus"]')
    title.locator(".tabulator-col-title").click()
    until(page, "location.hash.includes('vcpus%3Aasc')")
    title.focus()
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('vcpus%3Adesc')")
    assert title.get_attribute("aria-sort") == "descending"
    vcpus = [int(text) for text in column(page, VCPUS)]
    assert vcpus == sorted(vcpus, reverse=True)


def test_a_place_shows_its_own_prices(visit: Open) -> None:
    page = visit()
    page.select_option("#place", "aws/eu-central-1")
    until(page, "location.hash.includes('eu-central-1')")
    filter_by(page, "Machine", "m7i.4xlarge")
    record = next(m for m in machines("aws") if m.name == "m7i.4xlarge")
    assert usd(column(page, PRICE)[0]) == float(record.prices["eu-central-1"].usd_per_hour)
    page.select_option("#place", "area:europe")
    until(page, "location.hash.includes('europe')")
    areas = {name for name, place in record.market.places.items() if place.area == "europe"}
    lowest = min(price.usd_per_hour for name, price in record.prices.items() if name in areas)
    assert usd(column(page, PRICE)[0]) == float(lowest)


def machines(name: str) -> list[machine.Machine]:
    return source.load_file(tier.folder(ROOT, name) / f"catalog.json.{tier.STATIC}")


def test_a_row_for_each_region(visit: Open) -> None:
    page = visit("#rows=region&f-name=m7i.4xlarge")
    record = next(m for m in machines("aws") if m.name == "m7i.4xlarge")
    same = [m for m in machines("aws") if "m7i.4xlarge" in m.name]
    assert count(page) == sum(len(m.regions) for m in same) >= len(record.regions) > 20


def test_a_link_shows_the_same(visit: Open) -> None:
    page = visit()
    page.locator('input[aria-label^="Compare "]').first.check()
    filter_by(page, "GiB", "64..128")
    page.select_option("#group", "provider")
    address = page.evaluate("location.hash")
    other = visit(address)
    assert count(other) == count(page)
    assert other.evaluate("location.hash") == address
    assert other.inner_text("#compare") == "Compare 1"
    assert other.input_value("#group") == "provider"
    assert (
        other.locator(".tabulator-group").all_inner_texts()
        == page.locator(".tabulator-group").all_inner_texts()
    )


def test_an_address_of_nonsense_is_the_plain_page(visit: Open) -> None:
    page = visit("#in=moon&rows=x&sort=nothing:up&f-nothing=1&group=x&compare=a,b&across=x")
    assert count(page) > 3000 and page.is_disabled("#compare")


def test_machines_side_by_side(visit: Open) -> None:
    page = visit("#compare=aws/m7i.4xlarge,azure/Standard_D16s_v6,gce/c4-standard-16")
    page.click("#compare")
    heads = page.locator("#comparison-table thead th").all_inner_texts()
    assert heads[1:] == ["m7i.4xlarge", "Standard_D16s_v6", "c4-standard-16"]
    lines = {
        row[0]: row[1:]
        for row in (line.split("\t") for line in page.locator("#comparison-table tbody tr").all_inner_texts())
    }
    assert lines["vCPUs"] == ["16", "16", "16"] and len(set(lines["USD/h"])) == 3
    differing = page.locator("#comparison-table tr.differs th").all_inner_texts()
    assert "USD/h" in differing and "vCPUs" not in differing
    page.keyboard.press("Escape")
    assert not page.is_visible("#comparison")


def test_a_row_is_copied_as_a_defconfig(visit: Open) -> None:
    page = visit("#in=aws/eu-west-1&f-name=m7i.4xlarge")
    page.get_by_label("Copy m7i.4xlarge as a defconfig").click()
    text = 'CONFIG_TERRAFORM_AWS_INSTANCE_TYPE="m7i.4xlarge"\nCONFIG_TERRAFORM_AWS_REGION="eu-west-1"\n'
    assert page.input_value("#copied-text") == text
    until(page, "document.getElementById('copied-status').textContent.includes('clipboard')")
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_what_is_filtered_is_saved_as_csv(visit: Open, tmp_path: Path) -> None:
    page = visit("#f-gpu=h100&f-gpus=8")
    with page.expect_download() as download:
        page.click("#export")
    download.value.save_as(tmp_path / "saved.csv")
    lines = list(csv.DictReader((tmp_path / "saved.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) == count(page) > 3
    assert {line["GPUs"] for line in lines} == {"8"}
    assert {"unknown"} < {line["USD/h"] for line in lines}


def test_the_chart_has_what_the_table_has(visit: Open) -> None:
    page = visit("#f-gpu=h100")
    label = page.get_attribute("#chart", "aria-label") or ""
    page.select_option("#across", "memory")
    until(page, "document.getElementById('chart').getAttribute('aria-label').includes('memory')")
    assert "vCPUs" in label and "of Lambda Labs" in label
    shown = sum(int(word) for word in label.replace(",", "").split() if word.isdigit())
    assert shown == count(page) - int(page.inner_text("#count").split("price of ")[1].split()[0])


def test_light_dark_and_the_switch(visit: Open) -> None:
    def background(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light, dark = visit(), visit(color_scheme="dark")
    assert background(light) != background(dark)
    light.click("#theme")
    assert background(light) == background(dark) and light.get_attribute("#theme", "aria-pressed") == "true"


def test_a_phone_scrolls_down_only(visit: Open) -> None:
    page = visit(viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".tabulator-responsive-collapse-toggle").first.click()
    assert "Provider" in page.locator(".tabulator-responsive-collapse").first.inner_text()


def test_a_screen_reader_finds_a_grid_with_names(visit: Open) -> None:
    page = visit()
    assert page.get_by_role("grid").count() == 1
    assert page.get_by_role("columnheader", name="USD/h").count() == 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input, main select, main button')].filter("
        "e => !e.getAttribute('aria-label') && !e.labels?.length && !e.textContent.trim()).length"
    )
    assert unnamed == 0


def test_texts_of_a_vendor_stay_texts(visit: Open, tmp_path: Path) -> None:
    bad = '<img src=x onerror="window.ran=1"></script><script>window.ran=1</script>'
    long = tuple(replace(region, long_name=bad) for region in REGIONS)
    types = [replace(t, network="=HYPERLINK(1)", category=bad, gpus=(Gpu(bad, 1),)) for t in ITYPES]
    made = catalog(types, regions=long, provenance=replace(catalog().provenance, source=bad))
    listed = machine.of_catalog(made)
    path = tmp_path / "hostile.html"
    path.write_text(
        report.render([Section("Demo", FAMILIES, "static", listed[0].market, listed)]), encoding="utf-8"
    )
    page = visit("#group=category", path=path)
    page.locator(".tabulator-responsive-collapse-toggle").first.click()
    page.evaluate("const s = document.createElement('b'); s.textContent = 'x'; document.body.append(s)")
    assert page.evaluate("window.ran") is None and page.locator("img").count() == 0
    assert bad in page.locator(".tabulator-group").first.inner_text()
    with page.expect_download() as download:
        page.click("#export")
    download.value.save_as(tmp_path / "saved.csv")
    saved = csv.DictReader((tmp_path / "saved.csv").read_text(encoding="utf-8-sig").splitlines())
    line = next(line for line in saved if line["Machine"] == "m7.large")
    assert line["Network"] == "'=HYPERLINK(1)" and line["Category"] == bad


def test_the_policy_stops_a_script_that_is_not_ours(browser: Browser, whole: Path) -> None:
    page = browser.new_page()
    page.goto(whole.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran=1'; document.body.append(s)"
    )
    assert page.evaluate("window.ran") is None
    page.close()
