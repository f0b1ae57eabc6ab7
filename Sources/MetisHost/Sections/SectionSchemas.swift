import CBarrier
import MetisPluginAPI

/// The schemas of one generation of a plugin, each asked for and compiled when it is first needed.
/// Control thread only; hence `@unchecked Sendable`, for the generation that holds it.
final class SectionSchemas: @unchecked Sendable {
  /// What a plugin gives for one kind of section.
  enum Entry {
    /// Nothing: whatever stands there is its own to judge.
    case none
    case schema(SectionSchema)
    /// Something that is no schema, and why.
    case faulty(String)
  }

  private var entries: [UInt32: Entry] = [:]

  /// The schema of the sections of `kind`, one of METIS_SECTION_….
  func entry(_ kind: UInt32, of generation: PluginGeneration) -> Entry {
    if let entry = entries[kind] { return entry }
    let entry = SectionSchemas.ask(kind, generation)
    entries[kind] = entry
    return entry
  }

  private static func ask(_ kind: UInt32, _ generation: PluginGeneration) -> Entry {
    guard let ask = generation.config?.pointee.schema else { return .none }
    var slice = metis_slice_v1()
    let code = metis_barrier_schema(ask, generation.plugin, kind, &slice)
    guard code == METIS_OK else {
      return .faulty("schema let an exception out (\(String(cString: metis_barrier_text())))")
    }
    guard slice.count > 0 else { return .none }
    guard let start = slice.bytes else {
      return .faulty("found \(slice.count) bytes at a null pointer")
    }
    do {
      return .schema(
        try SectionSchema(Array(UnsafeBufferPointer(start: start, count: slice.count))))
    } catch {
      return .faulty(error.message)
    }
  }

  /// What the sections of `kind` are called.
  static func name(_ kind: UInt32) -> String {
    switch kind {
    case METIS_SECTION_PLUGIN: "the manifest's [config]"
    case METIS_SECTION_STRATEGY: "its strategy's sections"
    case METIS_SECTION_TRANSPORT: "its transport's section"
    default: "its authentication's section"
    }
  }
}
