"""What has to be written down: public declarations, thread tags, examples, links."""

import re

from abi import headers

DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public|open)\s+(?:(?:static|final|class|mutating|nonmutating|"
    r"indirect|override|convenience|required|nonisolated(?:\(unsafe\))?|consuming|borrowing|lazy|weak|"
    r"unowned|prefix|postfix|infix|distributed|(?:private|internal|fileprivate|package)\(set\))\s+)*"
    r"(struct|class|enum|actor|protocol|func|var|let|init|subscript|typealias|associatedtype|case|"
    r"macro|operator)\b\s*(\w*)"
)
ATTRIBUTE = re.compile(r"^\s*(@\w+(\([^)]*\))?\s*)+$")


def documented(tree):
    """Every public declaration has a doc comment. The one symbol of a plugin has its in plugin.h."""
    for path in tree.under("Sources", "Plugins", suffix=".swift"):
        lines = tree.lines(path)
        for index, line in enumerate(lines):
            found = DECLARATION.match(line)
            if not found or "metis_plugin_entry" in line + lines[index - 1]:
                continue
            above = index - 1
            while above >= 0 and ATTRIBUTE.match(lines[above]):
                above -= 1
            text = lines[above].strip() if above >= 0 else ""
            if not (text.startswith("///") or text.endswith("*/")):
                name = f"{found[1]} {found[2]}".strip()
                tree.breach(path, index + 1, f"public {name} has no doc comment")


def thread_tags(tree):
    """Every function of the ABI says on which threads it runs."""
    folder = tree.root / "Sources/MetisPluginAPI/include"
    for path in tree.under("Sources/MetisPluginAPI/include", suffix=".h"):
        try:
            items = headers.scan(strip_first(tree.text(path)), path, 1)
        except headers.Unreadable as error:
            tree.breaches.append(str(error).replace(str(folder), "Sources/MetisPluginAPI/include"))
            continue
        for item in items:
            inherited = bool(item.tags) or "same thread" in item.doc
            for part in [item, *item.members]:
                if part.is_function and not part.tags and not inherited:
                    line = first_line(tree, path, part.name)
                    tree.breach(path, line, f"{part.name} has no thread tag such as [any-thread]")


def strip_first(text):
    return re.sub(r"\A/\*\*.*?\*/", "", text, count=1, flags=re.S)


def first_line(tree, path, name):
    for number, line in enumerate(tree.lines(path), 1):
        if re.search(r"\b%s\b" % name, line):
            return number
    return 1


def examples(tree):
    """Every example has a test that names it."""
    folders = {path.parent for path in tree.under("Examples") if path.parent.parts[1:]}
    # The top of an example: below Examples/plugins a plugin each, else a configuration each.
    tops = set()
    for folder in folders:
        depth = 3 if folder.parts[1] == "plugins" else 2
        if len(folder.parts) >= depth:
            tops.add("/".join(folder.parts[:depth]))
    tests = [tree.text(path) for path in tree.under("Tests", suffix=(".swift", ".py"))]
    for top in sorted(tops):
        name = top.split("/", 1)[1]
        # By its path, or by the path of its folder and its own name.
        folder, leaf = top.rsplit("/", 1)
        path = re.compile(r'%s(?![\w-])|"%s"' % (re.escape(top), re.escape(name)))
        parts = re.compile(r'%s/.*"%s"' % (re.escape(folder), re.escape(leaf)), re.S)
        if not any(path.search(text) or parts.search(text) for text in tests):
            tree.breaches.append(f"{top}: no test in Tests names it")


LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


def anchors(tree, path):
    found, code = set(), False
    for line in tree.lines(path):
        if line.startswith("```"):
            code = not code
        if not code and (heading := re.match(r"#+\s+(.*)", line)):
            text = re.sub(r"[`*]", "", heading[1]).strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


def links(tree):
    """Links inside the repository lead somewhere."""
    for path in [path for path in tree.files if path.suffix == ".md"]:
        code = False
        for number, line in enumerate(tree.lines(path), 1):
            if line.startswith("```"):
                code = not code
            for target in [] if code else LINK.findall(re.sub(r"`[^`]*`", "``", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (tree.root / path.parent / name).resolve() if name else tree.root / path
                if not file.exists():
                    tree.breach(path, number, f"links to {target}, which does not exist")
                elif anchor and file.suffix == ".md" and file.is_relative_to(tree.root):
                    if anchor not in anchors(tree, file.relative_to(tree.root)):
                        tree.breach(path, number, f"links to {target}: no such heading")
