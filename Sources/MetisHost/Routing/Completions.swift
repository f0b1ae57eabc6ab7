import MCP
import MetisConfig

/// `completion/complete`.
extension Loop {
  func complete(_ request: Request) throws(MCPError) {
    let asked = try CompletionParameters(request.parameters.pointee)
    let values = try completions(of: asked, request.revision)
    let found = values?.suggestions(asked) ?? Suggestions(values: [])
    answerOwn(
      request,
      try filtered(
        .complete,
        CompletionResult.encoded(found.values, total: found.total, hasMore: found.hasMore)))
  }

  /// The values that the configuration has for an argument; nil where it has none.
  private func completions(
    of asked: CompletionParameters, _ revision: ProtocolRevision
  ) throws(MCPError) -> CompletionValues? {
    let target: Target
    let known: [String]
    switch asked.reference {
    case .prompt(let name):
      var text = name
      let route = text.withUTF8 { bytes in
        snapshot._withUnsafeGuaranteedRef { $0.prompt(UnsafeRawBufferPointer(bytes)) }
      }
      guard let route else { throw .unknownPrompt(name) }
      target = route.pointee.target.takeUnretainedValue()
      known = target.rules.arguments.map(\.name)
    case .resource(let uri):
      guard let found = snapshot._withUnsafeGuaranteedRef({ $0.resourceTarget(uri) }) else {
        throw .unknownTemplate(uri)
      }
      target = found
      known = found.rules.template?.variables ?? []
    }
    guard known.contains(asked.name) else {
      throw .invalidParams(
        "Unknown argument \(asked.name.prefix(64)) of \(target.name); it has "
          + (known.isEmpty ? "none" : known.joined(separator: ", ")))
    }
    return target.rules.completions[asked.name]
  }
}

/// What is suggested, before it is cut to what a result may hold.
private struct Suggestions {
  var values: [String]
  var total: Int?
  var hasMore: Bool?
}

extension CompletionValues {
  /// The values that belong to what was typed: of the first variant whose condition holds, else the
  /// general ones.
  fileprivate func suggestions(_ asked: CompletionParameters) -> Suggestions {
    let variant = variants.first { variant in
      variant.when.allSatisfy { asked.context[$0.key] == $0.value }
    }
    if let variant {
      return Suggestions(
        values: CompletionValues.filter(variant.values, variant.match, asked.value),
        total: variant.total, hasMore: variant.hasMore)
    }
    return Suggestions(
      values: CompletionValues.filter(values, match, asked.value), total: total, hasMore: hasMore)
  }

  /// Case does not matter.
  private static func filter(_ values: [String], _ match: Match, _ typed: String) -> [String] {
    let typed = typed.lowercased()
    if typed.isEmpty { return values }
    return values.filter { value in
      switch match {
      case .all: true
      case .prefix: value.lowercased().hasPrefix(typed)
      case .contains: value.lowercased().contains(typed)
      }
    }
  }
}
