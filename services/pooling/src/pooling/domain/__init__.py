"""The rules of pooled rides: plain Python, no wire, no store, no clock."""
