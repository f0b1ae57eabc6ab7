/// Why numbers cannot be computed.
struct ArithmeticError: Error {
  let message: String
}

/// Arithmetic that stays among integers where it can, and never overflows in silence.
enum Arithmetic {
  static func negate(_ number: JSONNumber) -> JSONNumber? {
    if let int = number.int, int != .min { return JSONNumber(-int) }
    return number.double.flatMap { JSONNumber(-$0) }
  }

  static func apply(
    _ operation: BinaryOperator, _ left: JSONNumber, _ right: JSONNumber
  ) throws(ArithmeticError) -> JSONNumber {
    if let left = left.int, let right = right.int {
      if right == 0, operation == .divide || operation == .remainder {
        throw ArithmeticError(message: "found a division by zero")
      }
      if let exact = exact(operation, left, right) { return JSONNumber(exact) }
    }
    guard let first = left.double, let second = right.double else {
      throw ArithmeticError(message: "found a number beyond the range of a 64-bit float")
    }
    if second == 0, operation == .divide || operation == .remainder {
      throw ArithmeticError(message: "found a division by zero")
    }
    let result: Double =
      switch operation {
      case .add: first + second
      case .subtract: first - second
      case .multiply: first * second
      case .divide: first / second
      default: first.truncatingRemainder(dividingBy: second)
      }
    guard let number = JSONNumber(result) else {
      throw ArithmeticError(
        message: "\(left) \(operation.rawValue) \(right) is beyond the range of numbers")
    }
    return number
  }

  /// The result among integers; nil where it is none of 64 bits.
  private static func exact(
    _ operation: BinaryOperator, _ left: Int64, _ right: Int64
  ) -> Int64? {
    let (result, overflow) =
      switch operation {
      case .add: left.addingReportingOverflow(right)
      case .subtract: left.subtractingReportingOverflow(right)
      case .multiply: left.multipliedReportingOverflow(by: right)
      case .divide:
        left.remainderReportingOverflow(dividingBy: right).partialValue == 0
          ? left.dividedReportingOverflow(by: right) : (0, true)
      default: left.remainderReportingOverflow(dividingBy: right)
      }
    return overflow ? nil : result
  }
}
