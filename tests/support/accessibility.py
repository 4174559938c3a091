"""What axe finds on a page, once nothing on it moves."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_STILL = """async () => {
  const passes = (animation) =>
    animation.playState === 'running' && animation.effect?.getComputedTiming().endTime <= 2000;
  await Promise.allSettled(document.getAnimations().filter(passes).map(({ finished }) => finished));
}"""


def serious(page: Page) -> list[str]:
    """Serious and critical findings: the rule, the element, and what to do about it.

    Colours that fade into others, and what fades in, are waited for: nobody could read them before.
    """
    page.evaluate(_STILL)
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
