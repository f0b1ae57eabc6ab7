/// Which members and elements of one value some subschema has evaluated (core, section 11).
struct Evaluated {
  var allProperties = false
  /// Places of members in the object.
  var properties: Set<Int> = []
  /// All elements before this index.
  var items = 0
  /// Elements that `contains` found.
  var contained: Set<Int> = []

  mutating func merge(_ other: Evaluated) {
    allProperties = allProperties || other.allProperties
    properties.formUnion(other.properties)
    items = max(items, other.items)
    contained.formUnion(other.contained)
  }
}

/// Why an evaluation ends before its verdict is complete.
enum Stop: Error {
  /// As many failures as wanted were found.
  case enough
  /// A bound was hit; says which.
  case limit(String)
}

/// One step of a path.
enum PathToken {
  case name(String)
  case index(Int)

  var text: String {
    switch self {
    case .name(let name): name
    case .index(let index): String(index)
    }
  }
}
