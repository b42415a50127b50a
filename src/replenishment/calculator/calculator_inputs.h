#pragma once

/// \file replenishment/calculator/calculator_inputs.h
/// Reads an instance's inputs by name and checks each. The first fault is kept: after it every
/// answer is a stand-in, so that a family reads all its inputs and then asks for the fault once.
/// One owner; the members must outlive it.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "replenishment/calculator/calculator_value.h"

namespace shelfcast::replenishment {

class Inputs {
public:
    /// `place` stands before the names of its members in messages: "items.p1.".
    explicit Inputs(const CalculatorMembers& members, std::string place = {})
        : members_(members), place_(std::move(place)) {}

    // A missing input is a fault, unless a fallback is given; null counts as missing.
    double any_number(std::string_view name);
    double positive(std::string_view name);
    double at_least_zero(std::string_view name);
    double at_least_zero(std::string_view name, double fallback);
    std::optional<double> optional_at_least_zero(std::string_view name);
    /// Above 0, below 1.
    double share(std::string_view name);
    /// Above 0, up to 1.
    double weight(std::string_view name);
    /// A whole number from 1.
    std::int64_t whole_from_one(std::string_view name, std::int64_t fallback);
    std::string word(std::string_view name, std::initializer_list<std::string_view> known,
                     std::string_view fallback);

    /// 0 or more each, at least one.
    std::vector<double> numbers(std::string_view name);
    /// The same with exactly so many; where it is one number, it counts for all.
    std::vector<double> numbers_or_one(std::string_view name, std::size_t count);
    const CalculatorList& list(std::string_view name);
    const CalculatorMembers& members(std::string_view name);

    /// Keeps a fault that the caller found, about the whole or a member ("" for the whole).
    void refuse(std::string_view name, std::string_view what);
    void take_fault(const Inputs& inner);
    [[nodiscard]] Status status() const;
    [[nodiscard]] bool has_fault() const noexcept { return fault_.has_value(); }

    /// Names that nobody asked for.
    [[nodiscard]] std::vector<std::string> unused() const;

private:
    const CalculatorValue* find(std::string_view name);
    const CalculatorValue* require(std::string_view name);
    /// The value as a number that fulfils `fits`, else a fault that says `rule`.
    double checked(std::string_view name, const CalculatorValue* value, bool (*fits)(double),
                   std::string_view rule);

    const CalculatorMembers& members_;
    std::string place_;
    std::set<std::string, std::less<>> used_;
    std::optional<Error> fault_;
};

}  // namespace shelfcast::replenishment
