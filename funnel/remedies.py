"""What a fault means and what to do about it: for each of dbt's kinds of tests, and for the
messages of dbt and DuckDB that people meet most often."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of generic test. {table}, {column}, {columns}, {file}, {values}, {to}, {to_column},
    {to_file} and {yml} stand for those of the test."""

    sentence: str
    cause_in_seed: str
    remedy_in_seed: str
    cause_in_model: str
    remedy_in_model: str


TWICE = (
    "A row was added twice, or copied and not changed.",
    "Keep one of the rows in {file}; change or delete the others.",
    "A join in the model multiplies rows, because a seed or a table has a key twice.",
    "Look at the joins in {file}: each table must have one row per key by which it is joined."
    " Delete the second row in the seed, or give the staging model one row per key.",
)
KINDS = {
    "unique": Kind("{table} has several rows with the same {column}.", *TWICE),
    "unique_grain": Kind("{table} has several rows with the same {columns}.", *TWICE),
    "not_null": Kind(
        "{table}.{column} is empty where it must have a value.",
        "A row has an empty cell.",
        "Fill the column {column} in {file}.",
        "A source row lacks the value, or a join in the model finds no partner.",
        "See in {file} where {column} comes from. A source row that cannot be used without it"
        " belongs in quarantine (models/intermediate/row_checks); a seed may lack a row.",
    ),
    "relationships": Kind(
        "{table}.{column} has values that {to}.{to_column} does not list.",
        "A misspelled value, or a value that was renamed in only one of the two places.",
        "Correct the value in {file}, or add it to {to_file}.",
        "The value was misspelled or renamed, or {to} lacks a row.",
        "If the value is right, add it to {to_file}; if not, correct it where {file} reads it.",
    ),
    "accepted_values": Kind(
        "{table}.{column} has values other than {values}.",
        "A misspelled value.",
        "Write one of these values in {file}.",
        "The model gives a new value, or passes one on from a seed or a source.",
        "If the value is wrong, correct it where {file} reads it; if it is right, add it to the"
        " list in {yml}.",
    ),
    "is_between": Kind(
        "{table}.{column} has values that are too small or too large.",
        "A minus or a decimal point is at the wrong place.",
        "Correct the column {column} in {file}.",
        "A step of the model computes it wrongly, or a source has an impossible value.",
        "See in {file} where {column} comes from.",
    ),
    "each_row_holds": Kind(
        "{table} has rows whose {columns} contradict each other, or cannot be.",
        "A cell was changed alone.",
        "Correct {columns} in {file}; the column fault says what is wrong.",
        "A step of the model computes them wrongly.",
        "See in {file} where {columns} come from; the column fault says what is wrong.",
    ),
    "suffixes_hold": Kind(
        "{table} has a rate that is not between 0 and 1, or a count below 0.",
        "",
        "",
        "A numerator counts rows that its denominator leaves out, or a join multiplies them.",
        "See in {file} how the columns below are made. A value that may exceed 1 is a _ratio.",
    ),
}

TYPES = {
    "DECIMAL": "a number such as 1.04",
    "DOUBLE": "a number such as 1.04",
    "BIGINT": "a whole number",
    "INTEGER": "a whole number",
    "DATE": "a date such as 2026-07-01",
    "TIMESTAMP": "a time such as 2026-07-01 12:00:00",
    "BOOLEAN": "true or false",
}


@dataclass(frozen=True)
class Trouble:
    """A message of dbt or DuckDB. Its groups, {file}, {at} (file and line), {database} and
    {similar} (names like the group `unknown`) can stand in the sentences."""

    message: str
    sentence: str
    remedy: str
    cause: str = ""
    replaces_message: bool = True


OPEN_ELSEWHERE = (
    "DuckDB lets one program write to a file, and none read it meanwhile. A notebook, a BI tool or"
    " another build has it open."
)
TROUBLES = (
    Trouble(
        r"Could not set lock on file \"(?P<path>[^\"]+)\".*?held in (?P<program>.+?)"
        r" \(PID (?P<pid>\d+)\)",
        "The database {path} is open in another program: {program}, process {pid}.",
        "Close the connection there (or end that program), then build again. To look at tables"
        " while builds run, open the file that `make publish` writes.",
        OPEN_ELSEWHERE,
    ),
    Trouble(
        r"database file with version number (?P<version>\d+), but we can only read versions between"
        r" (?P<first>\d+) and (?P<last>\d+)",
        "The database {database} was written by another version of DuckDB: its format is"
        " {version}, and the DuckDB of this project reads {first} to {last}.",
        "If the file is newer: set the version of duckdb that wrote it in requirements.txt and run"
        " make again, or let that program write with an older format (attach the file with"
        " storage_version 'v1.0.0'). If it is older: open it with the DuckDB that wrote it,"
        " `export database`, and import it here.",
    ),
    Trouble(
        r"is not a valid DuckDB database file|Corrupt database file",
        "{database} is not a DuckDB database, or it is damaged.",
        "If REVENUE_FUNNEL_DATABASE (or --database) names the wrong file, correct it. If the file"
        " is damaged, move it away, load the source tables again and run `make history-restore`.",
    ),
    Trouble(
        r"No space left on device|Disk quota exceeded|failed to offload data block"
        r"|max_temp_directory_size",
        "The disk is full.",
        "Make room on the disk that {database} is on, then build again: one that was cut short is"
        " repeated as a whole. A built warehouse is several times larger than its source tables.",
        replaces_message=False,
    ),
    Trouble(
        r"Out of Memory Error",
        "DuckDB ran out of memory.",
        "Close other programs, set `threads: 1` in profiles.yml, or give DuckDB a memory_limit"
        " under settings there, so that it writes to disk earlier.",
        replaces_message=False,
    ),
    Trouble(
        r"Permission denied|Read-only file system|attached in read-only mode",
        "A file cannot be written.",
        "Give yourself the right to write to {database}, to the folder it is in, and to the folder"
        " of --target; or choose others.",
        replaces_message=False,
    ),
    Trouble(
        r"CSV Error on Line: (?P<line>\d+)[\s\S]*?converting column \"(?P<column>\w+)\". Could not"
        r" convert string \"(?P<value>.*?)\" to '(?P<type>\w+)",
        "{file}, line {line}: {column} is “{value}”, which is not {type}.",
        "Correct the cell. Numbers have a point and no comma for thousands; a cell with a comma in"
        ' it stands in "quotes".',
    ),
    Trouble(
        r"Row (?P<row>\d+) has (?P<cells>\d+) values, but Table only has (?P<columns>\d+) columns",
        "{file}: row {row} below the header has {cells} values, but the header has {columns}.",
        'Take out the comma that is too many, or put the cell that contains it in "quotes".',
    ),
    Trouble(
        r"Error reading \w+: (?P<yml>\S+) - Runtime Error\s+Syntax error near line (?P<line>\d+)",
        "{yml} is not readable as YAML, near line {line}.",
        "Compare the lines shown with their neighbours: blanks at the start of a line must line up,"
        ' a name ends with a colon, and a text with a colon in it stands in "quotes".',
        replaces_message=False,
    ),
    Trouble(
        r"^Runtime Error\s+Syntax error near line (?P<line>\d+)",
        "dbt_project.yml or profiles.yml is not readable as YAML, near line {line}.",
        "Compare the lines shown with their neighbours: blanks at the start of a line must line up,"
        ' a name ends with a colon, and a text with a colon in it stands in "quotes".',
        replaces_message=False,
    ),
    Trouble(
        r"'(?:\w+\.)*(?P<model>\w+)' \((?P<path>[^)]+)\) depends on a (?P<what>node|source|macro)"
        r" named '(?P<unknown>[\w.]+)' which (?:was not found|is disabled)",
        "{path} refers to {unknown}, and the project has no such model, seed or source.",
        "Correct the name{similar}, or add the file {unknown}.sql under models, or {unknown}.csv"
        " under seeds.",
        "A misspelled name, or a file that was renamed or deleted.",
    ),
    Trouble(
        r"Compilation Error in \w+ \w+ \((?P<path>[^)]+)\)\s+'(?P<unknown>\w+)' is undefined",
        "{path} uses {unknown}, and the project has no such macro or variable.",
        "Correct the name{similar}. A macro stands in a file of its own name under macros.",
        "A misspelled name.",
    ),
    Trouble(
        r"Compilation Error in \w+ \w+ \((?P<path>[^)]+)\)\s+(?P<what>.+)\s+line (?P<line>\d+)\s+"
        r"(?P<text>.+)",
        "{path}, line {line}: Jinja cannot read “{text}” ({what}).",
        "Correct the line: expressions stand in {{{{ }}}}, statements in {{% %}}, and each"
        " {{% if %}} or {{% for %}} has its end.",
        "A bracket, a quote or a percent sign too few or too many.",
    ),
    Trouble(
        r"This model has an enforced contract that failed",
        "{file} does not have the columns that its contract promises.",
        "If the model is right, change the column's name or data_type in the yml that describes it;"
        " if the contract is right, cast or rename the column in the model.",
        "A column was added, removed, renamed or got another type in only one of the two files.",
        replaces_message=False,
    ),
    Trouble(
        r"Parser Error: syntax error at (?:or near )?\"?(?P<text>[^\"\n]+)\"?",
        "{at}: DuckDB cannot read the SQL at “{text}”.",
        "Correct the line. What dbt makes of the file is under target/compiled.",
        "Just before that place: a misspelled word, or a comma or bracket too few or too many.",
        replaces_message=False,
    ),
    Trouble(
        r"(?:Referenced column|does not have a column named) \"(?P<unknown>\w+)\"",
        "{at}: there is no column {unknown}.",
        "Correct the name, or add the column to the model, seed or source that this line reads.",
        "A misspelled column, or one that was renamed where it is read from.",
        replaces_message=False,
    ),
    Trouble(
        r"Table with name \"?(?P<unknown>[\w.]+)\"? does not exist",
        "{at}: there is no table {unknown} in the database.",
        "If it is a source table, load it, or say under what name it is (vars source_schemas and"
        " source_tables); if it is a model, use ref() so that dbt builds it first.",
        "A table that was not loaded or has another name.",
    ),
    Trouble(
        r"Function with name \"?(?P<unknown>\w+)\"? does not exist",
        "{at}: DuckDB has no function {unknown}.",
        "Correct the name.",
        "A misspelled function, or one of another database.",
    ),
    Trouble(
        r"Conversion Error: (?P<what>[^\n]+)",
        "{at}: a value cannot be converted: {what}.",
        "Correct the value where it comes from (a var, a seed or a source table), or read it with"
        " try_cast and set the row's reason_code, so that it goes to quarantine.",
        "A text where a number, a date or true and false is expected.",
    ),
)
