#include "api/table_stream.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "api/csv_text.h"
#include "base/bounded_queue.h"

namespace shelfcast::api {
namespace {

/// The warehouse sends pieces of some kilobytes to a megabyte.
constexpr std::size_t kPiecesAhead = 8;

class TableBody {
public:
    TableBody(ports::TableSource& source, std::string_view sql, const ports::QueryValues& values,
              ports::TableFormat format)
        : is_csv_(format == ports::TableFormat::kCsv),
          reader_([this, &source, sql, values, format](const std::stop_token& stop) {
              ended_ = source.stream_table(sql, values, format, [&](std::string_view piece) {
                  return pieces_.push(std::string(piece), stop);
              });
              pieces_.close();
          }) {}

    /// Error: nothing came, and why.
    Status wait_for_first() {
        first_ = pieces_.pop(never_);
        return first_ ? Status() : end();
    }

    Result<bool> next(std::string& chunk) {
        while (chunk.empty()) {
            std::optional<std::string> piece =
                first_ ? std::exchange(first_, std::nullopt) : pieces_.pop(never_);
            if (!piece) {
                SHELFCAST_TRY(end());
                chunk = guard_.rest();
                return false;
            }
            chunk = is_csv_ ? guard_.take(*piece) : *std::move(piece);
        }
        return true;
    }

private:
    Status end() {
        if (reader_.joinable()) {
            reader_.join();
        }
        return ended_;
    }

    const bool is_csv_;
    FormulaGuard guard_;
    const std::stop_token never_;
    BoundedQueue<std::string> pieces_{kPiecesAhead};
    std::optional<std::string> first_;
    Status ended_;         ///< The reader's; read after it is joined.
    std::jthread reader_;  ///< Last: it uses the others.
};

}  // namespace

Result<ports::HttpBodySource> stream_of_table(ports::TableSource& source, std::string_view sql,
                                              const ports::QueryValues& values,
                                              ports::TableFormat format) {
    // Shared by the copies of the body source.
    auto body = std::make_shared<TableBody>(source, sql, values, format);
    SHELFCAST_TRY(body->wait_for_first());
    return [body](std::string& chunk) { return body->next(chunk); };
}

}  // namespace shelfcast::api
