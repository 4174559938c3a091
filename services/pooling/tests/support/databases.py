"""On which databases a module's tests run."""

import pytest

ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""What is asked of the database itself: of each kind."""
ON_POSTGRES = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
