// Feeds arbitrary schemas and instances to the JSON Schema validators, and stops where the pass over
// the text and the tree disagree. The input is a schema, a line feed, and an instance.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  guard let line = bytes.firstIndex(of: 0x0a) else {
    fuzzPattern(bytes)
    return 0
  }
  let text = UnsafeRawBufferPointer(rebasing: bytes[..<line])
  let instance = UnsafeRawBufferPointer(rebasing: bytes[(line + 1)...])
  fuzzFormats(instance)
  guard let source = try? JSONValue(parsing: text) else { return 0 }
  var options = SchemaOptions()
  // Bounds that are met soon, so that one input takes milliseconds.
  options.limits.steps = 20_000
  options.limits.subschemas = 500
  options.limits.searchNanoseconds = 20_000_000
  do throws(SchemaError) {
    fuzzInstance(try Schema(compiling: source, options: options), instance)
  } catch {
    precondition(!error.message.isEmpty && !error.description.isEmpty)
  }
  return 0
}

func fuzzInstance(_ schema: Schema, _ instance: UnsafeRawBufferPointer) {
  let all = schema.validate(instance)
  let one = schema.validate(instance, mostFailures: 1)
  precondition(all.isValid == one.isValid || all.limit != nil || one.limit != nil)
  precondition(one.failures.count <= 1 && all.failures.count <= 20)
  precondition(all.isValid == all.description.elementsEqual("valid"))
  guard let tree = try? JSONValue(parsing: instance) else {
    precondition(!all.isValid)
    return
  }
  let verdict = schema.validate(tree)
  if verdict.limit == nil, all.limit == nil {
    precondition(verdict.isValid == all.isValid, "tree \(verdict), text \(all)")
  }
  if schema.isTrivial, case .object = tree { precondition(all.isValid, "\(all)") }
}

/// Every format reads any text to its end or refuses it.
func fuzzFormats(_ bytes: UnsafeRawBufferPointer) {
  let text = String(decoding: bytes.prefix(200), as: UTF8.self)
  for format in Format.allCases { _ = format.accepts(text) }
}

/// A source compiles or fails with a place inside it.
func fuzzPattern(_ bytes: UnsafeRawBufferPointer) {
  let source = String(decoding: bytes, as: UTF8.self)
  for dialect in [Pattern.Dialect.ecma262, .perl] {
    do throws(PatternError) {
      let limits = PatternLimits(steps: 50_000, nanoseconds: 5_000_000)
      let pattern = try Pattern(compiling: source, dialect: dialect, limits: limits)
      _ = try? pattern.matches(bytes)
      _ = try? pattern.captures(source)
    } catch {
      precondition((0...source.utf8.count).contains(error.offset ?? 0), "\(error)")
    }
  }
}
