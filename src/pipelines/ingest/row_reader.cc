#include "pipelines/ingest/row_reader.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "pipelines/ingest/message_split.h"

namespace shelfcast::ingest {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// Where a CSV record ends.
struct RecordEnd {
    enum class Kind : std::uint8_t {
        kFound,     ///< At the line end `offset`.
        kOpen,      ///< Not in the text given: a quote is open, or there is no line end.
        kMalformed  ///< A quoted field that spans lines is followed by other text: no such field.
    };
    Kind kind = Kind::kOpen;
    std::size_t offset = 0;
};

/// Follows the quotes of one record. A quote opens only at the beginning of a field.
RecordEnd find_record_end(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '"') {
            ++at;
            bool spans_lines = false;
            while (true) {
                const std::size_t quote = text.find('"', at);
                if (quote == kNone || quote + 1 == text.size()) {
                    return {};
                }
                spans_lines =
                    spans_lines || std::memchr(text.data() + at, '\n', quote - at) != nullptr;
                at = quote + 1;
                if (text[at] != '"') {
                    break;
                }
                ++at;
            }
            const char after = text[at];
            if (spans_lines && after != ',' && after != '\n' && after != '\r') {
                return {RecordEnd::Kind::kMalformed, 0};
            }
        }
        at = text.find_first_of(",\n", at);
        if (at == kNone) {
            return {};
        }
        if (text[at] == '\n') {
            return {RecordEnd::Kind::kFound, at};
        }
        ++at;
    }
    return {};
}

}  // namespace

RowReader::RowReader(FileStream file, TextFormat format, std::size_t block_bytes)
    : file_(std::move(file)), format_(format), buffer_(block_bytes) {
    SHELFCAST_CHECK(block_bytes >= 2 * kMaxRowBytes);
}

Result<bool> RowReader::fill() {
    if (drained_) {
        return false;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) {
        return false;
    }
    SHELFCAST_ASSIGN(const std::size_t got,
                     file_.read({buffer_.data() + end_, buffer_.size() - end_}));
    drained_ = got == 0;
    end_ += got;
    return got > 0;
}

Result<std::size_t> RowReader::find_row_end() {
    std::size_t scanned = 0;
    while (true) {
        const std::string_view text = window();
        const void* const found =
            text.empty() ? nullptr
                         : std::memchr(text.data() + scanned, '\n', text.size() - scanned);
        if (found != nullptr) {
            const auto line_end =
                static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
            if (format_ == TextFormat::kNdjson ||
                std::memchr(text.data(), '"', line_end) == nullptr) {
                return line_end;
            }
            // The same bytes are looked at wherever the window ends.
            const RecordEnd record = find_record_end(text.substr(0, kMaxRowBytes));
            if (record.kind == RecordEnd::Kind::kFound) {
                return record.offset;
            }
            if (record.kind == RecordEnd::Kind::kMalformed || text.size() >= kMaxRowBytes) {
                return line_end;
            }
            scanned = 0;
        } else {
            scanned = text.size();
        }
        SHELFCAST_ASSIGN(const bool more, fill());
        if (!more) {
            // At the end of the file an open quote ends with its line, as everywhere.
            if (found == nullptr) {
                return kNone;
            }
            const void* const line_end = std::memchr(window().data(), '\n', window().size());
            return static_cast<std::size_t>(static_cast<const char*>(line_end) - window().data());
        }
    }
}

Result<bool> RowReader::skip_long_line(TextRow& row, std::size_t scanned) {
    // The whole buffer is one line without an end: keep its beginning, let the rest go by.
    const std::uint64_t row_begin = position_;
    long_row_.assign(window().substr(0, kMaxRowBytes));
    row.true_bytes = scanned;
    char last = window().back();
    consume(scanned);
    while (true) {
        SHELFCAST_ASSIGN(const bool more, fill());
        if (!more) {
            break;
        }
        const std::string_view text = window();
        const void* const found = std::memchr(text.data(), '\n', text.size());
        if (found != nullptr) {
            const auto length =
                static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
            row.true_bytes += length;
            last = length > 0 ? text[length - 1] : last;
            consume(length + 1);
            break;
        }
        row.true_bytes += text.size();
        last = text.back();
        consume(text.size());
    }
    row.true_bytes -= last == '\r' ? 1 : 0;
    row.text = long_row_;
    row_end_ = row_begin + row.true_bytes;
    return true;
}

Result<bool> RowReader::next(TextRow& row) {
    while (true) {
        if (begin_ == end_) {
            SHELFCAST_ASSIGN(const bool more, fill());
            if (!more) {
                return false;
            }
        }
        if (at_start_) {
            at_start_ = false;
            if (window().starts_with(kByteOrderMark)) {
                consume(kByteOrderMark.size());
                continue;
            }
        }
        SHELFCAST_ASSIGN(const std::size_t end, find_row_end());
        if (end == kNone && end_ - begin_ == buffer_.size() && !drained_) {
            return skip_long_line(row, window().size());
        }
        std::string_view text = window().substr(0, end == kNone ? window().size() : end);
        const std::uint64_t row_begin = position_;
        consume(end == kNone ? text.size() : end + 1);
        if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        if (text.size() <= kMaxRowBytes && is_blank(text)) {
            continue;
        }
        row_end_ = row_begin + text.size();
        row.true_bytes = text.size();
        row.text = text.substr(0, kMaxRowBytes);
        return true;
    }
}

Status RowReader::drain() {
    begin_ = end_ = 0;
    while (true) {
        SHELFCAST_ASSIGN(const bool more, fill());
        if (!more && drained_) {
            return {};
        }
        begin_ = end_ = 0;
    }
}

bool split_csv(std::string_view record, std::string& scratch,
               std::vector<std::string_view>& fields) {
    fields.clear();
    scratch.clear();
    scratch.reserve(record.size());  // Views into it must not move.
    std::size_t at = 0;
    while (true) {
        if (at < record.size() && record[at] == '"') {
            const std::size_t begin = scratch.size();
            ++at;
            while (true) {
                const std::size_t quote = record.find('"', at);
                if (quote == kNone) {
                    return false;
                }
                scratch.append(record.substr(at, quote - at));
                at = quote + 1;
                if (at >= record.size() || record[at] != '"') {
                    break;
                }
                scratch.push_back('"');
                ++at;
            }
            fields.push_back(std::string_view(scratch).substr(begin));
            if (at < record.size() && record[at] != ',') {
                return false;
            }
        } else {
            const std::size_t end = std::min(record.find(',', at), record.size());
            fields.push_back(record.substr(at, end - at));
            at = end;
        }
        if (at >= record.size()) {
            return true;
        }
        ++at;
    }
}

}  // namespace shelfcast::ingest
