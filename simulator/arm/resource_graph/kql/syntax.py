"""What a query says, before anything is known of the tables: expressions and operators."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | bool | float


@dataclass(frozen=True, slots=True)
class Name:
    """A column."""

    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """What lies inside a value: names of properties, and positions in lists."""

    root: Expression
    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is such as `==` or `!has`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """`operator` is `in`, `!in`, `in~` or `!in~`."""

    operator: str
    left: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`operator` is `and` or `or`."""

    operator: str
    operands: tuple[Expression, ...]


type Expression = Literal | Name | Path | Call | Comparison | Membership | Logic


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that becomes a column; `name` None: the expression says how it is called."""

    name: str | None
    expression: Expression


@dataclass(frozen=True, slots=True)
class Sorting:
    """`nulls_first` None: as the direction has it."""

    expression: Expression
    descending: bool
    nulls_first: bool | None


@dataclass(frozen=True, slots=True)
class Where:
    condition: Expression


@dataclass(frozen=True, slots=True)
class Project:
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Extend:
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class ProjectAway:
    """Names, or beginnings of names with a `*`."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    by: tuple[Sorting, ...]


@dataclass(frozen=True, slots=True)
class Take:
    rows: int


@dataclass(frozen=True, slots=True)
class Count:
    """The operator: how many rows there are."""


@dataclass(frozen=True, slots=True)
class Summarize:
    """`aggregates` are calls such as `count()`; without any, the distinct keys are left."""

    aggregates: tuple[Named, ...]
    by: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class MvExpand:
    """`limit`: so many elements of each row's list."""

    column: Named
    limit: int


@dataclass(frozen=True, slots=True)
class Join:
    """`on` pairs a column of the left with one of the right."""

    outer: bool
    right: Query
    on: tuple[tuple[str, str], ...]


type Operator = Where | Project | Extend | ProjectAway | Order | Take | Count | Summarize | MvExpand | Join


@dataclass(frozen=True, slots=True)
class Query:
    """`table` is in lower case. `has_take`: whether it names how many rows it wants, so that it isn't paged."""

    table: str
    operators: tuple[Operator, ...]

    @property
    def has_take(self) -> bool:
        return any(isinstance(operator, Take) for operator in self.operators)
