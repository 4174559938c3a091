"""Looking at one part of time after the other: nothing is shown twice, and nothing is left out.

The first page of a question about leaving looks at the time from then on; of one about arriving, at the time
up to then. Where nothing is found, farther and farther away. What did not fit on a page comes on the next one
in the same direction, before anything that is farther away.
"""

from collections.abc import Iterator

from journeys.application.question import Page, Period, Question

STEPS_S = (2 * 3600, 6 * 3600, 16 * 3600, 24 * 3600, 24 * 3600)
"""How long the parts are that are looked at until something is found: three days altogether."""
NEAR_STEPS = 2
"""So many of them where there is something already that needs no vehicle."""
FARTHEST_S = 28 * 86_400
"""So far from the time asked pages go."""


def first_page(question: Question) -> Page:
    """Where the first answer begins."""
    if question.arrive_by:
        return Page(question.at_s + 1, earlier=True)
    return Page(max(question.now_s, question.at_s))


def periods(page: Page, now_s: int) -> Iterator[Period]:
    """What to look at, until something is found; nothing that is over."""
    edge_s = page.edge_s
    for number, step_s in enumerate(STEPS_S):
        far_s = edge_s - step_s if page.earlier else edge_s + step_s
        if number == 0 and page.far_s is not None:
            far_s = page.far_s
        begin_s, end_s = max(min(edge_s, far_s), now_s), max(edge_s, far_s)
        if begin_s >= end_s:
            return
        yield Period(begin_s, end_s)
        edge_s = far_s


def neighbours(
    page: Page, looked_at: list[Period], shown: tuple[str, ...], *, complete: bool, question: Question
) -> tuple[Page | None, Page | None]:
    """The pages before and after; None where there is none.

    Parameters
    ----------
    looked_at
        All periods of the page, in their order.
    shown
        The keys of what the page shows of the last of them.
    complete
        Whether that is all there is.
    """
    if not looked_at:
        # Everything that was asked about is over.
        return None, Page(question.now_s)
    begin_s = min(period.begin_s for period in looked_at)
    end_s = max(period.end_s for period in looked_at)
    before: Page | None = Page(begin_s, earlier=True)
    after: Page | None = Page(end_s)
    if not complete:
        last = looked_at[-1]
        known = (*(page.shown if len(looked_at) == 1 else ()), *shown)
        if page.earlier:
            before = Page(last.end_s, earlier=True, far_s=last.begin_s, shown=known)
        else:
            after = Page(last.begin_s, far_s=last.end_s, shown=known)
    if before is not None and before.far_s is None and before.edge_s <= question.now_s:
        before = None
    if after is not None and abs(after.edge_s - question.at_s) > FARTHEST_S:
        after = None
    return before, after
