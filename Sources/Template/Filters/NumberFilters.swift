extension Filter {
  /// Filters of numbers, and into numbers.
  static let numberFilters = [
    Filter("int", ["default?", "base?"]) { input, _ throws(Fault) in
      let base = try input.int(1, 10)
      guard (2...36).contains(base) else {
        throw Fault(input.offset, "found the base \(base) of `int`, expected 2 to 36")
      }
      if let number = input.value.number {
        if let int = number.int { return JSONValue(int) }
        if let double = number.double, let int = Int64(exactly: double.rounded(.towardZero)) {
          return JSONValue(int)
        }
      } else if let text = input.value.string {
        let digits = text.trimmingSpace
        if let int = Int64(digits, radix: base) { return JSONValue(int) }
        if base == 10, let double = Double(digits),
          let int = Int64(exactly: double.rounded(.towardZero))
        {
          return JSONValue(int)
        }
      }
      if let fallback = input.arguments[0] { return fallback }
      throw input.unexpected("an integer, or a text of one")
    },
    Filter("float", ["default?"]) { input, _ throws(Fault) in
      if let double = input.value.double { return JSONValue(double) }
      if let text = input.value.string, let double = Double(text.trimmingSpace),
        double.isFinite
      {
        return JSONValue(double)
      }
      if let fallback = input.arguments[0] { return fallback }
      throw input.unexpected("a number, or a text of one")
    },
    Filter("abs") { input, _ throws(Fault) in
      let number = try input.number()
      guard Ordering.compare(.number(number), 0) ?? 0 < 0 else { return input.value }
      guard let positive = Arithmetic.negate(number) else { throw input.unexpected("a number") }
      return .number(positive)
    },
    Filter("round", ["method?", "precision?"]) { input, _ throws(Fault) in
      let number = try input.number()
      if number.isInteger { return input.value }
      let rule: FloatingPointRoundingRule
      switch try input.text(0, "common") {
      case "common": rule = .toNearestOrAwayFromZero
      case "ceil": rule = .up
      case "floor": rule = .down
      case let other:
        throw Fault(
          input.offset, "found the method `\(other)` of `round`, expected common, ceil or floor")
      }
      let precision = try input.int(1, 0)
      guard (0...15).contains(precision), let double = number.double else {
        throw Fault(input.offset, "found the precision \(precision) of `round`, expected 0 to 15")
      }
      let scale = (0..<precision).reduce(1.0) { scale, _ in scale * 10 }
      let rounded = (double * scale).rounded(rule) / scale
      if precision == 0, let int = Int64(exactly: rounded) { return JSONValue(int) }
      return rounded.isFinite ? JSONValue(rounded) : input.value
    },
  ]
}

extension String {
  /// The text without ASCII whitespace at its ends.
  fileprivate var trimmingSpace: Substring {
    var rest = utf8.drop(while: Lexer.isSpace)
    while let last = rest.last, Lexer.isSpace(last) { rest.removeLast() }
    return Substring(rest)
  }
}
