"""Finds the places of a model's SQL where a person could be wrong by one word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokenizer_core import Token, TokenType

# Quoted text in Jinja may hold its brackets.
INSIDE = r"""(?:"[^"]*"|'[^']*'|[^"'])*?"""
JINJA = re.compile(
    rf"\{{#.*?#\}}|\{{\{{{INSIDE}\}}\}}|\{{%{INSIDE}%\}}",
    re.DOTALL,
)
BOUNDARIES = {
    TokenType.LT: "<=",
    TokenType.LTE: "<",
    TokenType.GT: ">=",
    TokenType.GTE: ">",
}
FUNCTIONS = {
    "min": ["max"],
    "max": ["min", "sum"],
    "sum": ["max"],
    "greatest": ["least"],
    "least": ["greatest"],
}
ZEROS = {"0": "1", "0.0": "1.0", "false": "true"}
# What ends the list after `order by`, when no bracket does.
AFTER_ORDER = {"rows", "range", "groups", "limit", "window", "qualify", "union", "union all"}
# What ends the conditions of a join, when no bracket does.
AFTER_ON = {
    *("left", "inner", "full", "cross", "join", "where", "group by", "order by", "having"),
    *("window", "qualify", "union"),
}
OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET}


@dataclass(frozen=True)
class Edit:
    """Text from `start` to `end` replaced by another; the kind says what is mistaken."""

    kind: str
    start: int
    end: int
    text: str

    def apply(self, sql: str) -> str:
        return sql[: self.start] + self.text + sql[self.end :]


Site = tuple[Edit, ...]
"""One place, with every mistake that can be made there."""


def list_sites(sql: str) -> list[Site]:
    """Every place, in the order of the text; none in comments, Jinja or quoted text."""
    tokens = DuckDB.Tokenizer().tokenize(_without_jinja(sql))
    found = [site for find in FINDERS for site in find(sql, tokens)]
    return sorted(found, key=lambda site: site[0].start)


def _without_jinja(sql: str) -> str:
    """The same length: an expression becomes a name, a statement or comment becomes blanks."""

    def blank(match: re.Match[str]) -> str:
        text = match.group()
        return "j" * len(text) if text.startswith("{{") else " " * len(text)

    return JINJA.sub(blank, sql)


def _text(token: Token) -> str:
    return token.text.lower()


def _replace(kind: str, first: Token, last: Token, text: str) -> Edit:
    return Edit(kind, first.start, last.end + 1, text)


def _joins(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    other = {"left": "inner", "inner": "left"}
    for side, join in pairwise(tokens):
        if join.token_type == TokenType.JOIN and _text(side) in other:
            yield (_replace("join", side, side, other[_text(side)]),)


def _boundaries(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    for token in tokens:
        if token.token_type in BOUNDARIES:
            yield (_replace("boundary", token, token, BOUNDARIES[token.token_type]),)


def _connectives(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    """Not in the conditions of a join, where `or` is a mistake that nobody overlooks.

    The `and` of `between` joins two bounds, not two conditions."""
    bounds: list[int] = []
    joins: list[int] = []
    depth = 0
    for token in tokens:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if joins and (joins[-1] > depth or (joins[-1] == depth and _text(token) in AFTER_ON)):
            joins.pop()
        if token.token_type == TokenType.ON:
            joins.append(depth)
        elif token.token_type == TokenType.BETWEEN:
            bounds.append(depth)
        elif token.token_type == TokenType.AND and bounds and bounds[-1] == depth:
            bounds.pop()
        elif token.token_type in (TokenType.AND, TokenType.OR) and not joins:
            yield (_replace("and/or", token, token, {"and": "or", "or": "and"}[_text(token)]),)


def _functions(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    for name, bracket in pairwise(tokens):
        if bracket.token_type == TokenType.L_PAREN and _text(name) in FUNCTIONS:
            yield tuple(_replace("function", name, name, text) for text in FUNCTIONS[_text(name)])


def _orders(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.ORDER_BY:
            for item in _order_items(tokens, place + 1):
                yield (_other_direction(item),)


def _order_items(tokens: Sequence[Token], place: int) -> Iterator[list[Token]]:
    depth = 0
    item: list[Token] = []
    for token in tokens[place:]:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if depth < 0 or (depth == 0 and _text(token) in AFTER_ORDER):
            break
        if depth == 0 and token.token_type == TokenType.COMMA:
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def _other_direction(item: Sequence[Token]) -> Edit:
    for token in item:
        if _text(token) in ("asc", "desc"):
            return _replace("order", token, token, {"asc": "desc", "desc": "asc"}[_text(token)])
    nulls = next((at for at, token in enumerate(item) if _text(token) == "nulls"), len(item))
    end = item[nulls - 1].end + 1
    return Edit("order", end, end, " desc")


def _unions(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    for union, every in pairwise(tokens):
        if union.token_type == TokenType.UNION and every.token_type == TokenType.ALL:
            yield (_replace("union", union, every, "union"),)


def _defaults(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    """`coalesce(x, 0)`: without the zero, or with a one."""
    for place, token in enumerate(tokens[:-1]):
        if _text(token) == "coalesce" and tokens[place + 1].token_type == TokenType.L_PAREN:
            arguments, last = _arguments(tokens, place + 2)
            default = arguments[-1]
            if len(arguments) == 2 and len(default) == 1 and _text(default[0]) in ZEROS:
                first = arguments[0]
                kept = f"({sql[first[0].start : first[-1].end + 1]})"
                other = ZEROS[_text(default[0])]
                yield (
                    _replace("default", token, last, kept),
                    _replace("default", default[0], default[0], other),
                )


def _arguments(tokens: Sequence[Token], place: int) -> tuple[list[list[Token]], Token]:
    """The arguments after an opening bracket, and the closing one."""
    depth = 0
    arguments: list[list[Token]] = [[]]
    for token in tokens[place:]:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if depth < 0:
            return arguments, token
        if depth == 0 and token.token_type == TokenType.COMMA:
            arguments.append([])
        else:
            arguments[-1].append(token)
    raise ValueError(f"line {tokens[place].line}: a bracket is not closed")


def _ones(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    """`+ 1` or `- 1` after a value: without it."""
    values = {TokenType.VAR, TokenType.NUMBER, *CLOSING}
    for value, sign, one in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_sum = sign.token_type in (TokenType.PLUS, TokenType.DASH) and one.text == "1"
        if is_sum and value.token_type in values:
            yield (Edit("+ 1", value.end + 1, one.end + 1, ""),)


def _distincts(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    for place, token in enumerate(tokens):
        before = _text(tokens[place - 1]) if place else ""
        after = _text(tokens[place + 1]) if place + 1 < len(tokens) else ""
        is_null_safe = before in ("is", "not")
        if token.token_type == TokenType.DISTINCT and not is_null_safe and after != "on":
            yield (Edit("distinct", token.start, tokens[place + 1].start, ""),)


def _null_safe(sql: str, tokens: Sequence[Token]) -> Iterator[Site]:
    """`is distinct from` and `is not distinct from` compared as if nothing were null."""
    for place in range(len(tokens)):
        words = [_text(token) for token in tokens[place : place + 4]]
        if words[:3] == ["is", "distinct", "from"]:
            yield (_replace("null", tokens[place], tokens[place + 2], "!="),)
        elif words == ["is", "not", "distinct", "from"]:
            yield (_replace("null", tokens[place], tokens[place + 3], "="),)


FINDERS = (
    *(_joins, _boundaries, _connectives, _functions, _orders),
    *(_unions, _defaults, _ones, _distincts, _null_safe),
)
