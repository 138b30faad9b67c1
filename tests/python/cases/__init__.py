"""Cases of data that real connectors land, each with its right values.

A case is a few lines in a yml file of this folder: which rows it changes, and what the marts must
then contain. All cases of a file are landed in one database and built once; each has ids, a
domain and an account of its own, so they don't touch each other. A file that `lands_with` another
shares its database: that saves a build where the tables of the two may have the same columns.

- `base.yml`: the rows that cases start from;
- `company.yml` and others: cases, and how the tables of their company differ;
- `landing.py`: writes the rows of a file into the connectors' tables;
- `answers.py`: what a case can ask the marts.
"""
