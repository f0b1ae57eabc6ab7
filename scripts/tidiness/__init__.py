"""The rules that scripts/tidy holds."""

from .documentation import documented, examples, links, thread_tags
from .imports import dynamic_loading, foundation, imports, strategies
from .tree import Tree
from .words import banned_names, machine_paths, manifests, open_work, sizes

RULES = [
    imports,
    foundation,
    dynamic_loading,
    strategies,
    sizes,
    documented,
    thread_tags,
    banned_names,
    open_work,
    machine_paths,
    manifests,
    examples,
    links,
]

__all__ = ["RULES", "Tree"]
