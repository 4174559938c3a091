"""The road room: from a map extract to driving times, lengths and ways.

``router.Router`` is the door for everyone else. ``osm`` and ``build`` make the graph it works on, ahead of
time; ``shortest`` alone knows how fastest ways are found.
"""
