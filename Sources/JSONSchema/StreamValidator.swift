import Glibc
import JSON
import Patterns

extension StreamProgram {
  /// Whether `bytes` are JSON text that the schema is sure to accept.
  func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var run = StreamRun(program: self, bytes: bytes)
    return run.acceptsText()
  }
}

/// One pass over a text. Lives on the stack of ``StreamProgram/accepts(_:)``, which keeps the program
/// alive, so nothing here counts references.
private struct StreamRun {
  let nodes: UnsafePointer<StreamNode>
  let members: UnsafePointer<StreamMember>
  let constants: UnsafePointer<StreamConstant>
  let lists: UnsafePointer<Int32>
  let groups: UnsafePointer<Range<Int32>>
  let patterns: UnsafePointer<Unmanaged<Pattern>>
  let root: Int32
  var cursor: JSONCursor
  var steps: Int
  var nesting: Int
  /// How many `anyOf` are open.
  var choices = 0
  var clock = SearchClock()
  let searchNanoseconds: UInt64

  @inline(__always)
  init(program: StreamProgram, bytes: UnsafeRawBufferPointer) {
    // A buffer without elements is never read.
    func base<T>(_ buffer: UnsafeBufferPointer<T>) -> UnsafePointer<T> {
      buffer.baseAddress ?? UnsafePointer(bitPattern: 64).unsafelyUnwrapped
    }
    nodes = base(program.nodes)
    members = base(program.members)
    constants = base(program.constants)
    lists = base(program.lists)
    groups = base(program.groups)
    patterns = base(program.patterns)
    root = program.root
    cursor = JSONCursor(bytes, limits: program.jsonLimits)
    steps = program.limits.steps
    nesting = program.limits.nesting
    searchNanoseconds = program.limits.searchNanoseconds
  }

  mutating func acceptsText() -> Bool {
    do {
      guard try accepts(root) else { return false }
      try cursor.finish()
      return true
    } catch {
      return false
    }
  }

  /// Whether the next value satisfies `index`. Where it does the value was read; else the cursor
  /// stands anywhere in it.
  private mutating func accepts(_ index: Int32) throws(JSONError) -> Bool {
    guard index >= 0 else {
      guard index == StreamNode.anything else { return false }
      _ = try cursor.skipValue()
      return true
    }
    steps &-= 1
    guard steps > 0, nesting > 0 else { return false }
    let node = nodes + Int(index)
    if node.pointee.combines {
      guard try combines(node) else { return false }
      if !node.pointee.hasOwnRules { return true }
    }
    // A mismatch that the cursor reports is an error with its line counted: it may end the pass, but
    // an alternative must not pay for it each time.
    switch choices == 0 ? node.pointee.only : nil {
    case .string: return try acceptsString(node)
    case .number: return try acceptsNumber(node)
    case .object: return try acceptsObject(node)
    case .array: return try acceptsArray(node)
    default: return try acceptsAny(node)
    }
  }

  /// The same for a node that lets several kinds through.
  private mutating func acceptsAny(_ node: UnsafePointer<StreamNode>) throws(JSONError) -> Bool {
    let types = node.pointee.types
    switch try cursor.kind() {
    case .string: return types.contains(.string) ? try acceptsString(node) : false
    case .number:
      let isNumeric = types.contains(.number) || types.contains(.integer)
      return isNumeric ? try acceptsNumber(node) : false
    case .object:
      guard types.contains(.object), !node.pointee.hasConstants else { return false }
      return try acceptsObject(node)
    case .array:
      guard types.contains(.array), !node.pointee.hasConstants else { return false }
      return try acceptsArray(node)
    case .true, .false:
      guard types.contains(.boolean) else { return false }
      let kind: JSONKind = try cursor.bool() ? .true : .false
      return !node.pointee.hasConstants || isConstant(kind, node)
    case .null:
      guard types.contains(.null) else { return false }
      try cursor.null()
      return !node.pointee.hasConstants || isConstant(.null, node)
    }
  }

  @inline(__always)
  private mutating func acceptsString(
    _ node: UnsafePointer<StreamNode>
  ) throws(JSONError) -> Bool {
    let text = try cursor.string()
    if node.pointee.hasConstants, !isConstant(text, node) { return false }
    return !node.pointee.hasStringRules || accepts(text, node)
  }

  @inline(__always)
  private mutating func acceptsNumber(
    _ node: UnsafePointer<StreamNode>
  ) throws(JSONError) -> Bool {
    let number = try cursor.number()
    if !node.pointee.types.contains(.number), !number.isInteger {
      guard let small = SmallDecimal(number.raw), small.isInteger else { return false }
    }
    guard node.pointee.hasNumberRules || node.pointee.hasConstants else { return true }
    return accepts(number, node)
  }

  /// Checks the subschemas for the same value, and leaves the cursor before it where the node has
  /// rules of its own, else behind it.
  @inline(never)
  private mutating func combines(_ node: UnsafePointer<StreamNode>) throws(JSONError) -> Bool {
    nesting &-= 1
    defer { nesting &+= 1 }
    let start = cursor
    for place in node.pointee.all {
      cursor = start
      guard try accepts(lists[Int(place)]) else { return false }
    }
    for group in node.pointee.groups {
      var isValid = false
      choices &+= 1
      defer { choices &-= 1 }
      for place in groups[Int(group)] {
        cursor = start
        if try accepts(lists[Int(place)]) {
          isValid = true
          break
        }
      }
      guard isValid else { return false }
    }
    if node.pointee.hasOwnRules { cursor = start }
    return true
  }

  // MARK: Containers

  private mutating func acceptsObject(
    _ node: UnsafePointer<StreamNode>
  ) throws(JSONError) -> Bool {
    nesting &-= 1
    defer { nesting &+= 1 }
    let first = members + Int(node.pointee.members.lowerBound)
    let named = node.pointee.members.count
    var seen: UInt64 = 0
    var count = 0
    // Members mostly come in the order of the schema.
    var hint = 0
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      count &+= 1
      steps &-= 1
      guard steps > 0 else { return false }
      var place = hint
      var left = named
      while left > 0 {
        if place == named { place = 0 }
        if Self.equal(key, first[place].name) { break }
        place &+= 1
        left &-= 1
      }
      var child = node.pointee.additional
      if left > 0 {
        seen |= 1 << UInt64(truncatingIfNeeded: place)
        child = first[place].node
        hint = place &+ 1
      }
      // The cursor skips a value that is not read.
      if child == StreamNode.anything { continue }
      guard try accepts(child) else { return false }
    }
    return seen & node.pointee.required == node.pointee.required
      && count >= node.pointee.minProperties && count <= node.pointee.maxProperties
  }

  private mutating func acceptsArray(
    _ node: UnsafePointer<StreamNode>
  ) throws(JSONError) -> Bool {
    nesting &-= 1
    defer { nesting &+= 1 }
    let prefix = node.pointee.prefix
    var count = 0
    try cursor.beginArray()
    while try cursor.nextElement() {
      steps &-= 1
      guard steps > 0 else { return false }
      let child =
        count < prefix.count
        ? lists[Int(prefix.lowerBound) &+ count] : node.pointee.items
      count &+= 1
      if child == StreamNode.anything { continue }
      guard try accepts(child) else { return false }
    }
    return count >= node.pointee.minItems && count <= node.pointee.maxItems
  }

  @inline(__always)
  private static func equal(_ key: JSONKey, _ name: UnsafeRawBufferPointer) -> Bool {
    if key.hasEscapes { return key.equals(name) }
    guard key.raw.count == name.count else { return false }
    return name.isEmpty
      || memcmp(
        key.raw.baseAddress.unsafelyUnwrapped, name.baseAddress.unsafelyUnwrapped, name.count) == 0
  }

  // MARK: Strings and numbers

  private mutating func accepts(
    _ text: JSONStringSlice, _ node: UnsafePointer<StreamNode>
  ) -> Bool {
    guard text.hasEscapes else { return accepts(text.raw, node) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.raw.count)
    text.appendDecoded(to: &decoded)
    return decoded.withUnsafeBytes { accepts($0, node) }
  }

  private mutating func accepts(
    _ text: UnsafeRawBufferPointer, _ node: UnsafePointer<StreamNode>
  ) -> Bool {
    steps &-= text.count >> 3
    guard steps > 0 else { return false }
    // A character has one to four bytes, so that most lengths need no count.
    if text.count > node.pointee.maxLength || text.count < 4 * min(node.pointee.minLength, 1 << 40)
    {
      var count = 0
      for byte in text where byte & 0xc0 != 0x80 { count &+= 1 }
      guard count >= node.pointee.minLength, count <= node.pointee.maxLength else { return false }
    }
    if let format = node.pointee.format, !format.accepts(text) { return false }
    for place in node.pointee.patterns {
      guard clock.allows(text.count, limit: searchNanoseconds) else { return false }
      let found = patterns[Int(place)]._withUnsafeGuaranteedRef { pattern in
        (try? pattern.matches(text, isValidUTF8: true)) ?? false
      }
      guard found else { return false }
    }
    return true
  }

  private func accepts(_ number: JSONNumberSlice, _ node: UnsafePointer<StreamNode>) -> Bool {
    guard let value = SmallDecimal(number.raw) else { return false }
    if node.pointee.hasConstants {
      var isFound = false
      for place in node.pointee.constants {
        guard case .number(let constant) = constants[Int(place)] else { continue }
        if !constant.isLess(than: value), !value.isLess(than: constant) {
          isFound = true
          break
        }
      }
      guard isFound else { return false }
    }
    if let minimum = node.pointee.minimum {
      guard
        node.pointee.minimumIsExclusive
          ? minimum.isLess(than: value) : !value.isLess(than: minimum)
      else { return false }
    }
    if let maximum = node.pointee.maximum {
      guard
        node.pointee.maximumIsExclusive
          ? value.isLess(than: maximum) : !maximum.isLess(than: value)
      else { return false }
    }
    if let divisor = node.pointee.divisor { return value.isMultiple(of: divisor) ?? false }
    return true
  }

  private func isConstant(_ text: JSONStringSlice, _ node: UnsafePointer<StreamNode>) -> Bool {
    for place in node.pointee.constants {
      if case .string(let constant) = constants[Int(place)], Self.equal(text, constant) {
        return true
      }
    }
    return false
  }

  private func isConstant(_ kind: JSONKind, _ node: UnsafePointer<StreamNode>) -> Bool {
    for place in node.pointee.constants {
      if case .kind(kind) = constants[Int(place)] { return true }
    }
    return false
  }
}
