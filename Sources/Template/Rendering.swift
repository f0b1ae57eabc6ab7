extension Evaluation {
  /// Appends what `pieces` give to `output`.
  mutating func render(_ pieces: [Piece], into output: inout String) throws(Fault) {
    for piece in pieces {
      switch piece {
      case .text(let text):
        try charge(text.utf8.count, at: 0)
        output += text
      case .output(let node):
        let value = try value(node)
        let text = try text(value, at: node.offset)
        try charge(text.utf8.count, at: node.offset)
        output += text
      case .branch(let branches, let otherwise):
        try render(try chosen(branches) ?? otherwise, into: &output)
      case .loop(let loop): try render(loop, into: &output)
      }
    }
  }

  private mutating func chosen(
    _ branches: [(condition: Node, body: [Piece])]
  ) throws(Fault) -> [Piece]? {
    for branch in branches where try isTrue(branch.condition) { return branch.body }
    return nil
  }

  private mutating func render(_ loop: Loop, into output: inout String) throws(Fault) {
    let items = try items(loop)
    guard !items.isEmpty else { return try render(loop.otherwise, into: &output) }
    let base = locals.count
    defer { locals.removeSubrange(base...) }
    for (index, item) in items.enumerated() {
      try spend(at: loop.offset)
      locals.removeSubrange(base...)
      if let key = loop.key { locals.append((key, item.key)) }
      locals.append((loop.value, item.value))
      locals.append(
        (
          "loop",
          [
            "index": JSONValue(index + 1), "index0": JSONValue(index),
            "first": .bool(index == 0), "last": .bool(index == items.count - 1),
            "length": JSONValue(items.count),
          ]
        ))
      try render(loop.body, into: &output)
    }
  }

  /// What a loop goes over: elements by their index, members by their name, characters.
  private mutating func items(
    _ loop: Loop
  ) throws(Fault) -> [(key: JSONValue, value: JSONValue)] {
    let container = try value(loop.container)
    switch container {
    case .array(let elements):
      try spend(elements.count, at: loop.offset)
      return elements.enumerated().map { (JSONValue($0.offset), $0.element) }
    case .object(let members):
      try spend(members.count, at: loop.offset)
      return members.map {
        loop.key == nil ? (.null, .string($0.key)) : (.string($0.key), $0.value)
      }
    case .string(let text):
      try spend(text.utf8.count, at: loop.offset)
      return text.enumerated().map { (JSONValue($0.offset), .string(String($0.element))) }
    case .null where options.undefined == .null: return []
    default:
      throw Fault(
        loop.container.offset,
        "found \(container.kind) after `in`, expected an array, an object or a text")
    }
  }
}
