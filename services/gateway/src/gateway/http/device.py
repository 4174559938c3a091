"""What somebody signs in with, as far as the browser says: enough to tell a lost phone from others."""

import re

from gateway.store.sessions import Device

# The first that is found counts: most browsers also name those they descend from.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?(?:iOS)?/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+ (?:Mobile/\S+ )?Safari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad|iPod)\b")),
    ("Windows", re.compile(r"\bWindows NT\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_LONGEST = 500


def device_of(user_agent: str) -> Device:
    """Return the kind of device that a ``User-Agent`` names; versions and models are not kept."""
    told = user_agent[:_LONGEST]
    browser = _first(_BROWSERS, told)
    system = _first(_SYSTEMS, told)
    if "iPad" in told or (system == "Android" and browser and "Mobile" not in told):
        return Device("tablet", browser, system)
    if system in ("Android", "iOS"):
        return Device("phone", browser, system)
    if system and browser:
        return Device("computer", browser, system)
    return Device("other", browser, system)


def _first(known: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, pattern in known if pattern.search(text)), "")
