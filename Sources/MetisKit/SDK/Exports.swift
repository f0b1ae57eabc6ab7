// A plugin imports MetisKit alone: JSON values and the types in the signature of
// `metis_plugin_entry` come with it.
@_exported import JSON
@_exported import MetisPluginAPI
