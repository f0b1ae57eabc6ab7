"""Sizes, names, words."""

import re
import tomllib

NOTE_LINES = 400
MOST_LINES = 500
CODE = (".swift", ".c", ".h", ".cpp", ".hpp", ".rs", ".py", ".sh")


def is_rule(path):
    """The rules and their tests have to spell what they forbid."""
    return path.is_relative_to("scripts/tidiness") or path.is_relative_to("Tests/Tidy")


def sizes(tree):
    for path in tree.files:
        if path.suffix in CODE or path.name == "Package.swift":
            count = len(tree.lines(path)) - 1
            if count > MOST_LINES:
                tree.breach(path, count, f"{count} lines, expected at most {MOST_LINES}: split it")
            elif count > NOTE_LINES:
                tree.note(path, f"{count} lines: does it have one subject?")


TYPE = re.compile(r"\b(?:class|struct|enum|actor|protocol|typealias)\s+(\w*(?:Manager|Helper|Util)\w*)")


def banned_names(tree):
    for path in tree.files:
        if is_rule(path):
            continue
        if path.suffix in (".swift", ".h", ".c", ".cpp", ".rs", ".py"):
            for number, line in enumerate(tree.lines(path), 1):
                if found := TYPE.search(re.sub(r"(//|#|\*).*", "", line)):
                    tree.breach(path, number, f"{found[1]} says nothing: name what it is or does")
            if re.search(r"Manager|Helper|Util", path.stem):
                tree.breach(path, 1, f"{path.name} says nothing: name what it holds")


def open_work(tree):
    for path in tree.texts():
        if is_rule(path):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            if found := re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                tree.breach(path, number, f"{found[1]}: do it now, or write an issue")


MACHINE = re.compile(r"(?<![\w./~-])/(?:work|farm|root|Users/\w+|home/\w+)/")


def machine_paths(tree):
    for path in tree.texts():
        if is_rule(path):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            if found := MACHINE.search(line):
                tree.breach(path, number, f"{found[0]}… is a path of one machine")


def manifests(tree):
    """Every manifest of a plugin is TOML."""
    for path in tree.files:
        if path.suffix == ".toml" and (path.is_relative_to("plugins.d") or "plugins.d" in path.parts):
            try:
                tomllib.loads(tree.text(path))
            except tomllib.TOMLDecodeError as error:
                tree.breach(path, 1, f"is no TOML: {error}")
