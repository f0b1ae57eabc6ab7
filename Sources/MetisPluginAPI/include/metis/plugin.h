/**
 * The entry of a plugin: one exported function, one table, one descriptor.
 *
 * A plugin is a shared library with one global symbol, `metis_plugin_entry`, and an ELF section
 * `metis_meta` that the host reads before it runs a line of the library.
 */
#ifndef METIS_PLUGIN_H
#define METIS_PLUGIN_H

#include "metis/host.h"
#include "metis/types.h"

/** Another major does not load. */
#define METIS_ABI_MAJOR 1u
/** A plugin of an older or the same minor loads; a newer minor does not. */
#define METIS_ABI_MINOR 0u
/** (major << 16) | minor. */
#define METIS_ABI_VERSION 0x00010000u

/** The bytes "METISPL1" at the start of the section `metis_meta`, as a little-endian number. */
#define METIS_META_MAGIC 0x314c50534954454dull

/**
 * The library may be unmapped after `deinit`: it holds no Swift, starts no thread that outlives
 * `deinit`, registers no process-wide callback and leaves no thread-local destructor behind.
 */
#define METIS_META_UNLOADABLE 1u

/** The content of the ELF section `metis_meta`: 16 bytes. */
typedef struct metis_meta_v1 {
  /** METIS_META_MAGIC. */
  uint64_t magic;
  /** METIS_ABI_VERSION of the headers that the plugin was built with. */
  uint32_t abi;
  /** METIS_META_UNLOADABLE, or 0. */
  uint32_t flags;
} metis_meta_v1;

/** Places the section; once in a plugin, at file scope: `METIS_PLUGIN_META(0)`. */
#define METIS_PLUGIN_META(FLAGS)                                                       \
  __attribute__((used, section("metis_meta"), aligned(8))) const metis_meta_v1         \
      metis_plugin_meta = {METIS_META_MAGIC, METIS_ABI_VERSION, (FLAGS)}

/** Another plugin that has to be active first. */
typedef struct metis_requirement_v1 {
  /** Its reverse-DNS id. */
  metis_slice_v1 id;
  /** A range of semantic versions: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.2.3` or `*`. */
  metis_slice_v1 range;
} metis_requirement_v1;

/** Who the plugin is. Static: lives as long as the library is loaded. */
typedef struct metis_descriptor_v1 {
  /** sizeof(metis_descriptor_v1). */
  uint32_t size;
  uint32_t reserved;
  /** Reverse DNS, [a-z0-9.-], unique in a host: `org.example.weather`. */
  metis_slice_v1 id;
  /** For people: `Weather strategy`. */
  metis_slice_v1 name;
  /** Semantic version 2.0.0. */
  metis_slice_v1 version;
  metis_slice_v1 vendor;
  /** SPDX expression. */
  metis_slice_v1 license;
  /** Tells two builds of one version apart: a commit or a hash. May be empty. */
  metis_slice_v1 fingerprint;
  /**
   * Names under which a configuration finds its extensions: `strategy = "random"` asks for the
   * strategy whose plugin offers "random". Lower case, [a-z0-9_-].
   */
  const metis_slice_v1 *provides;
  size_t provides_count;
  const metis_requirement_v1 *requirements;
  size_t requirements_count;
  /**
   * What it needs from the machine: `net.connect`, `net.listen`, `fs.read`, `fs.write`, `exec`,
   * `env`, `secrets`. A need that the manifest does not grant keeps the plugin from loading.
   */
  const metis_slice_v1 *needs;
  size_t needs_count;
} metis_descriptor_v1;

/** What the entry fills in. */
typedef struct metis_plugin_v1 {
  /** sizeof(metis_plugin_v1), set by the host before the call; larger than the plugin's own
   * where the host is newer. The plugin sets it to its own sizeof. */
  uint32_t size;
  /** METIS_ABI_VERSION of the plugin. */
  uint32_t abi;
  const metis_descriptor_v1 *descriptor;
  /** The plugin's own; passed to `init`. May be null. */
  void *context;
  /**
   * Called once, before any extension is used. `host` lives until `deinit` returns; `config` is
   * the JSON object of the manifest's [config] table. On success `*plugin` is what the other
   * functions receive. Returns METIS_OK or fills `error`. [main-thread]
   */
  int32_t (*init)(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                  metis_error_v1 *error, void **plugin);
  /**
   * Called once, after the last instance was destroyed and the last call has ended. Threads of
   * the plugin have ended when it returns. [main-thread]
   */
  void (*deinit)(void *plugin);
  /**
   * The table of an extension such as METIS_STRATEGY_V1, or null. Static: lives as long as the
   * library is loaded. Asked once, after `init`. [main-thread]
   */
  const void *(*query)(void *plugin, metis_slice_v1 extension_id);
} metis_plugin_v1;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The one exported symbol. Plain stores only: it allocates little, starts nothing, touches no
 * file. `host_abi` is the host's METIS_ABI_VERSION. Returns METIS_OK; METIS_UNSUPPORTED where the
 * plugin cannot work with such a host. [main-thread]
 */
METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out);

#ifdef __cplusplus
}
#endif

#endif
