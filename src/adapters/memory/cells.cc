#include "adapters/memory/cells.h"

#include "base/check.h"
#include "retail/decimal.h"

namespace shelfcast::adapters::memory {
namespace {

using retail::Int128;
using retail::NullableInt64;
using retail::TextColumn;
using retail::Uuid;

struct TextOf {
    std::size_t row;

    template <typename Number>
    std::string operator()(const std::vector<Number>& values) const {
        return retail::format_decimal(static_cast<Int128>(values[row]), 0);
    }
    std::string operator()(const std::vector<Uuid>& values) const {
        return fmt::format("{:016x}{:016x}", values[row].high, values[row].low);
    }
    std::string operator()(const TextColumn& texts) const { return std::string(texts[row]); }
    std::string operator()(const NullableInt64& values) const {
        return values.nulls[row] != 0 ? "null" : std::to_string(values.values[row]);
    }
};

struct NumberOf {
    std::size_t row;

    template <typename Number>
    Int128 operator()(const std::vector<Number>& values) const {
        return static_cast<Int128>(values[row]);
    }
    Int128 operator()(const std::vector<Uuid>& /*no number*/) const { return no_number(); }
    Int128 operator()(const TextColumn& /*no number*/) const { return no_number(); }
    Int128 operator()(const NullableInt64& /*no number*/) const { return no_number(); }

    static Int128 no_number() {
        SHELFCAST_CHECK(false);
        return 0;
    }
};

struct AppendNumber {
    Int128 value;

    template <typename Number>
    void operator()(std::vector<Number>& values) const {
        values.push_back(static_cast<Number>(value));
    }
    void operator()(std::vector<Uuid>& /*no number*/) const { SHELFCAST_CHECK(false); }
    void operator()(TextColumn& /*no number*/) const { SHELFCAST_CHECK(false); }
    void operator()(NullableInt64& /*no number*/) const { SHELFCAST_CHECK(false); }
};

struct AppendCell {
    const retail::ColumnData& from;
    std::size_t row;

    template <typename Value>
    void operator()(std::vector<Value>& to) const {
        to.push_back(std::get<std::vector<Value>>(from)[row]);
    }
    void operator()(TextColumn& to) const { to.push_back(std::get<TextColumn>(from)[row]); }
    void operator()(NullableInt64& to) const {
        const auto& values = std::get<NullableInt64>(from);
        to.values.push_back(values.values[row]);
        to.nulls.push_back(values.nulls[row]);
    }
};

}  // namespace

std::string cell_text(const retail::Column& column, std::size_t row) {
    return std::visit(TextOf{row}, column.data);
}

Int128 cell_number(const retail::Column& column, std::size_t row) {
    return std::visit(NumberOf{row}, column.data);
}

void append_number(retail::Column& column, Int128 value) {
    std::visit(AppendNumber{value}, column.data);
}

void append_cell(retail::Column& to, const retail::Column& from, std::size_t row) {
    std::visit(AppendCell{from.data, row}, to.data);
}

}  // namespace shelfcast::adapters::memory
