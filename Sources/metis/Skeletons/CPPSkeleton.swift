extension Skeleton {
  /// A strategy in C++17.
  var cppFiles: [File] {
    [
      File("\(identifier).cpp", fill(Self.cppSource)), File("exports.map", Self.exports),
      File("Makefile", fill(Self.cppMakefile)),
    ]
  }

  private static let cppMakefile = """
    # Where metis/metis.h is.
    METIS_INCLUDE ?= @INCLUDE@
    CXXFLAGS ?= -O2 -g
    override CXXFLAGS += -std=c++17 -Wall -Wextra -fPIC -fvisibility=hidden

    @LIBRARY@: @IDENTIFIER@.cpp exports.map
    \t$(CXX) $(CXXFLAGS) -I$(METIS_INCLUDE) -shared -Wl,--version-script=exports.map -o $@ $<

    clean:
    \t$(RM) @LIBRARY@

    .PHONY: clean

    """

  private static let cppSource = """
    // The strategy @NAME@: answers with the arguments of the call.
    #include "metis/metis.h"

    #include <algorithm>
    #include <cstring>
    #include <exception>
    #include <string>
    #include <string_view>

    // Without METIS_META_UNLOADABLE: the library stays mapped after its end, for the C++ runtime may
    // have left destructors of thread-local objects behind. `extern`, or a const object would be
    // local to this file and could be left out.
    extern "C" {
    extern const metis_meta_v1 metis_plugin_meta;
    METIS_PLUGIN_META(0);
    }

    namespace {

    metis_slice_v1 slice(std::string_view text) {
      return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
    }

    std::string_view view(metis_slice_v1 slice) {
      return {reinterpret_cast<const char *>(slice.bytes), slice.count};
    }

    void explain(metis_error_v1 *error, std::string_view text) {
      const size_t count = std::min(text.size(), sizeof error->text);
      std::memcpy(error->text, text.data(), count);
      error->code = METIS_FAILED;
      error->length = static_cast<uint32_t>(count);
    }

    /// Answers for one tool. Calls may come at the same time on several threads.
    class Strategy {
     public:
      /// `config` is the tool's section of the configuration, JSON.
      explicit Strategy(std::string_view config) : config(config) {}

      /// The answer to one call: a JSON value. `arguments` is a JSON object.
      std::string answer(std::string_view arguments) const {
        std::string answer = R"({"greeting":"Hello from @NAME@","arguments":)";
        answer += arguments;
        answer += '}';
        return answer;
      }

     private:
      std::string config;
    };

    // No exception may cross the boundary: each function catches what its body throws.

    int32_t create(void *, const metis_instance_v1 *setup, metis_error_v1 *error, void **out) {
      try {
        *out = new Strategy(view(setup->config));
        return METIS_OK;
      } catch (const std::exception &failure) {
        explain(error, failure.what());
        return METIS_FAILED;
      }
    }

    void destroy(void *instance) { delete static_cast<Strategy *>(instance); }

    int32_t call(void *instance, const metis_request_v1 *request, const metis_reply_v1 *reply) {
      try {
        const auto answer = static_cast<const Strategy *>(instance)->answer(view(request->arguments));
        const metis_slice_v1 part = slice(answer);
        return reply->complete(request->call, METIS_SHAPE_VALUE, &part, 1);
      } catch (const std::exception &failure) {
        return reply->fail(request->call, 0, slice(failure.what()), slice({}));
      }
    }

    const metis_strategy_v1 strategy = {sizeof(metis_strategy_v1), METIS_STRATEGY_REENTRANT, create,
                                        destroy, call};

    int32_t init(void *context, const metis_host_v1 *, metis_slice_v1, metis_error_v1 *,
                 void **plugin) {
      *plugin = context;
      return METIS_OK;
    }

    void deinit(void *) {}

    const void *query(void *, metis_slice_v1 extension_id) {
      return view(extension_id) == METIS_STRATEGY_V1 ? &strategy : nullptr;
    }

    }  // namespace

    int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
      if (host_abi >> 16 != METIS_ABI_MAJOR) return METIS_UNSUPPORTED;
      static const metis_slice_v1 provides[] = {slice("@NAME@")};
      static const metis_descriptor_v1 descriptor = [] {
        metis_descriptor_v1 descriptor{};
        descriptor.size = sizeof descriptor;
        descriptor.id = slice("@ID@");
        descriptor.name = slice("@NAME@");
        descriptor.version = slice("0.1.0");
        descriptor.vendor = slice("Example");
        descriptor.license = slice("MIT");
        descriptor.provides = provides;
        descriptor.provides_count = 1;
        return descriptor;
      }();
      out->size = sizeof *out;
      out->abi = METIS_ABI_VERSION;
      out->descriptor = &descriptor;
      out->context = nullptr;
      out->init = init;
      out->deinit = deinit;
      out->query = query;
      return METIS_OK;
    }

    """
}
