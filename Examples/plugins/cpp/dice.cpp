// A strategy in C++17: throws dice from the call's seed. Exceptions end at the C boundary.
#include "metis/metis.h"

#include <charconv>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

METIS_PLUGIN_META(0);

namespace {

metis_slice_v1 slice(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

std::string_view view(metis_slice_v1 slice) {
  return {reinterpret_cast<const char *>(slice.bytes), slice.count};
}

/// Runs `body`; an exception becomes a code and a text in the host's error.
template <class Body> int32_t guarded(metis_error_v1 *error, Body body) noexcept {
  std::string_view text = "unknown exception";
  std::string kept;
  int32_t code = METIS_FAILED;
  try {
    body();
    return METIS_OK;
  } catch (const std::invalid_argument &found) {
    code = METIS_INVALID;
    kept = found.what();
    text = kept;
  } catch (const std::exception &found) {
    kept = found.what();
    text = kept;
  } catch (...) {
  }
  error->code = code;
  error->length = static_cast<uint32_t>(text.copy(
      reinterpret_cast<char *>(error->text), sizeof error->text));
  return code;
}

/// Reads the members of a flat JSON object of integers, such as `{"sides":6,"count":2}`. The host
/// hands over valid JSON, so only its kind is checked here.
class Integers {
public:
  explicit Integers(std::string_view object) : rest(object) {}

  /// Calls `found(name, value)` for each member.
  template <class Found> void each(Found found) {
    take('{');
    while (peek() != '}') {
      take('"');
      const auto end = rest.find('"');
      const auto name = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      take(':');
      peek();
      int value = 0;
      const auto [stop, status] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
      const auto count = static_cast<size_t>(stop - rest.data());
      const auto next = count < rest.size() ? rest[count] : ',';
      if (status != std::errc() || next == '.' || next == 'e' || next == 'E')
        throw std::invalid_argument(std::string(name) + ": expected an integer");
      rest.remove_prefix(count);
      found(name, value);
      if (peek() == ',') take(',');
    }
  }

private:
  std::string_view rest;

  char peek() {
    const auto start = rest.find_first_not_of(" \t\r\n");
    rest.remove_prefix(start == std::string_view::npos ? rest.size() : start);
    if (rest.empty()) throw std::invalid_argument("expected an object of integers");
    return rest.front();
  }

  void take(char expected) {
    if (peek() != expected) throw std::invalid_argument("expected an object of integers");
    rest.remove_prefix(1);
  }
};

struct Dice {
  int sides = 6;
  int count = 2;

  explicit Dice(std::string_view config) {
    Integers(config).each([this](std::string_view name, int value) {
      if (name == "sides") {
        sides = checked(name, value, 1'000'000);
      } else if (name == "count") {
        count = checked(name, value, 1'000);
      } else {
        throw std::invalid_argument(std::string(name) + ": expected sides or count");
      }
    });
  }

  std::string roll(uint64_t seed) const {
    // mt19937_64 is fixed by the standard; its distributions are not.
    std::mt19937_64 random(seed);
    std::string json = "{\"dice\":[";
    long sum = 0;
    for (int index = 0; index < count; index++) {
      const long eyes = static_cast<long>(random() % static_cast<uint64_t>(sides)) + 1;
      sum += eyes;
      if (index > 0) json += ',';
      json += std::to_string(eyes);
    }
    return json + "],\"sum\":" + std::to_string(sum) + "}";
  }

private:
  static int checked(std::string_view name, int value, int limit) {
    if (value < 1 || value > limit)
      throw std::invalid_argument(
          std::string(name) + ": found " + std::to_string(value) + ", expected 1 to "
          + std::to_string(limit));
    return value;
  }
};

int32_t create(void *, const metis_instance_v1 *setup, metis_error_v1 *error, void **out) {
  return guarded(error, [&] {
    *out = std::make_unique<Dice>(setup->config.count ? view(setup->config) : "{}").release();
  });
}

void destroy(void *instance) { delete static_cast<Dice *>(instance); }

int32_t call(void *instance, const metis_request_v1 *request, const metis_reply_v1 *reply) {
  metis_error_v1 error{};
  const auto status = guarded(&error, [&] {
    const std::string json = static_cast<const Dice *>(instance)->roll(request->seed);
    const metis_slice_v1 part = slice(json);
    reply->complete(request->call, METIS_SHAPE_VALUE, &part, 1);
  });
  if (status != METIS_OK)
    reply->fail(request->call, 0, {error.text, error.length}, {nullptr, 0});
  return METIS_OK;
}

const metis_strategy_v1 strategy = {
    sizeof(metis_strategy_v1), METIS_STRATEGY_REENTRANT, create, destroy, call};

metis_slice_v1 schema(void *, uint32_t section) {
  if (section != METIS_SECTION_STRATEGY) return {nullptr, 0};
  return slice(R"({"type":"object","properties":{"sides":{"type":"integer","minimum":1,)"
               R"("maximum":1000000},"count":{"type":"integer","minimum":1,"maximum":1000}},)"
               R"("additionalProperties":false})");
}

const metis_config_v1 config = {sizeof(metis_config_v1), 0, schema, nullptr};

int32_t init(void *context, const metis_host_v1 *, metis_slice_v1, metis_error_v1 *,
             void **plugin) {
  *plugin = context;
  return METIS_OK;
}

void deinit(void *) {}

const void *query(void *, metis_slice_v1 id) {
  if (view(id) == METIS_STRATEGY_V1) return &strategy;
  if (view(id) == METIS_CONFIG_V1) return &config;
  return nullptr;
}

} // namespace

extern "C" METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  if (host_abi >> 16 != METIS_ABI_MAJOR) return METIS_UNSUPPORTED;
  // Function statics are filled by the first call: the host calls the entry once, on one thread.
  static const metis_slice_v1 provides[] = {slice("dice")};
  static const metis_descriptor_v1 descriptor = [] {
    metis_descriptor_v1 who{};
    who.size = sizeof who;
    who.id = slice("org.example.dice");
    who.name = slice("Dice strategy");
    who.version = slice("1.0.0");
    who.vendor = slice("Example");
    who.license = slice("MIT");
    who.provides = provides;
    who.provides_count = 1;
    return who;
  }();
  *out = {sizeof(metis_plugin_v1), METIS_ABI_VERSION, &descriptor, nullptr, init, deinit, query};
  return METIS_OK;
}
