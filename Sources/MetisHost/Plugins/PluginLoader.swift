import Glibc
import MetisPluginAPI

/// A mapped library whose entry has answered and whose tables were checked.
struct PluginImage: @unchecked Sendable {
  /// The dynamic loader's handle.
  let handle: UnsafeMutableRawPointer
  /// What stood in the file before it was mapped.
  let meta: PluginMeta
  /// A copy of what the entry filled in; its pointers live as long as the image is mapped.
  let table: metis_plugin_v1
  /// A copy of the descriptor.
  let descriptor: PluginDescriptor
}

/// The one place that maps, asks and unmaps libraries. Control thread only.
enum PluginLoader {
  /// Maps the library at `path`, calls its entry and checks what it filled in.
  ///
  /// `path` must be one that was never mapped in this process: the loader answers with the old
  /// image for a path or an inode that it knows. `keptMapped` is called where the image was mapped,
  /// refused and could not be unmapped, so that its memory is accounted for.
  static func load(
    path: String, meta: PluginMeta, keptMapped: () -> Void
  ) throws(PluginError) -> PluginImage {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      let message = loaderMessage()
      // RUNPATH=$ORIGIN would mean the directory of the private copy.
      let hint =
        message.contains("cannot open shared object file")
        ? "; libraries that it needs must stand in the loader's path, not beside it, as it is "
          + "loaded from a private copy" : ""
      throw PluginError(.loader, "the dynamic loader refused the library: \(message)\(hint)")
    }
    do {
      let table = try table(of: handle, meta: meta)
      let descriptor = try PluginDescriptor(copying: table.descriptor)
      return PluginImage(handle: handle, meta: meta, table: table, descriptor: descriptor)
    } catch {
      if !unmap(handle, meta: meta, path: path) { keptMapped() }
      throw error
    }
  }

  /// Unmaps the image of `path` after its `deinit`. Returns false for one that stays mapped:
  /// Swift's runtime cannot forget an image, a library that does not declare
  /// METIS_META_UNLOADABLE may have left threads or callbacks behind, and the loader itself keeps
  /// one that was linked with `-z nodelete` or holds a unique symbol of C++.
  static func unload(_ image: PluginImage, path: String) -> Bool {
    unmap(image.handle, meta: image.meta, path: path)
  }

  private static func unmap(
    _ handle: UnsafeMutableRawPointer, meta: PluginMeta, path: String
  ) -> Bool {
    guard meta.isUnloadable, dlclose(handle) == 0 else { return false }
    guard let again = dlopen(path, RTLD_NOW | RTLD_NOLOAD) else {
      _ = dlerror()
      return true
    }
    dlclose(again)
    return false
  }

  private static func table(
    of handle: UnsafeMutableRawPointer, meta: PluginMeta
  ) throws(PluginError) -> metis_plugin_v1 {
    guard let symbol = dlsym(handle, "metis_plugin_entry") else {
      throw PluginError(
        .noEntry,
        "the library exports no function metis_plugin_entry: define it and keep it visible "
          + "(METIS_EXPORT) in the version script")
    }
    var table = metis_plugin_v1()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    let code = try PluginCalls.entry(symbol, &table)
    guard code == METIS_OK else {
      throw PluginError(
        .entryFailed,
        code == METIS_UNSUPPORTED
          ? "the plugin does not work with this host's ABI \(abiText(METIS_ABI_VERSION))"
          : "the entry of the plugin returned \(code); expected METIS_OK")
    }
    try withUnsafePointer(to: table) { (pointer) throws(PluginError) in
      _ = try checkedTable(pointer, "plugin table")
    }
    try ABICompatibility.check(table.abi, where: "the plugin table")
    guard table.abi == meta.abi else {
      throw PluginError(
        .badTable,
        "the plugin table says ABI \(abiText(table.abi)) and the section metis_meta "
          + "\(abiText(meta.abi)); expected the same version in both")
    }
    try requireFunctions(
      [
        ("init", table.`init` == nil), ("deinit", table.`deinit` == nil),
        ("query", table.query == nil),
      ], of: "the plugin table")
    return table
  }

  /// The loader's own words for its last failure on this thread.
  private static func loaderMessage() -> String {
    guard let message = dlerror() else { return "no reason given" }
    return String(cString: message)
  }
}
