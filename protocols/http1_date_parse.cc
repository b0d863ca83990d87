#include "protocols/http1_date_parse.h"

#include <chrono>

#include "protocols/http1_bytes.h"
#include "protocols/http1_date.h"

namespace sluice {
namespace {

// Takes a text apart from its front; the first misfit spoils all that follows.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return fits_ && text_.empty(); }

  void Expect(std::string_view literal) {
    fits_ = fits_ && text_.substr(0, literal.size()) == literal;
    if (fits_) text_.remove_prefix(literal.size());
  }
  // Exactly so many digits; a space stands for a leading zero where that is allowed.
  int Number(size_t digits, bool padded = false) {
    fits_ = fits_ && text_.size() >= digits;
    int number = 0;
    for (size_t i = 0; fits_ && i < digits; ++i) {
      const bool pad = padded && i == 0 && text_[i] == ' ';
      fits_ = pad || http1::IsDigit(text_[i]);
      number = number * 10 + (pad ? 0 : text_[i] - '0');
    }
    if (fits_) text_.remove_prefix(digits);
    return number;
  }
  unsigned Month() {
    for (unsigned month = 0; fits_ && month < http1::kMonths.size(); ++month) {
      if (text_.substr(0, 3) != http1::kMonths[month]) continue;
      text_.remove_prefix(3);
      return month + 1;
    }
    fits_ = false;
    return 0;
  }

 private:
  std::string_view text_;
  bool fits_ = true;
};

struct Fields {
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0, minute = 0, second = 0;
};

void ReadTime(Reader& reader, Fields* fields) {
  fields->hour = reader.Number(2);
  reader.Expect(":");
  fields->minute = reader.Number(2);
  reader.Expect(":");
  fields->second = reader.Number(2);
}

// "06 Nov 1994 08:49:37 GMT"
bool ReadFixed(Reader reader, Fields* fields) {
  fields->day = reader.Number(2);
  reader.Expect(" ");
  fields->month = reader.Month();
  reader.Expect(" ");
  fields->year = reader.Number(4);
  reader.Expect(" ");
  ReadTime(reader, fields);
  reader.Expect(" GMT");
  return reader.done();
}

// "06-Nov-94 08:49:37 GMT"
bool ReadRfc850(Reader reader, int now_year, Fields* fields) {
  fields->day = reader.Number(2);
  reader.Expect("-");
  fields->month = reader.Month();
  reader.Expect("-");
  fields->year = now_year - now_year % 100 + reader.Number(2);
  // More than 50 years ahead: the most recent year in the past that ends so.
  if (fields->year > now_year + 50) fields->year -= 100;
  reader.Expect(" ");
  ReadTime(reader, fields);
  reader.Expect(" GMT");
  return reader.done();
}

// "Nov  6 08:49:37 1994"
bool ReadAsctime(Reader reader, Fields* fields) {
  fields->month = reader.Month();
  reader.Expect(" ");
  fields->day = reader.Number(2, /*padded=*/true);
  reader.Expect(" ");
  ReadTime(reader, fields);
  reader.Expect(" ");
  fields->year = reader.Number(4);
  return reader.done();
}

int YearOf(int64_t unix_time) {
  namespace chrono = std::chrono;
  const auto day = chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(unix_time)));
  return static_cast<int>(chrono::year_month_day(day).year());
}

std::optional<int64_t> SecondsOf(const Fields& fields) {
  namespace chrono = std::chrono;
  const chrono::year_month_day date{chrono::year(fields.year), chrono::month(fields.month),
                                    chrono::day(static_cast<unsigned>(fields.day))};
  const bool time_of_day = fields.hour < 24 && fields.minute < 60 && fields.second <= 60;
  if (!date.ok() || !time_of_day) return std::nullopt;
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  return days * 86400 + fields.hour * 3600 + fields.minute * 60 + fields.second;
}

}  // namespace

std::optional<int64_t> ParseHttp1Date(std::string_view text, int64_t now) {
  const size_t comma = text.find(',');
  Fields fields;
  if (comma == std::string_view::npos) {
    if (text.size() < 4 || text[3] != ' ') return std::nullopt;
    return ReadAsctime(Reader(text.substr(4)), &fields) ? SecondsOf(fields) : std::nullopt;
  }
  if (text.size() < comma + 2 || text[comma + 1] != ' ') return std::nullopt;
  const Reader reader(text.substr(comma + 2));
  const bool read = ReadFixed(reader, &fields) || ReadRfc850(reader, YearOf(now), &fields);
  return read ? SecondsOf(fields) : std::nullopt;
}

}  // namespace sluice
