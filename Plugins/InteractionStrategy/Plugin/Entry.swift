import Interaction
import MetisKit

@c(metis_plugin_entry)
public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
  Plugin.enter(InteractionStrategy.self, host, out)
}
