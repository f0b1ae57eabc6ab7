/// The sentences of the reference that are not about one key.
enum ReferenceProse {
  /// Titles of tables that stand in several places.
  static let titles = [
    "mock": "Mock", "icons[]": "Icons", "behavior": "Behavior", "complete": "Suggestions",
    "complete.variants[]": "Suggestions with a condition", "validation": "Validation",
    "server.validation": "Validation",
  ]

  /// The page up to the keys of the top.
  static let opening = #"""
    # Configuration

    Every key that a file may hold. The page is made from the declarations that the check uses; `METIS_RENEW=1 swift test
    --filter DescribingTests` makes it anew. [metis.schema.json](metis.schema.json) says the same to editors,
    [definition.schema.json](definition.schema.json) for the files of folders.

    `metis config validate FILE…` checks files without starting anything; a mistake is shown with its file, line, column
    and key, what was expected, and the nearest key that exists.

    ## Files

    - **Formats**: TOML 1.1 (`.toml`), YAML 1.2 with the core schema (`.yaml`, `.yml`), JSON (`.json`). The ending tells which. All
      three give the same tree, and one file of a format may name folders with files of another.
    - **Layers**, in rising order of what counts: each `--config` in its order, after each its overlay, then each `--set`, then options such
      as `--port`. The overlay of `metis.toml` with `METIS_ENV=production` is `metis.production.toml` beside it, in any of the formats; a
      `.base` at the end of a name is left out: `metis.base.toml` has the same one. A file may have none; where no file has one, a
      warning says so.
    - **Merging**: tables entry by entry. Definitions, the entries of `[[tools]]` and the like, are matched by their name or URI: what a
      higher layer says of one that is there already is merged over it, arrays as a whole; others are added. A layer above the one that names
      a folder is laid over the definitions in it as well. Outside of definitions arrays of tables, such as `[[server.icons]]`, are
      appended from file to file; of everything else the higher layer counts. Two definitions of one name in one file are an error.
    - **Settings** of the command line: `--set server.port=3001`, `--set tools.greet.mock.seed=7`, `--set tools[0].title=First`,
      `--set 'resources."db://users".title=Users'`. The value is one of TOML where it can be read as such, else a text. Arrays are replaced.
      Other processes see the command line: give a secret as `${NAME}` or `${file:PATH}`.
    - **References** in texts, not in keys: `${NAME}` is a variable of the environment, and an error where that is not set;
      `${NAME:-default}` has a default, for an empty one too; `${file:PATH}` is the text of a file of at most 64 KiB, without the line
      feed at its end; `$${` is a literal `${`. Such a text may stand for a number or a truth value. Messages never quote it.
    - **Paths** that are relative stand against the folder of the file that they are in, those of `--set` against the working directory.
    - **Definitions** are entries of `[[tools]]`, `[[resources]]`, `[[resource_templates]]` and `[[prompts]]`, or files in a folder. Such a file holds
      one definition, with its keys at the top, or several in the arrays of the same names, or is an array (YAML, JSON). Folders are read with
      those below them, in the order of the paths; hidden files do not count. A folder's key belongs above the first `[table]` of a TOML file; at
      the end it is taken as the top's, with a warning.
    - **Defaults** of definitions have three levels: `[defaults]` for all, `[defaults.tools]` and the like for a kind, `[groups.<name>]` for
      definitions with that `group`. The nearest counts, and what a definition says itself counts most.
    - **Secrets** that stand in the clear in a file are warned about: refer to a variable or a file.
    - **Changes** take effect with the next reload, but for keys that say **at the next start**. Keys with **no effect yet** are read and
      checked, and a warning names them. Any other unknown key is an error.

    ## The top

    """#

  /// What opens the sections without an effect.
  static let later = """
    ## Sections without effect yet

    They are read and checked, and a warning names each. What they describe belongs to later versions.
    """

  /// What follows the keys of a table, by its path.
  static let notes = [
    "server.transport": transports,
    "tools[]": parameterHeaders,
    "complete": suggestions,
    "mock": strategies,
  ]

  private static let transports = """
    `[server.transport.http]`, numbers; the plugin checks them:

    | Key | Default | Meaning |
    |---|---|---|
    | `header_timeout_ms` | 10000 | from the first byte of a request to the end of its head; also the handshake of TLS |
    | `body_timeout_ms` | 30000 | from the end of a head to the end of its body |
    | `idle_timeout_ms` | 75000 | between two requests of a connection |
    | `write_timeout_ms` | 30000 | how long a peer may take nothing of its answer |
    | `max_header_bytes` | 16384 | a request head; more: 431 |
    | `max_target_bytes` | 8192 | a request target; more: 414 |
    | `max_headers` | 100 | header fields; more: 431 |
    | `max_body_bytes` | 4194304 | a decoded body; more: 413 |
    | `max_connections` | 65536 | open connections; further ones wait |
    | `max_pipelined` | 256 | requests of one connection before others get their turn |
    | `stream_queue_bytes` | 262144 | unsent bytes over which a stream is busy; twice as many are its bound |
    | `stream_resume_bytes` | a quarter of that | unsent bytes under which a busy stream goes on |

    `[server.transport.stdio]`: `max_line_bytes` (4194304), the bytes of a message; longer ones are skipped and logged.
    """

  private static let parameterHeaders = """
    A property of `input_schema` may have `x-mcp-header = "Name"`: clients of 2026-07-28 repeat its value in the header
    `Mcp-Param-Name`. Its type is string, integer or boolean, alone or with null; only `properties` lead to it; the name is a token
    of RFC 9110 and unique without regard to case.
    """

  private static let suggestions = """
    In place of the table may stand an array of texts, its `values`, or an array of tables with the keys of its `variants`, of which one
    may lack `when`:

    ```toml
    [[resources]]
    uri = "repo://{owner}/{name}"
    mock = { strategy = "echo" }

    [resources.complete]
    owner = ["ann", "bob"]
    name = [
      { when = { owner = "ann" }, values = ["apples", "apricots"] },
      { values = ["notes"], match = "contains" },
    ]
    ```
    """

  private static let strategies = """
    The settings of the strategies: [static](../../Plugins/StaticStrategy/README.md),
    [echo](../../Plugins/EchoStrategy/README.md), [random](../../Plugins/RandomStrategy/README.md).
    """
}
