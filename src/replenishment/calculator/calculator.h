#pragma once

/// \file replenishment/calculator/calculator.h
/// The families of the inventory calculator: each takes named inputs and gives named outputs. Pure;
/// safe from any thread.

#include <span>
#include <string_view>

#include "base/result.h"
#include "replenishment/calculator/calculator_inputs.h"
#include "replenishment/calculator/calculator_value.h"

namespace shelfcast::replenishment {

/// Error: kInvalidInput naming the input and its value.
using FamilyFunction = Result<CalculatorMembers> (*)(Inputs&);

struct CalculatorFamily {
    std::string_view name;
    FamilyFunction calculate;
};

/// Policies that say when and how much: newsvendor, (r,Q), base stock, (s,S), serial echelons.
[[nodiscard]] std::span<const CalculatorFamily> policy_families();
/// Single sizes: economic order, discounts, lots, safety stock, fill rate, rounding.
[[nodiscard]] std::span<const CalculatorFamily> order_families();
/// Stock and items: ABC-XYZ, measures.
[[nodiscard]] std::span<const CalculatorFamily> stock_families();

}  // namespace shelfcast::replenishment
