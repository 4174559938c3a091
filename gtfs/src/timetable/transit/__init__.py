"""One search over timetables: compact arrays that map into memory, rounds over them, and what is late laid on
top.
"""
