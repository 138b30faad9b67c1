"""Spoils the source tables of a small demo company, and looks for what a build then gets wrong.

company   the demo company, landed typed or as text, and a quick way to build it again and again
records   which rows of the source tables and of the models belong to one person, account or deal
kinds     the ways in which a cell can be spoiled, and what is right for each
cells     draws mutations of cells on separate records; values come from Hypothesis
judge     compares with the unspoilt build, record by record: what became of each mutation
tables    columns and tables that are missing, empty, renamed, doubled or of another type
__main__  the command: `make test-dirt`, or `python -m tests.python.dirt --help`

An example: the amount of one deal becomes `12.345.678,90`. Right is that the deal's own row is in
quarantine with a reason, or is counted with a remark that names the column. A fault is a row that
is lost, a value that is taken or dropped in silence, a change of any other record, a stop, or a
data test that fails. A hundred such cells are spoiled in one build; what one of them does is seen
in the rows of its own group.
"""
