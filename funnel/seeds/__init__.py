"""Checks the seeds that people edit, cell by cell, before dbt starts.

- `describe.py`: what the yml files beside the seeds say of each: types, and dbt's own tests;
- `read.py`: reads the CSV files into a database in memory, and says what is wrong with a file;
- `faults.py`: asks that database what each test would ask, and says where the fault is;
- `demo.py`: which seeds still are the demo company's.

Example: the yml of the seed `kpi_list` has the test accepted_values for the column `unit`. If line
2 of the file says `number`, the fault is: seeds/kpi_list.csv, line 2, column unit: “number” is not
one of count, amount, ratio, days.

A test of a definition or of a decision may be off in dbt (`enabled: false`), where a model of its
own lists such faults in sentences; here it is asked all the same."""
