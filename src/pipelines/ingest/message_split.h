#pragma once

/// \file pipelines/ingest/message_split.h
/// Cuts a body into messages without copying. Each splitter belongs to one thread and views the
/// body.

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace shelfcast::ingest {

/// The three bytes that some Windows programs put before UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Lines of NDJSON: ended by LF or CRLF, the last one also by the end; blank lines are skipped.
class LineSplitter {
public:
    explicit LineSplitter(std::string_view body) : rest_(body) {}
    /// False: no more lines.
    [[nodiscard]] bool next(std::string_view& line);

private:
    std::string_view rest_;
};

/// Elements of one JSON array, or top-level JSON values with white space (or nothing) between
/// them. Only the frame is judged: brackets, quotes, commas; what is inside an element is the
/// decoder's business.
class JsonSplitter {
public:
    explicit JsonSplitter(std::string_view body);
    /// False: the body ended well. Error: kInvalidInput with the byte where the frame breaks.
    [[nodiscard]] Result<bool> next(std::string_view& element);

private:
    void skip_space();
    [[nodiscard]] bool at_end() const { return at_ >= body_.size(); }

    std::string_view body_;
    std::size_t at_ = 0;
    bool array_ = false;
    bool first_ = true;
    bool done_ = false;
};

}  // namespace shelfcast::ingest
