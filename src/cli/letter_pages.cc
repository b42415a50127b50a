#include "cli/letter_pages.h"

#include <algorithm>
#include <array>

#include "adapters/clickhouse/native_format.h"
#include "retail/column_block.h"
#include "sql_text.h"

namespace shelfcast::cli {
namespace {

using retail::ColumnType;

constexpr std::uint64_t kPageLetters = 1'000;
constexpr std::array kColumns = {retail::ColumnSpec{"log_topic", ColumnType::kText},
                                 retail::ColumnSpec{"log_partition", ColumnType::kUInt32},
                                 retail::ColumnSpec{"log_offset", ColumnType::kInt64},
                                 retail::ColumnSpec{"source", ColumnType::kText},
                                 retail::ColumnSpec{"raw", ColumnType::kText}};

}  // namespace

Result<std::vector<ingest::ReplayLetter>> LetterPages::next() {
    std::vector<ingest::ReplayLetter> letters;
    const std::uint64_t wanted =
        request_.limit == 0 ? kPageLetters : std::min(kPageLetters, request_.limit - given_);
    if (wanted == 0) {
        return letters;
    }
    SHELFCAST_ASSIGN(
        const std::string answer,
        warehouse_.query_text(sql_text("queries/operations/dead_letters_to_replay.sql"),
                              {{"reason", request_.reason},
                               {"from", request_.from},
                               {"to", request_.to},
                               {"topic", last_.topic},
                               {"partition", std::to_string(last_.partition.value)},
                               {"offset", std::to_string(last_.offset)},
                               {"limit", std::to_string(wanted)}},
                              {}, "Native"));
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     adapters::clickhouse::decode_native(answer, kColumns));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        last_ = {std::string(rows.data<retail::TextColumn>("log_topic")[row]),
                 PartitionId{rows.data<std::vector<std::uint32_t>>("log_partition")[row]},
                 rows.data<std::vector<std::int64_t>>("log_offset")[row]};
        letters.push_back({last_, std::string(rows.data<retail::TextColumn>("source")[row]),
                           std::string(rows.data<retail::TextColumn>("raw")[row])});
    }
    given_ += letters.size();
    progress_(fmt::format(R"({{"file":"replay","rows":{}}})", given_));
    return letters;
}

}  // namespace shelfcast::cli
