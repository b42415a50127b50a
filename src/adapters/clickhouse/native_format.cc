#include "adapters/clickhouse/native_format.h"

#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "base/check.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::Column;
using retail::ColumnBlock;
using retail::ColumnData;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::NullableInt64;
using retail::TextColumn;

// A bound on a block's rows: more is no answer to any of our statements.
constexpr std::uint64_t kMaxRowsPerBlock = 1ULL << 32U;

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
        value >>= 7U;
    }
    out.push_back(static_cast<char>(value));
}

void append_text(std::string& out, std::string_view text) {
    append_varint(out, text.size());
    out.append(text);
}

template <typename Value>
void append_values(std::string& out, const std::vector<Value>& values) {
    static_assert(std::is_trivially_copyable_v<Value>);
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

struct DataEncoder {
    std::string& out;

    template <typename Value>
    void operator()(const std::vector<Value>& values) const {
        append_values(out, values);
    }
    void operator()(const TextColumn& texts) const {
        for (std::size_t row = 0; row < texts.size(); ++row) {
            append_text(out, texts[row]);
        }
    }
    void operator()(const NullableInt64& values) const {
        append_values(out, values.nulls);
        append_values(out, values.values);
    }
};

std::size_t encoded_size_hint(const ColumnBlock& block) {
    std::size_t bytes = 256;
    for (const Column& column : block.columns) {
        const auto* const texts = std::get_if<TextColumn>(&column.data);
        bytes +=
            64 + (texts != nullptr ? texts->bytes.size() + 2 * texts->size() : column.size() * 16);
    }
    return bytes;
}

// Reads from the front of a text; every step checks what is left.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes), left_(bytes) {}

    [[nodiscard]] bool at_end() const { return left_.empty(); }
    [[nodiscard]] std::size_t position() const { return bytes_.size() - left_.size(); }

    [[nodiscard]] bool varint(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (left_.empty()) {
                return false;
            }
            const auto byte = static_cast<unsigned char>(left_.front());
            left_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool text(std::string_view& value) {
        std::uint64_t size = 0;
        if (!varint(size) || size > left_.size()) {
            return false;
        }
        value = left_.substr(0, size);
        left_.remove_prefix(size);
        return true;
    }

    template <typename Value>
    [[nodiscard]] bool values(std::vector<Value>& into, std::uint64_t count) {
        static_assert(std::is_trivially_copyable_v<Value>);
        if (count > left_.size() / sizeof(Value)) {
            return false;
        }
        const std::size_t before = into.size();
        into.resize(before + count);
        if (count > 0) {
            std::memcpy(into.data() + before, left_.data(), count * sizeof(Value));
        }
        left_.remove_prefix(count * sizeof(Value));
        return true;
    }

private:
    std::string_view bytes_;
    std::string_view left_;
};

struct DataDecoder {
    Reader& reader;
    std::uint64_t rows;

    template <typename Value>
    bool operator()(std::vector<Value>& values) const {
        return reader.values(values, rows);
    }
    bool operator()(TextColumn& texts) const {
        std::string_view text;
        for (std::uint64_t row = 0; row < rows; ++row) {
            if (!reader.text(text)) {
                return false;
            }
            texts.push_back(text);
        }
        return true;
    }
    bool operator()(NullableInt64& values) const {
        const std::size_t before = values.size();
        if (!reader.values(values.nulls, rows) || !reader.values(values.values, rows)) {
            return false;
        }
        for (std::size_t row = before; row < values.size(); ++row) {
            if (values.nulls[row] != 0) {
                values.values[row] = 0;
            }
        }
        return true;
    }
};

// An old protocol revision, which is what plain HTTP speaks, leaves a DateTime's zone out.
bool type_matches(ColumnType wanted, std::string_view given) {
    return given == retail::clickhouse_name(wanted) ||
           (wanted == ColumnType::kDateTime && given == "DateTime");
}

}  // namespace

std::string encode_native(const ColumnBlock& block, std::span<const ConstantColumn> constants) {
    const std::size_t rows = block.rows();
    std::string out;
    out.reserve(encoded_size_hint(block) + constants.size() * (32 + rows * 8));
    append_varint(out, constants.size() + block.columns.size());
    append_varint(out, rows);
    for (const ConstantColumn& constant : constants) {
        append_text(out, constant.name);
        append_text(out, retail::clickhouse_name(constant.type));
        if (constant.type == ColumnType::kUInt32) {
            append_values(
                out, std::vector<std::uint32_t>(rows, static_cast<std::uint32_t>(constant.value)));
        } else {
            SHELFCAST_CHECK(constant.type == ColumnType::kUInt64 ||
                            constant.type == ColumnType::kDateTime64Us);
            append_values(out, std::vector<std::uint64_t>(rows, constant.value));
        }
    }
    for (const Column& column : block.columns) {
        SHELFCAST_CHECK(column.size() == rows);
        append_text(out, column.name);
        append_text(out, retail::clickhouse_name(column.type));
        std::visit(DataEncoder{out}, column.data);
    }
    return out;
}

Result<ColumnBlock> decode_native(std::string_view bytes, std::span<const ColumnSpec> columns) {
    ColumnBlock block = retail::make_block(columns);
    Reader reader(bytes);
    const auto broken = [&](std::string_view what) {
        return fail(ErrorKind::kCorrupted, "native rows, byte {} of {}: {}", reader.position(),
                    bytes.size(), what);
    };
    while (!reader.at_end()) {
        std::uint64_t column_count = 0;
        std::uint64_t rows = 0;
        if (!reader.varint(column_count) || !reader.varint(rows) || rows > kMaxRowsPerBlock) {
            return broken("no block header");
        }
        if (column_count == 0 && rows == 0) {
            continue;
        }
        if (column_count != columns.size()) {
            return broken(fmt::format("{} columns instead of {}", column_count, columns.size()));
        }
        for (std::size_t index = 0; index < columns.size(); ++index) {
            std::string_view name;
            std::string_view type;
            if (!reader.text(name) || !reader.text(type)) {
                return broken("no column header");
            }
            if (name != columns[index].name || !type_matches(columns[index].type, type)) {
                return broken(fmt::format("column {} {} instead of {} {}", name, type,
                                          columns[index].name,
                                          retail::clickhouse_name(columns[index].type)));
            }
            if (!std::visit(DataDecoder{reader, rows}, block.columns[index].data)) {
                return broken(fmt::format("column {} ends early", name));
            }
        }
    }
    return block;
}

}  // namespace shelfcast::adapters::clickhouse
