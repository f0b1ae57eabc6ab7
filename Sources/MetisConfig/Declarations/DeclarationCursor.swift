/// A position in the declarations, beside a position in a tree of values: what is declared for the
/// value that a walk has come to.
struct DeclarationCursor {
  /// The kinds that the value may be of; empty where nothing is declared, as in a plugin's table.
  private(set) var kinds: [KeyDeclaration.Kind]

  /// The declaration of the key that led here; nil at the top and for undeclared keys.
  private(set) var declaration: KeyDeclaration?

  /// Whether a key on the way here is declared to hold a secret.
  private(set) var isSecret = false

  /// The top of `table`.
  init(_ table: TableDeclaration) { kinds = [.table(table)] }

  private init(_ kinds: [KeyDeclaration.Kind], _ declaration: KeyDeclaration?, isSecret: Bool) {
    self.kinds = kinds.flatMap(Self.alternatives)
    self.declaration = declaration
    self.isSecret = isSecret || declaration?.isSecret == true
  }

  private static func alternatives(_ kind: KeyDeclaration.Kind) -> [KeyDeclaration.Kind] {
    if case .oneOf(let kinds) = kind { return kinds.flatMap(alternatives) }
    return [kind]
  }

  /// The tables that the value may be.
  var tables: [TableDeclaration] {
    kinds.compactMap { if case .table(let table) = $0 { table } else { nil } }
  }

  /// The position of the entry `key` of a table.
  func entry(_ key: String) -> DeclarationCursor {
    var found: [KeyDeclaration.Kind] = []
    var declaration: KeyDeclaration?
    for kind in kinds {
      switch kind {
      case .table(let table), .tables(let table):
        if let known = table[key] {
          found.append(known.kind)
          declaration = declaration ?? known
        } else if case .each(let kind) = table.others {
          found.append(kind)
        }
      case .map(let kind): found.append(kind)
      default: break
      }
    }
    return DeclarationCursor(found, declaration, isSecret: isSecret)
  }

  /// The position of an element of an array.
  var element: DeclarationCursor {
    let found: [KeyDeclaration.Kind] = kinds.compactMap { kind in
      switch kind {
      case .array(let element): element
      case .tables(let table): .table(table)
      default: nil
      }
    }
    return DeclarationCursor(found, declaration, isSecret: isSecret)
  }
}
