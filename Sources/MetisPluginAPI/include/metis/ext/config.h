/**
 * Configuration: what a plugin's sections look like, so that mistakes are found before it serves.
 *
 * The host holds each section against its schema, reports all that is wrong in the words and lines
 * of the configuration, and only then hands the section to `check` and `create`. It follows these
 * annotations:
 *
 * - `"format": "metis-path"`: a file that has to exist; it is watched
 * - `"format": "metis-glob"`: a pattern of files (`*`, `?`, `[...]`) with at least one match
 * - `"format": "metis-directory"`: a folder that has to exist; it is watched
 * - `"writeOnly": true`: a secret: masked, never quoted, a warning where it stands in the clear
 * - `"x-metis-strategy": true`: a table such as `mock`, checked by the plugin that provides its
 *   `strategy`
 *
 * Paths are relative to the folder of the file that holds the section. A text that came from the
 * environment arrives as a number or a truth value where the schema wants no text.
 */
#ifndef METIS_EXT_CONFIG_H
#define METIS_EXT_CONFIG_H

#include "metis/types.h"

#define METIS_CONFIG_V1 "metis.config/1"

/** The manifest's [config] table. `init` has it before the schema can be asked for: what is wrong
 * with it refuses the plugin after `init`, and texts of the environment stay texts. */
#define METIS_SECTION_PLUGIN 1u
/** A strategy's own section of a definition. */
#define METIS_SECTION_STRATEGY 2u
/** A transport's section. */
#define METIS_SECTION_TRANSPORT 3u
/** An auth's section. */
#define METIS_SECTION_AUTH 4u

/** The extension METIS_CONFIG_V1. */
typedef struct metis_config_v1 {
  /** sizeof(metis_config_v1). */
  uint32_t size;
  uint32_t flags;
  /** The JSON Schema (2020-12) of a section, or an empty slice. Lives as long as the plugin. One
   * that does not compile is a warning; its sections then go to `check` as they are.
   * [main-thread] */
  metis_slice_v1 (*schema)(void *plugin, uint32_t section);
  /**
   * Checks what a schema cannot say: a template that does not compile, a path that is not
   * there. `pointer_out` receives the JSON Pointer (RFC 6901) of the culprit. May be null.
   * [main-thread]
   */
  int32_t (*check)(void *plugin, uint32_t section, metis_slice_v1 config,
                   const metis_sink_v1 *pointer_out, metis_error_v1 *error);
} metis_config_v1;

#endif
