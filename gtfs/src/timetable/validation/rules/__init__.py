"""The rules, by subject. A rule is a function that looks at a feed's tables and notes what breaks it."""
