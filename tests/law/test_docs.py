"""The pages for users: links that work, pages that can be found, and no error without a word on it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.errors import DunwellError
from tests.law.tracked import read, tracked
from tests.places import REPO_ROOT

PAGES = tracked("*.md")
PACKAGES = ("bot", "connectors", "flows", "handlers", "scheduler", "storage")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Give the target and the anchor of each link from a page to something in the checkout."""
    for target in LINK.findall(FENCED.sub("", read(page))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (REPO_ROOT / page.parent / path).resolve() if path else REPO_ROOT / page, anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page make, as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_link_is_dead(page: Path) -> None:
    dead = [
        f"{target.relative_to(REPO_ROOT)}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert dead == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, fresh = set(), {REPO_ROOT / "README.md"}
    while fresh:
        reached |= fresh
        found = {target for page in fresh for target, _ in links(page.relative_to(REPO_ROOT))}
        fresh = {target for target in found if target.suffix == ".md" and target.exists()} - reached
    assert {REPO_ROOT / page for page in tracked("docs/*.md")} - reached == set()


def errors(root: type[DunwellError] = DunwellError) -> Iterator[type[DunwellError]]:
    """Give every error of ours below `root`, whichever module it stands in."""
    for kind in root.__subclasses__():
        yield kind
        yield from errors(kind)


def test_every_error_is_explained() -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(REPO_ROOT / package)], f"{package}."):
            if not re.search(r"\.(migrations|sandbox)\b|__main__$", module.name):
                importlib.import_module(module.name)
    codes = {
        kind.code for kind in errors() if kind.__module__.startswith(PACKAGES) and "sandbox" not in kind.__module__
    }
    explained = set(re.findall(r"^\| `([a-z_.]+)` \|", read(Path("docs/errors.md")), re.MULTILINE))
    assert explained == codes | {DunwellError.code}
