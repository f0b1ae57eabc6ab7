"""Reads the ABI headers: what is declared, and the comment that stands before it.

The headers keep to a plain form (one typedef struct a struct, `/** … */` before what it documents),
so that this small reader suffices; what it does not understand is an error, not a gap.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "Sources" / "MetisPluginAPI" / "include"

TAGS = ("main-thread", "loop-thread", "worker-thread", "call-thread", "any-thread")


@dataclass
class Item:
    """A declaration: kind is define, struct, member, callback (a function type) or function."""

    kind: str
    name: str
    text: str
    doc: str
    line: int
    members: list = field(default_factory=list)

    @property
    def is_function(self):
        return self.kind == "function" or (self.kind == "member" and "(*" in self.text)

    @property
    def tags(self):
        return re.findall(r"\[((?:%s))\]" % "|".join(TAGS), self.doc)


@dataclass
class Header:
    path: Path
    doc: str
    items: list

    @property
    def name(self):
        """As it stands in an include: metis/ext/strategy.h."""
        return str(self.path.relative_to(INCLUDE))

    @property
    def id(self):
        """The extension's or service's id: the first macro that is a text."""
        for item in self.items:
            if item.kind == "define" and item.text.startswith('"'):
                return item.text.strip('"')
        return None

    @property
    def structs(self):
        return [item for item in self.items if item.kind == "struct"]


class Unreadable(Exception):
    pass


COMMENT = re.compile(r"/\*\*(.*?)\*/", re.S)
DEFINE = re.compile(r"#define[ \t]+(\w+)(\([^)]*\))?[ \t]*((?:[^\n]*\\\n)*[^\n]*)")
STRUCT = re.compile(r"typedef\s+struct\s+(\w+)\s*\{(.*?)\}\s*(\w+)\s*;", re.S)
CALLBACK = re.compile(r"typedef\s+[^;{]*?\(\*(\w+)\)\s*\([^;]*?\)\s*;", re.S)
FUNCTION = re.compile(r"(?:METIS_EXPORT\s+)?[\w\s*]+?\b(\w+)\s*\([^;{]*\)\s*;", re.S)
SKIP = re.compile(r"#[^\n]*|extern\s+\"C\"\s*\{|\}|//[^\n]*")


def clean(comment):
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.split("\n")]
    return "\n".join(lines).strip()


def one_line(code):
    return re.sub(r"\s+", " ", code).strip()


def scan(text, path, first_line, inside_struct=False):
    position, pending, items = 0, "", []

    def line():
        return first_line + text.count("\n", 0, position)

    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        if found := COMMENT.match(text, position):
            pending = clean(found[1])
        elif inside_struct:
            found = re.compile(r"[^;]+;").match(text, position)
            if not found:
                raise Unreadable(f"{path}:{line()}: expected a member")
            code = one_line(found[0]).rstrip(";")
            name = re.search(r"\(\*(\w+)\)", code) or re.search(r"(\w+)(?:\[\w+\])?$", code)
            items.append(Item("member", name[1], code, pending, line()))
            pending = ""
        elif found := DEFINE.match(text, position):
            value = one_line(found[3].replace("\\\n", " "))
            if value and found[1] != "METIS_EXPORT":
                items.append(Item("define", found[1] + (found[2] or ""), value, pending, line()))
            pending = ""
        elif found := STRUCT.match(text, position):
            if found[1] != found[3]:
                raise Unreadable(f"{path}:{line()}: struct {found[1]} is typedef'd as {found[3]}")
            body_line = first_line + text.count("\n", 0, found.start(2))
            members = scan(found[2], path, body_line, inside_struct=True)
            items.append(Item("struct", found[1], "", pending, line(), members))
            pending = ""
        elif found := CALLBACK.match(text, position):
            code = one_line(found[0]).rstrip(";")
            items.append(Item("callback", found[1], code, pending, line()))
            pending = ""
        elif found := SKIP.match(text, position):
            pass
        elif found := FUNCTION.match(text, position):
            code = one_line(found[0]).rstrip(";")
            items.append(Item("function", found[1], code, pending, line()))
            pending = ""
        else:
            raise Unreadable(f"{path}:{line()}: not understood: {text[position:position + 60]!r}")
        position = found.end()
    return items


def read(path):
    text = path.read_text()
    first = COMMENT.match(text)
    if not first:
        raise Unreadable(f"{path}:1: a header starts with a /** … */ comment that says what it is")
    rest = text[first.end() :]
    # A macro that an #if defines has no meaning of its own here.
    items = scan(rest, path, 1 + text.count("\n", 0, first.end()))
    return Header(path, clean(first[1]), items)


def all_headers():
    """Every header but the one that includes them all, in the order in which it includes them."""
    order = re.findall(r'#include "(metis/[^"]+)"', (INCLUDE / "metis" / "metis.h").read_text())
    found = sorted(str(p.relative_to(INCLUDE)) for p in INCLUDE.glob("metis/**/*.h"))
    missing = set(found) - set(order) - {"metis/metis.h"}
    if missing:
        raise Unreadable(f"metis/metis.h does not include {', '.join(sorted(missing))}")
    return [read(INCLUDE / name) for name in order]
