"""The pages of the documentation, run."""

import re
from pathlib import Path


def run_blocks(page: Path, names: dict[str, object]) -> int:
    """Run the Python of a page, one block after the other; how many there were."""
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"docs/{page.name}, block {number}", "exec"), names)  # noqa: S102 - our own page
    return len(blocks)
