"""Measures how strong the project's tests are: plants mistakes in the models, counts those found.

edits    where a model could be wrong in one place, and how: a join, a comparison, a function
draw     which of all these places are tried, at random, equally many in each folder
project  the dbt project in this process, on a database of its own
judge    what becomes of one mutation: caught by which test, survived, or no difference
run      all of them in several processes, and the list that remains
report   the figures by folder and the list, as CSV and Markdown

An example: `left join` of a model becomes `inner join`. Its unit tests run with the changed SQL;
if all pass, the model is built in a copy of the demo's database and its data tests run; then
each model that reads it, as long as a table differs from what it was. The first failure decides.
"""
