"""The pages in a real browser, on what the demo stored: on a phone, at a desk, with scripts and without."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "pages"
"""What the pages look like, for whoever wants to see it; git leaves this folder alone."""
LOOKS = {"desk": (1200, 900, "light"), "phone": (390, 844, "dark")}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PATIENCE = 60.0  # seconds

pytestmark = pytest.mark.timeout(600)


def missing(what: str) -> None:
    """Skip, or fail where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {what}")
    pytest.skip(f"no {what}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of `sirwan serve` after `sirwan demo`."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    command = [sys.executable, "-c", "from services.cli import main; main()"]
    subprocess.run(
        [*command, "demo"],
        env=kept | {"SIRWAN_HOME": str(home)},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    own = {"SIRWAN_HOME": str(home / "demo"), "SIRWAN_WEB_PORT": "0", "SIRWAN_WEB_RATE": "0"}
    with subprocess.Popen(
        [*command, "serve"], env=kept | own, cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[0].rstrip("/")
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("Chromium: apt install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rules, installed as their lock says, in a folder of the test's own."""
    npm = shutil.which("npm")
    if npm is None:
        missing("npm")
    folder = tmp_path_factory.mktemp("axe")
    shutil.copytree(ROOT / "tests" / "e2e" / "browser", folder, dirs_exist_ok=True)
    subprocess.run([str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def paths(address: str) -> dict[str, str]:
    """One address of every kind of page."""
    hits = httpx.get(f"{address}/api/search", params={"q": "gas"}).json()["hits"]
    spun = next(hit for hit in hits if hit["copy_verdict"] == "spun")
    arabic = httpx.get(f"{address}/api/search", params={"language": "ar"}).json()["hits"][0]
    of = httpx.get(f"{address}/api/article/{spun['page_id']}").json()["article"]["copy"]["of"]
    return {
        "search": "/?q=gas",
        "story": f"/story/{spun['story_id']}",
        "article": f"/article/{spun['page_id']}",
        "arabic": f"/article/{arabic['page_id']}",
        "compare": f"/compare?a={of}&b={spun['page_id']}",
        "sources": "/sources",
        "pipeline": "/pipeline",
        "trace": f"/trace?page={spun['page_id']}",
        "problem": "/nothing",
    }


@contextmanager
def opened(browser: Browser, **context: Any) -> Iterator[tuple[Page, list[str]]]:
    """A tab, and everything it complains of."""
    with browser.new_context(**context) as made:
        page, said = made.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page, said


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_readable_by_everybody(
    browser: Browser, address: str, paths: dict[str, str], axe: str, look: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    width, height, scheme = LOOKS[look]
    context = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    with opened(browser, **context) as (page, said):
        elsewhere = list[str]()
        page.on("request", lambda request: elsewhere.append(request.url))
        for name, path in paths.items():
            page.goto(address + path)
            page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is too wide"
            assert [line for line in said if "404" not in line] == [], name
            page.evaluate(axe)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            broken = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
            assert broken == [], name
        assert [url for url in elsewhere if not url.startswith(address)] == []


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_an_analyst_finds_the_original_of_a_spun_copy(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, java_script_enabled=script) as (page, said):
        page.goto(address)
        page.get_by_role("searchbox").fill("gas")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="spun", exact=True).click()
        page.wait_for_url("**copy=spun**")
        page.get_by_role("status").filter(has_text="1 article").wait_for()
        page.locator(".hits h2 a").click()
        page.get_by_role("link", name="Compare the two word by word").click()
        page.get_by_role("heading", name="Two texts, word by word").wait_for()
        assert "Prime" in "".join(page.locator(".compared del").all_inner_texts())
        page.go_back()
        page.go_back()
        page.get_by_role("status").filter(has_text="1 article").wait_for()
        assert said == []


def test_a_keyboard_is_enough(browser: Browser, address: str) -> None:
    with opened(browser) as (page, _):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("Natanz")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=Natanz**")
        page.get_by_role("status").filter(has_text="1 article").wait_for()


def test_marks_are_shown_as_they_are_chosen(browser: Browser, address: str, paths: dict[str, str]) -> None:
    colour = "getComputedStyle(document.querySelector('.text mark.for')).backgroundColor"
    with opened(browser, java_script_enabled=True) as (page, _):
        page.goto(address + paths["article"])
        shown = page.evaluate(colour)
        page.get_by_label("why it is relevant").uncheck()
        assert page.evaluate(colour) != shown
