extension Skeleton {
  /// A strategy in C11.
  var cFiles: [File] {
    [
      File("\(identifier).c", fill(Self.cSource)), File("exports.map", Self.exports),
      File("Makefile", fill(Self.cMakefile)),
    ]
  }

  /// One symbol leaves the library.
  static let exports = "{ global: metis_plugin_entry; local: *; };\n"

  private static let cMakefile = """
    # Where metis/metis.h is.
    METIS_INCLUDE ?= @INCLUDE@
    CFLAGS ?= -O2 -g
    override CFLAGS += -std=c11 -Wall -Wextra -fPIC -fvisibility=hidden

    @LIBRARY@: @IDENTIFIER@.c exports.map
    \t$(CC) $(CFLAGS) -I$(METIS_INCLUDE) -shared -Wl,--version-script=exports.map -o $@ $<

    clean:
    \t$(RM) @LIBRARY@

    .PHONY: clean

    """

  private static let cSource = """
    /* The strategy @NAME@: answers with the arguments of the call. */
    #include "metis/metis.h"

    #include <stddef.h>

    #define SLICE(LITERAL) \\
      { (const uint8_t *)(LITERAL), sizeof(LITERAL) - 1 }

    /* The host may unmap the library: it starts no thread and registers nothing in the process. */
    METIS_PLUGIN_META(METIS_META_UNLOADABLE);

    /* Makes what answers one tool. `setup->config` is its section of the configuration, JSON. A
     * strategy with state allocates it here and frees it in `destroy`. */
    static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                          void **out) {
      (void)setup;
      (void)error;
      *out = plugin;
      return METIS_OK;
    }

    static void destroy(void *instance) { (void)instance; }

    /* Answers one call with a JSON value: the parts joined. Arguments are JSON already. */
    static int32_t call(void *instance, const metis_request_v1 *request,
                        const metis_reply_v1 *reply) {
      (void)instance;
      const metis_slice_v1 parts[] = {
          SLICE("{\\"greeting\\":\\"Hello from @NAME@\\",\\"arguments\\":"), request->arguments,
          SLICE("}")};
      return reply->complete(request->call, METIS_SHAPE_VALUE, parts, 3);
    }

    /* REENTRANT: one instance serves concurrent calls, for it has no state. */
    static const metis_strategy_v1 strategy = {
        .size = sizeof(metis_strategy_v1),
        .flags = METIS_STRATEGY_REENTRANT,
        .create = create,
        .destroy = destroy,
        .call = call,
    };

    static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                        metis_error_v1 *error, void **plugin) {
      (void)host;
      (void)config;
      (void)error;
      *plugin = context;
      return METIS_OK;
    }

    static void deinit(void *plugin) { (void)plugin; }

    static bool equals(metis_slice_v1 slice, const char *text) {
      size_t i = 0;
      while (i < slice.count && text[i] != 0 && slice.bytes[i] == (uint8_t)text[i]) i++;
      return i == slice.count && text[i] == 0;
    }

    static const void *query(void *plugin, metis_slice_v1 extension_id) {
      (void)plugin;
      return equals(extension_id, METIS_STRATEGY_V1) ? &strategy : NULL;
    }

    static const metis_slice_v1 provides[] = {SLICE("@NAME@")};

    static const metis_descriptor_v1 descriptor = {
        .size = sizeof(metis_descriptor_v1),
        .id = SLICE("@ID@"),
        .name = SLICE("@NAME@"),
        .version = SLICE("0.1.0"),
        .vendor = SLICE("Example"),
        .license = SLICE("MIT"),
        .provides = provides,
        .provides_count = 1,
    };

    int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
      if (host_abi >> 16 != METIS_ABI_MAJOR) return METIS_UNSUPPORTED;
      out->size = sizeof(metis_plugin_v1);
      out->abi = METIS_ABI_VERSION;
      out->descriptor = &descriptor;
      out->context = NULL;
      out->init = init;
      out->deinit = deinit;
      out->query = query;
      return METIS_OK;
    }

    """
}
