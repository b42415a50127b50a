#pragma once

/// \file pipelines/batch/date_buffers.h
/// Sorts folded rows into the lake's folders: one buffer of rows per table and date.
///
/// One owner, not thread safe. Memory is bounded by the caller, who takes the largest buffer out.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "operator/flush_rows.h"
#include "ports/lake.h"
#include "retail/column_block.h"

namespace shelfcast::batch {

/// A buffer of rows for one lake folder.
struct FolderRows {
    ports::LakeFolder folder;
    std::string table;
    retail::ColumnBlock rows;
};

class DateBuffers {
public:
    /// Adds the accepted rows and rejections of a stretch of the log.
    void add(const operators::FlushOutput& output);
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Takes the buffer with the most rows out; nothing when empty.
    [[nodiscard]] std::optional<FolderRows> take_largest();
    /// Takes the buffers out one by one, in order of table, topic and date.
    [[nodiscard]] std::optional<FolderRows> take_first();

private:
    struct Key {
        std::string table;
        std::string topic;
        std::int32_t date;
        auto operator<=>(const Key&) const = default;
    };
    using Buffers = std::map<Key, retail::ColumnBlock>;
    [[nodiscard]] FolderRows take(Buffers::iterator at);

    Buffers buffers_;
    std::size_t rows_ = 0;
};

/// Neighbouring rows of a block: [begin, end).
struct RowStretch {
    std::size_t begin;
    std::size_t end;
};

/// Appends the given rows of `from` to `to`, column by column; both have the same columns.
void append_rows(retail::ColumnBlock& to, const retail::ColumnBlock& from,
                 std::span<const RowStretch> rows);

/// Appends every row of `from` to `to`; an empty `to` takes them over.
void append_block(retail::ColumnBlock& to, retail::ColumnBlock&& from);

}  // namespace shelfcast::batch
