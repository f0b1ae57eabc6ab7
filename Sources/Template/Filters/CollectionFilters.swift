extension Filter {
  /// Filters of arrays and objects.
  static let collectionFilters = [
    Filter("first") { input, _ throws(Fault) in
      if let text = input.value.string { return .string(String(text.prefix(1))) }
      return try input.elements().first ?? ""
    },
    Filter("last") { input, _ throws(Fault) in
      if let text = input.value.string { return .string(String(text.suffix(1))) }
      return try input.elements().last ?? ""
    },
    Filter("nth", ["n"]) { input, _ throws(Fault) in
      let elements = try input.elements()
      let index = try input.int(0, 0)
      return elements.indices.contains(index) ? elements[index] : ""
    },
    Filter("get", ["key", "default?"]) { input, _ throws(Fault) in
      guard let members = input.value.object else { throw input.unexpected("an object") }
      let key = try input.text(0)
      guard let value = members[key] ?? input.arguments[1] else {
        throw Fault(
          input.offset,
          "the member `\(key)` is not defined, "
            + Names.nearest(key, members.keys))
      }
      return value
    },
    Filter("keys") { input, evaluation throws(Fault) in
      guard let members = input.value.object else { throw input.unexpected("an object") }
      let keys = JSONValue.array(members.keys.map { .string($0) })
      try evaluation.charge(keys, at: input.offset)
      return keys
    },
    Filter("values") { input, evaluation throws(Fault) in
      guard let members = input.value.object else { throw input.unexpected("an object") }
      try evaluation.spend(members.count, at: input.offset)
      return .array(members.values)
    },
    Filter("join", ["sep?"]) { input, evaluation throws(Fault) in
      var parts: [String] = []
      for element in try input.elements() {
        try evaluation.spend(at: input.offset)
        parts.append(try evaluation.text(element, at: input.offset))
      }
      return .string(try join(parts, try input.text(0), input, &evaluation))
    },
    Filter("reverse") { input, evaluation throws(Fault) in
      if let text = input.value.string {
        try evaluation.charge(text.utf8.count, at: input.offset)
        return .string(String(text.reversed()))
      }
      let elements = try input.elements()
      try evaluation.spend(elements.count, at: input.offset)
      return .array(elements.reversed())
    },
    Filter("concat", ["with"]) { input, evaluation throws(Fault) in
      let elements = try input.elements()
      let with = input.arguments[0] ?? .null
      let result = JSONValue.array(elements + (with.array ?? [with]))
      try evaluation.charge(result, at: input.offset)
      return result
    },
    Filter("slice", ["start?", "end?"]) { input, evaluation throws(Fault) in
      let elements = try input.elements()
      func bound(_ index: Int) -> Int {
        min(max(index < 0 ? elements.count + index : index, 0), elements.count)
      }
      let start = bound(try input.int(0, 0))
      let end = bound(try input.int(1, elements.count))
      try evaluation.spend(max(end - start, 0), at: input.offset)
      return .array(start < end ? Array(elements[start..<end]) : [])
    },
    Filter("map", ["attribute"]) { input, evaluation throws(Fault) in
      let path = try input.text(0)
      var result: [JSONValue] = []
      for element in try input.elements() {
        try evaluation.spend(at: input.offset)
        if let value = attribute(path, of: element) { result.append(value) }
      }
      return .array(result)
    },
    Filter("filter", ["attribute", "value?"]) { input, evaluation throws(Fault) in
      let path = try input.text(0)
      var result: [JSONValue] = []
      for element in try input.elements() {
        try evaluation.spend(at: input.offset)
        guard let value = attribute(path, of: element) else { continue }
        let isWanted =
          if let wanted = input.arguments[1] {
            try evaluation.equal(wanted, value, at: input.offset)
          } else {
            !value.isNull
          }
        if isWanted { result.append(element) }
      }
      return .array(result)
    },
    Filter("sort", ["attribute?"]) { input, evaluation throws(Fault) in
      let path = try input.text(0)
      let elements = try input.elements()
      // Comparisons of a sort; none of them costs more than the shorter text.
      try evaluation.spend(elements.count * 16, at: input.offset)
      var keyed: [(key: JSONValue, element: JSONValue)] = []
      for element in elements {
        let key = path.isEmpty ? element : attribute(path, of: element) ?? .null
        if let first = keyed.first, Ordering.compare(first.key, key) == nil {
          throw Fault(
            input.offset,
            "found \(first.key.kind) and \(key.kind) to sort, expected numbers alone "
              + "or texts alone")
        }
        keyed.append((key, element))
      }
      keyed.sort { Ordering.compare($0.key, $1.key) ?? 0 < 0 }
      return .array(keyed.map(\.element))
    },
    Filter("unique") { input, evaluation throws(Fault) in
      // A set hashes every element whole: what is hashed counts as made.
      try evaluation.charge(input.value, at: input.offset)
      var seen: Set<JSONValue> = []
      return .array(try input.elements().filter { seen.insert($0).inserted })
    },
  ]

  /// The value at a path of names with dots between them.
  private static func attribute(_ path: String, of value: JSONValue) -> JSONValue? {
    var current = value
    for name in path.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = current[String(name)] ?? Int(name).flatMap({ current[$0] }) else {
        return nil
      }
      current = next
    }
    return current
  }
}
