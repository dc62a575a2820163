"""A claim's formula: arithmetic on named numbers, and nothing else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from convive.texts import number

MAX_POWER = 64

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": lambda value, digits=0.0: round(value, int(digits)),
}


class FormulaError(ValueError):
    """The formula asks for something that is not arithmetic; ``column`` is its place, counted from 1."""

    def __init__(self, what: str, column: int):
        super().__init__(what)
        self.what = what
        self.column = column


def evaluate(formula: str, inputs: Mapping[str, float]) -> float:
    """The value of ``formula``.

    Numbers, names of ``inputs``, + - * / **, parentheses, min, max, abs and round are allowed. Raises
    :class:`FormulaError` for anything else, and ``ZeroDivisionError`` where the arithmetic has no result.
    """
    return _value(_parsed(formula), inputs)


def names(formula: str) -> set[str]:
    """The names that ``formula`` needs."""
    return {node.id for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Name) and node.id not in _FUNCTIONS}


def written(formula: str, inputs: Mapping[str, float], language: str) -> str:
    """``formula`` with its numbers put in, as one writes it by hand: ``2 × 4 − 1 + 4``."""
    tree = _parsed(formula)
    given = {name: number(value, language, _decimals(value)) for name, value in inputs.items()}

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.copy_location(ast.Name(given.get(node.id, node.id)), node)

    text = ast.unparse(Fill().visit(tree))
    for sign, said in ((" ** ", "^"), (" * ", " × "), (" / ", " ÷ "), (" - ", " − ")):
        text = text.replace(sign, said)
    return text


def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(formula, error.offset or 1) from error


def _value(node: ast.expr, inputs: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            first, second = _value(left, inputs), _value(right, inputs)
            if isinstance(op, ast.Pow) and abs(second) > MAX_POWER:
                raise FormulaError(ast.unparse(node), node.col_offset + 1)
            return float(_BINARY[type(op)](first, second))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _UNARY:
            return float(_UNARY[type(sign)](_value(operand, inputs)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS and args:
            return float(_FUNCTIONS[name](*(_value(argument, inputs) for argument in args)))
        case _:
            raise FormulaError(ast.unparse(node), node.col_offset + 1)


def _decimals(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])
