#include "pipelines/batch/date_buffers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::batch {
namespace {

using retail::ColumnBlock;
using retail::NullableInt64;
using retail::TextColumn;
using Rows = std::span<const RowStretch>;

constexpr std::int64_t kDayUs = 86'400'000'000;

std::size_t count_of(Rows rows) {
    std::size_t count = 0;
    for (const RowStretch& one : rows) {
        count += one.end - one.begin;
    }
    return count;
}

template <typename Value>
void append_values(std::vector<Value>& to, const std::vector<Value>& from, Rows rows) {
    for (const RowStretch& one : rows) {
        to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(one.begin),
                  from.begin() + static_cast<std::ptrdiff_t>(one.end));
    }
}

void append_values(TextColumn& to, const TextColumn& from, Rows rows) {
    for (const RowStretch& one : rows) {
        const std::uint64_t first = one.begin == 0 ? 0 : from.ends[one.begin - 1];
        const std::uint64_t shift = to.bytes.size() - first;  // Wraps around below zero, and back.
        to.bytes.append(from.bytes, first, from.ends[one.end - 1] - first);
        for (std::size_t row = one.begin; row < one.end; ++row) {
            to.ends.push_back(from.ends[row] + shift);
        }
    }
}

void append_values(NullableInt64& to, const NullableInt64& from, Rows rows) {
    append_values(to.values, from.values, rows);
    append_values(to.nulls, from.nulls, rows);
}

}  // namespace

void append_rows(ColumnBlock& to, const ColumnBlock& from, Rows rows) {
    SHELFCAST_CHECK(to.columns.size() == from.columns.size());
    for (std::size_t i = 0; i < to.columns.size(); ++i) {
        std::visit(
            [&](auto& target) {
                using Data = std::decay_t<decltype(target)>;
                append_values(target, std::get<Data>(from.columns[i].data), rows);
            },
            to.columns[i].data);
    }
}

void append_block(ColumnBlock& to, ColumnBlock&& from) {
    if (to.empty()) {
        to = std::move(from);
        return;
    }
    if (!from.empty()) {
        const RowStretch all{0, from.rows()};
        append_rows(to, from, {&all, 1});
    }
}

void DateBuffers::add(const operators::FlushOutput& output) {
    std::map<Key, std::vector<RowStretch>> places;
    for (const retail::Topic& topic : retail::event_topics()) {
        const std::string table(topic.table);
        const std::string name(topic.name);
        const auto& dates = output.block(table).data<std::vector<std::uint16_t>>("business_date");
        for (std::size_t row = 0; row < dates.size();) {
            // Neighbouring rows mostly share their date: one look-up per stretch.
            const std::size_t begin = row;
            for (; row < dates.size() && dates[row] == dates[begin]; ++row) {
            }
            places[{table, name, dates[begin]}].push_back({begin, row});
        }
    }
    const ColumnBlock& rejections = output.block(retail::kRejectionsTable);
    const auto& topics = rejections.data<TextColumn>("log_topic");
    const auto& times = rejections.data<std::vector<std::int64_t>>("log_time");
    for (std::size_t row = 0; row < times.size(); ++row) {
        places[{std::string(retail::kRejectionsTable), std::string(topics[row]),
                static_cast<std::int32_t>(times[row] / kDayUs)}]
            .push_back({row, row + 1});
    }
    for (const auto& [key, rows] : places) {
        const auto [at, added] = buffers_.try_emplace(key);
        if (added) {
            at->second = retail::make_table_block(retail::operator_table(key.table));
        }
        append_rows(at->second, output.block(key.table), rows);
        rows_ += count_of(rows);
    }
}

FolderRows DateBuffers::take(Buffers::iterator at) {
    const Key& key = at->first;
    FolderRows taken{{key.topic, key.table == retail::kRejectionsTable, key.date},
                     key.table,
                     std::move(at->second)};
    rows_ -= taken.rows.rows();
    buffers_.erase(at);
    return taken;
}

std::optional<FolderRows> DateBuffers::take_largest() {
    if (buffers_.empty()) {
        return std::nullopt;
    }
    return take(std::ranges::max_element(buffers_, {},
                                         [](const auto& entry) { return entry.second.rows(); }));
}

std::optional<FolderRows> DateBuffers::take_first() {
    if (buffers_.empty()) {
        return std::nullopt;
    }
    return take(buffers_.begin());
}

}  // namespace shelfcast::batch
