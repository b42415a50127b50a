#pragma once

/// \file adapters/lightgbm/small_trees.h
/// An ensemble of small trees, read from a model's text. Private to this adapter; plain data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace shelfcast::adapters {

struct SmallTrees {
    static constexpr std::size_t kMostLeaves = 32;

    enum class Nan : std::uint8_t { kIsZero, kGoesLeft, kGoesRight };
    struct Split {
        std::uint32_t column = 0;
        float threshold = 0;  ///< A value up to it goes left.
        Nan nan = Nan::kIsZero;
        std::uint32_t under_left = 0;  ///< The leaves that a value to the right rules out.
    };
    struct Tree {
        std::vector<Split> splits;
        std::vector<double> leaf_values;  ///< From its left to its right.
    };
    enum class Link : std::uint8_t { kIdentity, kExponential, kLogistic };

    /// From the text of a model of so many columns. Nothing: it has what is not done here (a tree
    /// of more leaves, categories, linear leaves, zero for missing, another objective).
    [[nodiscard]] static std::optional<SmallTrees> parse(std::string_view model_text,
                                                         std::size_t columns);

    std::vector<Tree> trees;
    Link link = Link::kIdentity;  ///< What makes an answer of the sum of a row's leaves.
    bool is_average = false;
};

}  // namespace shelfcast::adapters
