"""Why a query is refused: the detail that Resource Graph adds to its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.store import Json

if TYPE_CHECKING:
    from simulator.arm.resource_graph.kql.tokens import Token

EXPECTED = "\u01cf"
"""What the parser says it expected at the end: the number of a token in its grammar, as a letter."""


class QueryRefused(Exception):
    """`problem` is an error's detail; where it doesn't stand alone, that of an invalid query goes before it."""

    def __init__(self, problem: Json, *, stands_alone: bool = False) -> None:
        super().__init__(problem["message"])
        self.problem = problem
        self.stands_alone = stands_alone


def detail(code: str, message: str) -> Json:
    """Make one detail of an error."""
    return {"code": code, "message": message}


def parser_failure(token: Token) -> QueryRefused:
    """Say which token the parser didn't expect; a position of 0 is left out, as reported."""
    place = {"line": token.line} | ({"characterPositionInLine": token.column} if token.column else {})
    problem = detail("ParserFailure", "ParserFailure") | place | {"token": token.text}
    return QueryRefused(problem | ({"expectedToken": EXPECTED} if token.is_end else {}))


def not_served(word: str) -> QueryRefused:
    """Refuse what Kusto has and this subset has not, as Azure refuses what Resource Graph has not.

    https://github.com/Azure/azure-powershell/issues/13762
    """
    problem = detail("InvalidQueryLanguage", "InvalidQueryLanguage")
    return QueryRefused(problem | {"line": -1, "characterPositionInLine": -1, "token": word})


def unknown_function(name: str) -> QueryRefused:
    """Refuse a function that Resource Graph does not have, or that is outside of the subset."""
    return QueryRefused(detail("UnknownFunction", f"Unknown function: '{name}'."))


def unknown_table(name: str) -> QueryRefused:
    """Refuse any other table. https://github.com/Azure/azqr/issues/847"""
    text = f"Table {name.lower()} is invalid, unsupported or disallowed."
    return QueryRefused(detail("DisallowedLogicalTableName", text), stands_alone=True)


def meaningless(message: str) -> QueryRefused:
    """Refuse what can be read but means nothing, in Kusto's words where known; the code is not."""
    return QueryRefused(detail("SemanticError", message))
