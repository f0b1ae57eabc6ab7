import MetisKit

/// A compiled description of random values.
///
/// All of it lies in four flat tables of trivial elements, so that drawing a value retains nothing:
/// several threads draw from one plan without contending for reference counts. `@unchecked`: the
/// tables are written in `init` and only read from then on.
public final class Plan: @unchecked Sendable {
  /// What one value is. Indices point into the plan's tables.
  enum Kind {
    /// A version 4 UUID (RFC 9562).
    case uuid
    /// `low` plus a number below `span`; a span of 0 stands for 2^64.
    case integer(low: Int64, span: UInt64)
    /// A number from `low` to `low + width`.
    case float(low: Double, width: Double)
    /// (`low` plus a number below `span`) / `scale`: a decimal number of fixed precision.
    case decimal(low: Int64, span: UInt64, scale: Double)
    /// `length` plus a number below `span` letters of the pieces from `first`.
    case string(length: Int, span: UInt64, first: Int, count: Int)
    /// `true` with a probability.
    case boolean(Double)
    /// One of the pieces from `first`, each as likely as the others.
    case choice(first: Int, count: Int)
    /// One of the pieces from `first`, by their cumulated weights.
    case weighted(first: Int, count: Int)
    /// `length` plus a number below `span` values of `item`.
    case array(item: Int, length: Int, span: UInt64, unique: Bool)
    /// The fields from `first`, in order.
    case object(first: Int, count: Int)
  }

  /// One value and how often it is `null`.
  struct Node {
    var kind: Kind
    /// From 0 (never) to 1 (always).
    var nullProbability: Double
  }

  /// A member of an object.
  struct Field {
    /// The name's UTF-8 in `text`.
    var start: Int
    var count: Int
    /// Its value in `nodes`.
    var node: Int
  }

  /// A part of `text`: a letter of an alphabet, or a choice as JSON.
  struct Piece {
    var start: Int
    var count: Int
    /// The sum of the weights up to and including this piece.
    var cumulated: Double
  }

  let nodes: UnsafeMutableBufferPointer<Node>
  let fields: UnsafeMutableBufferPointer<Field>
  let pieces: UnsafeMutableBufferPointer<Piece>
  let text: UnsafeMutableBufferPointer<UInt8>

  /// The value that the whole plan describes.
  let root: Int

  init(_ parts: PlanParts, root: Int) {
    nodes = Self.copy(parts.nodes)
    fields = Self.copy(parts.fields)
    pieces = Self.copy(parts.pieces)
    text = Self.copy(parts.text)
    self.root = root
  }

  deinit {
    nodes.deallocate()
    fields.deallocate()
    pieces.deallocate()
    text.deallocate()
  }

  private static func copy<Element>(_ array: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let storage = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
    _ = storage.initialize(from: array)
    return storage
  }

  /// The bytes of `text` from `start`.
  func bytes(_ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start..<start + count])
  }
}

/// The tables of a plan while it is compiled.
struct PlanParts {
  var nodes: [Plan.Node] = []
  var fields: [Plan.Field] = []
  var pieces: [Plan.Piece] = []
  var text: [UInt8] = []

  /// Keeps bytes and gives their place.
  mutating func keep(_ bytes: some Sequence<UInt8>) -> (start: Int, count: Int) {
    let start = text.count
    text.append(contentsOf: bytes)
    return (start, text.count - start)
  }

  /// Adds pieces one after the other and gives the place of the first.
  mutating func keep(pieces list: [[UInt8]], cumulated: [Double] = []) -> Int {
    let first = pieces.count
    for (index, bytes) in list.enumerated() {
      let (start, count) = keep(bytes)
      let weight = cumulated.isEmpty ? 0 : cumulated[index]
      pieces.append(Plan.Piece(start: start, count: count, cumulated: weight))
    }
    return first
  }

  /// Adds a node and gives its place.
  mutating func add(_ kind: Plan.Kind, null: Double) -> Int {
    nodes.append(Plan.Node(kind: kind, nullProbability: null))
    return nodes.count - 1
  }
}
