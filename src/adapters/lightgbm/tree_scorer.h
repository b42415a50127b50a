#pragma once

/// \file adapters/lightgbm/tree_scorer.h
/// Answers of several ensembles of small trees for many rows at once. Private to this adapter.
/// Any thread may ask it.
///
/// Instead of walking down a tree, every split of it is asked for a block of rows together, and
/// each answer rules out leaves on the other side; the first leaf that is left is the row's
/// (Lucchese and others, QuickScorer: a fast algorithm to rank documents with additive ensembles of
/// regression trees, SIGIR 2015). A row then costs no mispredicted branch. Values are first counted
/// into bins between the thresholds of all ensembles, a byte each, so that one instruction compares
/// 32 of them. The sums are those of the library, to the last bit: the same leaves, added in the
/// same order.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "adapters/lightgbm/small_trees.h"

namespace shelfcast::adapters {

class TreeScorer {
public:
    /// Rows of so many columns, as all the ensembles have. Nothing: a column has more thresholds
    /// than a byte has bins, which does not happen to ensembles that were trained on the same bins.
    [[nodiscard]] static std::optional<TreeScorer> of(std::span<const SmallTrees* const> ensembles,
                                                      std::size_t columns);

    /// `values`: row by row. Into `out`, by ensemble: one answer per row.
    void score(std::span<const float> values, std::span<const std::span<double>> out) const;

private:
    /// A column's values as numbers of bins. Signed: such bytes are compared by one instruction.
    struct Plane {
        std::uint32_t column = 0;
        std::int8_t nan = 0;  ///< The bin of NaN, in which splits of a column may differ.
        auto operator<=>(const Plane&) const = default;
    };
    /// Rows whose bin is not below `first_right` keep only the leaves `kept`, of 8.
    struct Strike {
        std::uint32_t plane = 0;
        std::int8_t first_right = 0;
        std::int8_t kept = 0;
    };
    static constexpr std::size_t kLeafBytes = SmallTrees::kMostLeaves / 8;
    struct Tree {
        /// Where the strikes of each 8 leaves begin, and where the last ones end.
        std::array<std::uint32_t, kLeafBytes + 1> strikes{};
        std::uint32_t first_leaf = 0;
        std::uint32_t leaf_groups = 0;
    };
    struct Ensemble {
        std::size_t first_tree = 0;
        std::size_t trees = 0;
        SmallTrees::Link link = SmallTrees::Link::kIdentity;
        bool is_average = false;
        [[nodiscard]] double answer(double sum) const;
    };
    struct Block;

    void add(const SmallTrees& ensemble);
    void add_tree(const SmallTrees::Tree& tree);
    [[nodiscard]] Plane plane_of(const SmallTrees::Split& split) const;
    [[nodiscard]] std::int8_t bin_of(std::size_t column, float value) const;

    void put_by_column(const float* values, std::size_t rows, Block& block) const;
    void count_into_bins(Block& block) const;
    void add_leaves(const Ensemble& ensemble, Block& block) const;
    void rule_out_leaves(std::span<const Tree> trees, Block& block) const;
    template <typename Vector>
    void rule_out_with(std::span<const Tree> trees, Block& block) const;
    void rule_out_with_avx2(std::span<const Tree> trees, Block& block) const;
    static void pick_leaves(std::span<const Tree> trees, Block& block);

    std::vector<std::vector<float>> bounds_;  ///< By column: all its thresholds, in order.
    std::vector<Plane> planes_;               ///< In order.
    std::vector<Strike> strikes_;
    std::vector<Tree> trees_;
    std::vector<double> leaf_values_;
    std::vector<Ensemble> ensembles_;
};

}  // namespace shelfcast::adapters
