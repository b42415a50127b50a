#pragma once

/// \file pipelines/ingest/row_reader.h
/// Rows of a text file, streamed: lines of NDJSON, or CSV records, whose quoted fields may hold
/// line ends. Rows depend on the bytes alone, not on how they were read: a resumed import counts
/// on it. Memory stays below 10 MiB whatever the file holds. One owner, not thread safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/file_stream.h"

namespace shelfcast::ingest {

enum class TextFormat : std::uint8_t { kNdjson, kCsv };

struct TextRow {
    std::string_view
        text;  ///< Without its line end; of a longer row than kMaxRowBytes its beginning.
    std::uint64_t true_bytes = 0;
    [[nodiscard]] bool too_long() const noexcept { return true_bytes > text.size(); }
};

class RowReader {
public:
    /// A message may not be longer either.
    static constexpr std::size_t kMaxRowBytes = std::size_t{64} << 10U;
    static constexpr std::size_t kBlockBytes = std::size_t{4} << 20U;

    /// A byte order mark at the beginning is skipped.
    /// `block_bytes`: how much is read at a time, at least 2 x kMaxRowBytes.
    RowReader(FileStream file, TextFormat format, std::size_t block_bytes = kBlockBytes);

    /// The next row that is not blank, valid until the next call. False at the end. A CSV quote
    /// that is not closed within kMaxRowBytes ends with its line. Errors: those of the file.
    [[nodiscard]] Result<bool> next(TextRow& row);

    /// Bytes of the file up to the end of the last row, its line end included.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// The same without the line end.
    [[nodiscard]] std::uint64_t row_end() const noexcept { return row_end_; }
    [[nodiscard]] const FileStream& file() const noexcept { return file_; }

    /// Reads what is left, so that the file's hash covers all of it.
    [[nodiscard]] Status drain();

private:
    [[nodiscard]] std::string_view window() const {
        return std::string_view(buffer_.data() + begin_, end_ - begin_);
    }
    /// Reads more behind the window; false when the file has no more.
    [[nodiscard]] Result<bool> fill();
    /// Offset in the window of the line end that ends the row that begins the window.
    [[nodiscard]] Result<std::size_t> find_row_end();
    [[nodiscard]] Result<bool> skip_long_line(TextRow& row, std::size_t scanned);
    void consume(std::size_t bytes) {
        begin_ += bytes;
        position_ += bytes;
    }

    FileStream file_;
    TextFormat format_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t row_end_ = 0;
    bool at_start_ = true;
    bool drained_ = false;
    std::string long_row_;
};

/// Cuts a CSV record (RFC 4180, commas) into fields. Unquoted fields view `record`, unquoted texts
/// with doubled quotes view `scratch`. False: a quote is not closed, or text follows one that is.
[[nodiscard]] bool split_csv(std::string_view record, std::string& scratch,
                             std::vector<std::string_view>& fields);

}  // namespace shelfcast::ingest
