#pragma once

/// \file replenishment/calculator/calculator_value.h
/// The numbers, texts, lists and named members that the calculator takes and gives, apart from the
/// format they are written in. Plain values.

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace shelfcast::replenishment {

struct CalculatorValue;
using CalculatorList = std::vector<CalculatorValue>;
/// In the order they are written; names are unique.
using CalculatorMembers = std::vector<std::pair<std::string, CalculatorValue>>;

struct CalculatorValue {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, CalculatorList,
                 CalculatorMembers>
        content{};
};

/// As JSON writes it, cut to a readable length.
[[nodiscard]] std::string to_text(const CalculatorValue& value);

/// Builds the members of an answer.
class Outputs {
public:
    Outputs& number(std::string name, double value) { return put(std::move(name), {value}); }
    /// Nothing (null) where there is no value.
    Outputs& number(std::string name, std::optional<double> value) {
        return value ? number(std::move(name), *value) : put(std::move(name), {});
    }
    Outputs& whole(std::string name, std::int64_t value) { return put(std::move(name), {value}); }
    /// Written as a whole number where it is one.
    Outputs& units(std::string name, double value) {
        return put(std::move(name), units_value(value));
    }
    Outputs& text(std::string name, std::string value) {
        return put(std::move(name), {std::move(value)});
    }
    Outputs& list(std::string name, CalculatorList value) {
        return put(std::move(name), {std::move(value)});
    }
    Outputs& members(std::string name, Outputs value) {
        return put(std::move(name), {std::move(value.members_)});
    }

    [[nodiscard]] static CalculatorValue units_value(double value) {
        constexpr double kExactUpTo = 9e15;
        if (std::trunc(value) == value && std::abs(value) < kExactUpTo) {
            return {static_cast<std::int64_t>(value)};
        }
        return {value};
    }
    [[nodiscard]] CalculatorMembers take() { return std::move(members_); }

private:
    Outputs& put(std::string name, CalculatorValue value) {
        members_.emplace_back(std::move(name), std::move(value));
        return *this;
    }

    CalculatorMembers members_;
};

}  // namespace shelfcast::replenishment
