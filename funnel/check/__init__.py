"""Holds the project to its architecture: reads the compiled manifest and prints every breach.

Map. `command` runs the rules and prints; `project` reads the manifest into plain objects; a rule is
a function that takes a project and yields breaches, and its docstring is the rule's sentence:
`layers`, `names`, `words`, `written`, `sizes`, `code`, `definition` hold the simple ones.
`exceptions` reads the excused breaches from exceptions.csv, each with its reason.

The rules in `single` ask a harder question: does anything but the definition decide who is a lead?
They follow every column from the sources to the dashboards, through these modules:

    asked     which stages the definition decides, and which labels and kinds of touch mean them
    marks     what is known of a column: Mark (a column that it comes from), Cell, Table
    origins   where marks begin: labels, evidence, attributes that the definition asks about
    sql       small questions about expressions
    steps     one select: the marks of what it gives, and of what its conditions ask about
    lineage   one query: its selects in order, each read by the next
    choices   the places of a select that choose rows: where, having, join, filter, count, group by
    follow    the whole project: every query in the order of reading; collects what was chosen

Worked example. A model counts leads by a system's own label. The label is marked where it begins,
the mark moves with the column through the first select, and the `where` of the second asks for it:

>>> from funnel.check.asked import Words
>>> from funnel.check.choices import choices
>>> from funnel.check.lineage import Query, parsed
>>> from funnel.check.marks import Cell, Table, marked
>>> label = Cell(marked("label", "int_people_rows_checked.stage_label"))
>>> columns = {"person_key": Cell(), "stage_label": label}
>>> people = Table("int_people_rows_checked", columns, frozenset())
>>> sql = '''
...     with labelled_people as (
...         select person_key, lower(stage_label) as label from intermediate.int_people_rows_checked
...     )
...     select count(*) as lead_count from labelled_people where label = 'mql'
... '''
>>> words = {"label": Words(free=frozenset({"customer"}), decided=(frozenset({"mql"}),))}
>>> query = Query("my_leads", parsed(sql), {"int_people_rows_checked": people}, words)
>>> [(place, str(mark)) for place, mark in choices(query.steps[-1])]
[('where', 'int_people_rows_checked.stage_label -> labelled_people.label')]

`single.labels_decide_no_stage` turns that into a sentence: "my_leads chooses rows in its where by
the label int_people_rows_checked.stage_label -> labelled_people.label; ask fct_lifecycle for the
stage".
Were the condition `label = 'customer'`, a stage that the definition leaves alone, nothing would be
chosen.

>>> sql = sql.replace("'mql'", "'customer'")
>>> query = Query("my_leads", parsed(sql), {"int_people_rows_checked": people}, words)
>>> list(choices(query.steps[-1]))
[]
"""
