"""Run the service as ``python -m gateway``."""

import sys

from service_kit.quick_import import imported

if __name__ == "__main__":
    sys.exit(imported("gateway.process").main())
