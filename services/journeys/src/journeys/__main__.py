"""Run the service as ``python -m journeys``."""

import sys

from service_kit.quick_import import imported

if __name__ == "__main__":
    sys.exit(imported("journeys.process").main())
