"""Words of strangers are never read as markup: every label is plain text, and tooltips go one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, product_sources

ONE_PLACE = "workstation/ui/shared/plain.py"
MAKES_PLAIN = {"style", "setTextFormat"}
NO_WORDS = {"set_icon", "setPixmap"}


def windows() -> list[Source]:
    return [source for source in product_sources() if source.path.startswith("workstation/ui/")]


def name_of(node: ast.expr) -> str:
    return ast.unparse(node)


def labels(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the name and the line of each label; no name for one that nothing is called."""
    named: set[ast.Call] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                for place, value in pairs:
                    if is_label(value):
                        assert isinstance(value, ast.Call)
                        named.add(value)
                        yield name_of(place), node.lineno
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_label(node) and node not in named:
            yield "", node.lineno


def is_label(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QLabel"


def handled(tree: ast.AST) -> set[str]:
    """Return what is given to the theme, made plain, or only ever shows a picture."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in MAKES_PLAIN | NO_WORDS:
            found.add(name_of(node.func.value))
            if node.args:
                found.add(name_of(node.args[0]))
    for node in ast.walk(tree):
        # for label, role in ((first, "body"), (second, "caption")): style(label, role)
        if (
            isinstance(node, ast.For)
            and {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)} & found
        ):
            found |= {
                name_of(part) for part in ast.walk(node.iter) if isinstance(part, ast.Name | ast.Attribute)
            }
    return found


def test_every_label_is_plain_text() -> None:
    wrong = [
        f"{source.path}:{line} {name}"
        for source in windows()
        for name, line in labels(source.tree)
        if name not in handled(source.tree)
    ]
    assert wrong == []


def test_a_label_that_is_left_alone_is_found() -> None:
    tree = ast.parse("a = QLabel(x)\nb, c = QLabel(x), QLabel(y)\ntheme.style(b)\nrow.addWidget(QLabel(z))")
    assert [name for name, _line in labels(tree) if name not in handled(tree)] == ["a", "c", ""]


def is_ours(node: ast.expr) -> bool:
    """Whether these are words of the program itself."""
    is_translated = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translate"
    )
    return is_translated or isinstance(node, ast.Constant)


def test_tooltips_go_one_way() -> None:
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in windows()
        if source.path != ONE_PLACE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setToolTip"
        and not all(is_ours(part) for part in node.args)
    ]
    assert wrong == []
