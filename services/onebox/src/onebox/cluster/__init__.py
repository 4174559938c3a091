"""The cluster shape on one machine: every service and every server it needs, a process of its own."""
