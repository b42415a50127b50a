#include "adapters/memory/memory_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace shelfcast::adapters::memory {
namespace {

using retail::Column;
using retail::ColumnBlock;
using retail::NullableInt64;
using retail::TextColumn;

constexpr std::string_view kMagic = "SCMC";

// FNV-1a, of eight bytes at a time: enough to notice a torn file.
std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t hash = 0xCBF29CE484222325ULL ^ bytes.size();
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t taken = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), taken);
        hash = (hash ^ word) * 0x100000001B3ULL;
        hash ^= hash >> 32U;  // The high bytes of a word would reach no lower bit.
        bytes.remove_prefix(taken);
    }
    return hash;
}

void append_number(std::string& out, std::uint64_t number) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Value>
void append_values(std::string& out, const std::vector<Value>& values) {
    append_number(out, values.size());
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

struct Writer {
    std::string& out;
    template <typename Value>
    void operator()(const std::vector<Value>& values) const {
        append_values(out, values);
    }
    void operator()(const TextColumn& texts) const {
        append_values(out, texts.ends);
        append_number(out, texts.bytes.size());
        out.append(texts.bytes);
    }
    void operator()(const NullableInt64& values) const {
        append_values(out, values.values);
        append_values(out, values.nulls);
    }
};

struct Reader {
    std::string_view left;

    bool number(std::uint64_t& value) {
        if (left.size() < sizeof value) {
            return false;
        }
        std::memcpy(&value, left.data(), sizeof value);
        left.remove_prefix(sizeof value);
        return true;
    }
    bool bytes(std::string& into) {
        std::uint64_t size = 0;
        if (!number(size) || size > left.size()) {
            return false;
        }
        into.assign(left.substr(0, size));
        left.remove_prefix(size);
        return true;
    }
    template <typename Value>
    bool operator()(std::vector<Value>& values) {
        std::uint64_t count = 0;
        if (!number(count) || count > left.size() / sizeof(Value)) {
            return false;
        }
        values.resize(count);
        if (count > 0) {
            std::memcpy(values.data(), left.data(), count * sizeof(Value));
        }
        left.remove_prefix(count * sizeof(Value));
        return true;
    }
    bool operator()(TextColumn& texts) { return (*this)(texts.ends) && bytes(texts.bytes); }
    bool operator()(NullableInt64& values) {
        return (*this)(values.values) && (*this)(values.nulls);
    }
};

Result<ColumnBlock> read_all(std::string_view bytes) {
    const auto broken = [&] {
        return fail(ErrorKind::kCorrupted, "file of {} bytes is broken", bytes.size());
    };
    if (bytes.size() < kMagic.size() + sizeof(std::uint64_t) || !bytes.starts_with(kMagic)) {
        return broken();
    }
    const std::string_view content =
        bytes.substr(kMagic.size(), bytes.size() - kMagic.size() - sizeof(std::uint64_t));
    std::uint64_t expected = 0;
    std::memcpy(&expected, bytes.data() + bytes.size() - sizeof expected, sizeof expected);
    if (checksum(content) != expected) {
        return broken();
    }
    Reader reader{content};
    std::uint64_t columns = 0;
    if (!reader.number(columns)) {
        return broken();
    }
    ColumnBlock block;
    for (std::uint64_t index = 0; index < columns; ++index) {
        Column column{};
        std::uint64_t type = 0;
        if (!reader.bytes(column.name) || !reader.number(type)) {
            return broken();
        }
        column.type = static_cast<retail::ColumnType>(type);
        column.data = retail::make_column_data(column.type);
        if (!std::visit([&](auto& data) { return reader(data); }, column.data)) {
            return broken();
        }
        block.columns.push_back(std::move(column));
    }
    return block;
}

}  // namespace

Result<std::string> MemoryCodec::encode(const ColumnBlock& block) {
    std::string out(kMagic);
    append_number(out, block.columns.size());
    for (const Column& column : block.columns) {
        append_number(out, column.name.size());
        out.append(column.name);
        append_number(out, static_cast<std::uint64_t>(column.type));
        std::visit(Writer{out}, column.data);
    }
    append_number(out, checksum(std::string_view(out).substr(kMagic.size())));
    return out;
}

Result<ColumnBlock> MemoryCodec::decode(std::string_view bytes,
                                        std::span<const retail::ColumnSpec> columns) {
    SHELFCAST_ASSIGN(ColumnBlock all, read_all(bytes));
    ColumnBlock wanted;
    for (const retail::ColumnSpec& spec : columns) {
        const auto found = std::ranges::find(all.columns, spec.name, &Column::name);
        if (found == all.columns.end() || found->type != spec.type) {
            return fail(ErrorKind::kCorrupted, "file of {} bytes: no column {} {}", bytes.size(),
                        spec.name, retail::clickhouse_name(spec.type));
        }
        wanted.columns.push_back(std::move(*found));
    }
    return wanted;
}

}  // namespace shelfcast::adapters::memory
