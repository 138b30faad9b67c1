"""What a build costs, beside what it would cost at least.

`command` makes the companies and starts each step as a process of its own, so that none uses the
memory of another; `steps` are what such a process does and measures; `floor` scans and writes the
same tables once; `empty_project` has as many nodes and does nothing; `page` writes the page."""
