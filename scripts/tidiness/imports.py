"""Who may import whom."""

import re

# What the toolchain brings and every target may use.
SYSTEM = {"Swift", "Glibc", "Synchronization"}

# The modules of the project that a target may import, by its folder. Plugins follow their own rule.
TARGETS = {
    "Sources/MetisKit/JSON": set(),
    "Sources/MetisKit/SDK": {"JSON", "MetisPluginAPI"},
    "Sources/Patterns": {"CPCRE2"},
    "Sources/JSONSchema": {"JSON", "Patterns"},
    "Sources/Template": {"JSON"},
    "Sources/JSONRPC": {"JSON"},
    "Sources/MCP": {"JSONRPC", "JSON"},
    "Sources/MetisConfig": {"JSON", "CTOML", "CYAML"},
    "Sources/MetisHost": {
        "JSONRPC", "MCP", "MetisConfig", "JSONSchema", "JSON", "MetisPluginAPI", "CLinux", "CSodium",
        "CBarrier",
    },
    "Sources/metis-host": {"MetisHost", "MetisConfig", "JSON", "CLinux"},
    "Sources/metis": {"MetisHost", "MetisConfig", "JSON", "CSodium", "CLinux"},
}  # fmt: skip

# Modules that plugins share with the host: values without I/O.
SHARED = {"MetisKit", "JSON", "MetisPluginAPI", "JSONSchema", "Patterns", "Template"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"
)


def imported(tree, path):
    for number, line in enumerate(tree.lines(path), 1):
        if found := IMPORT.match(line):
            yield number, found[1]


def plugin_modules(tree):
    """The modules that stand in a plugin's own folder, by the plugin: from Package.swift."""
    own = {}
    manifest = tree.root / "Package.swift"
    text = manifest.read_text() if manifest.exists() else ""
    for found in re.finditer(r'"(\w+)",\s*\[[^\]]*\],\s*path:\s*"Plugins/(\w+)/', text):
        own.setdefault(found[2], set()).add(found[1])
    return own


def imports(tree):
    for folder, allowed in TARGETS.items():
        for path in tree.under(folder, suffix=".swift"):
            for number, module in imported(tree, path):
                if module not in allowed | SYSTEM:
                    names = ", ".join(sorted(allowed)) or "nothing of the project"
                    tree.breach(path, number, f"imports {module}; {folder} may import {names}")
    own = plugin_modules(tree)
    for path in tree.under("Plugins", suffix=".swift"):
        plugin = path.parts[1]
        allowed = SHARED | {plugin} | own.get(plugin, set()) | SYSTEM
        for number, module in imported(tree, path):
            # System libraries stand in modules of Sources/C*.
            is_library = (tree.root / "Sources" / module).is_dir() and re.match(r"C[A-Z]", module)
            if module not in allowed and not is_library:
                tree.breach(
                    path, number,
                    f"imports {module}; a plugin imports MetisKit and libraries of its own",
                )  # fmt: skip


def foundation(tree):
    """No Foundation in what is shipped: it costs start-up, memory and the hot path."""
    for path in tree.under("Sources", "Plugins", "Benchmarks", suffix=".swift"):
        for number, module in imported(tree, path):
            if module.startswith("Foundation"):
                tree.breach(path, number, f"imports {module}; products use Glibc instead")


def dynamic_loading(tree):
    """One file opens libraries: what it checks first cannot be passed by."""
    callers = []
    for path in tree.under("Sources", "Plugins", suffix=(".swift", ".c", ".cpp", ".h")):
        for number, line in enumerate(tree.lines(path), 1):
            if re.search(r"\bdlm?open\s*\(", re.sub(r"//.*", "", line)):
                callers.append((path, number))
                break
    for path, number in callers[1:]:
        tree.breach(path, number, f"calls dlopen; only {callers[0][0]} does")


def strategies(tree):
    """The router knows no strategy by name."""
    names = [path.name for path in (tree.root / "Plugins").glob("*Strategy")]
    words = [name.removesuffix("Strategy").lower() for name in names] or ["static"]
    pattern = re.compile(r'"(%s)"' % "|".join(sorted(words)))
    for path in tree.under("Sources/MetisHost/Routing", suffix=".swift"):
        for number, line in enumerate(tree.lines(path), 1):
            if found := pattern.search(line):
                tree.breach(path, number, f"names the strategy {found[0]}; routes come from tables")
