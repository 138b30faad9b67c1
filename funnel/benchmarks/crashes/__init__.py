"""Kills builds of a demo company and fills its disk, while a reader looks at the warehouse.

- `command.py`: builds the company twice (up to two cutoffs), runs the trials, prints what came;
- `killed_build.py`: one build that kills itself at one place (in a process of its own);
- `reader.py`: looks at the warehouse every 50 milliseconds, as a BI tool would;
- `trials.py`: the kills of builds, the kills of the swap, full disks, and two builds at once.

Example: the warehouse holds the build up to 24 June; a build up to 1 July is killed when it starts
its third model. Reader and comparison must find the tables of 24 June, row by row. A mixture of the
two builds would be neither."""
