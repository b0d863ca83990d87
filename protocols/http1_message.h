// What the head of an HTTP/1.1 message says. Everything is a view into the bytes the parser was
// given: valid as long as they are.
#ifndef SLUICE_PROTOCOLS_HTTP1_MESSAGE_H_
#define SLUICE_PROTOCOLS_HTTP1_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// kOther is any other well-formed method; methods are case-sensitive, so "get" is one.
enum class Http1Method : uint8_t {
  kOther,
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
};

// "GET", ...; "" for kOther.
std::string_view Http1MethodName(Http1Method method);

enum class Http1TargetForm : uint8_t {
  kOrigin,     // /path?query
  kAbsolute,   // http://host/path?query
  kAuthority,  // host:port, of CONNECT
  kAsterisk,   // *, of OPTIONS
};

// How the bytes behind a head are framed; Http1Body reads them.
enum class Http1BodyKind : uint8_t {
  kNone,        // no body: the next message follows
  kLength,      // content_length bytes, at least one
  kChunked,     // chunks, then trailers
  kUntilClose,  // everything until the peer closes; responses only
  kTunnel,      // no longer HTTP: a 101, or a 2xx to CONNECT
};

struct Http1Field {
  std::string_view name;   // as sent, of any case
  std::string_view value;  // without white space around it; may be empty
};

// ASCII letters compare without case; for names of fields and for tokens.
bool Http1EqualNames(std::string_view a, std::string_view b);

// Where a field lies, from the first byte of its message.
struct Http1FieldPlace {
  uint16_t name_at = 0;
  uint16_t name_bytes = 0;
  uint16_t value_at = 0;
  uint16_t value_bytes = 0;
};

// The fields of a head in the order they were sent. Refers to the parser's table: valid until the
// parser is called again or destroyed, and as long as the bytes.
class Http1Fields {
 public:
  class Iterator {
   public:
    Iterator(const char* message, const Http1FieldPlace* place)
        : message_(message), place_(place) {}
    Http1Field operator*() const {
      return {{message_ + place_->name_at, place_->name_bytes},
              {message_ + place_->value_at, place_->value_bytes}};
    }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return place_ == other.place_; }

   private:
    const char* message_;
    const Http1FieldPlace* place_;
  };

  Http1Fields() = default;
  Http1Fields(const char* message, const Http1FieldPlace* places, size_t count)
      : message_(message), places_(places), count_(count) {}

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Http1Field operator[](size_t i) const { return *Iterator(message_, places_ + i); }
  Iterator begin() const { return {message_, places_}; }
  Iterator end() const { return {message_, places_ + count_}; }

  // The value of the first field called `name`, of any case.
  std::optional<std::string_view> Find(std::string_view name) const;
  size_t Count(std::string_view name) const;

 private:
  const char* message_ = nullptr;
  const Http1FieldPlace* places_ = nullptr;
  size_t count_ = 0;
};

// What both kinds of head say of the connection and of what follows.
struct Http1Framing {
  Http1BodyKind body = Http1BodyKind::kNone;
  // Another message may follow on this connection. By version and Connection; false, too, when the
  // body ends with the connection.
  bool keep_alive = false;
  bool has_content_length = false;
  uint64_t content_length = 0;  // as sent, 0 without; a HEAD answer has one without a body
  // The first Upgrade field where Connection names it, in HTTP/1.1; else empty.
  std::string_view upgrade;
};

struct Http1Request : Http1Framing {
  Http1Method method = Http1Method::kOther;
  Http1TargetForm target_form = Http1TargetForm::kOrigin;
  uint8_t minor_version = 1;     // 0 for HTTP/1.0; 1 for 1.1 and above
  bool expect_continue = false;  // Expect: 100-continue; never in HTTP/1.0
  std::string_view method_text;
  std::string_view target;  // as sent, escapes and all
  // The target without its query, and without scheme and authority where it has them; "*" and
  // host:port are their own path. "/" where an absolute target has none.
  std::string_view path;
  bool has_query = false;
  std::string_view query;  // behind the first '?'
  // Whom the request is for: of the target where that has one, else the Host field; with its port,
  // if any. Empty only in HTTP/1.0.
  std::string_view authority;
  Http1Fields fields;
};

struct Http1Response : Http1Framing {
  uint16_t status = 0;        // 100 to 599
  uint8_t minor_version = 1;  // as of a request
  std::string_view reason;    // may be empty
  Http1Fields fields;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_MESSAGE_H_
