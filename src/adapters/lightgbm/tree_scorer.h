#pragma once

/// \file adapters/lightgbm/tree_scorer.h
/// Answers of small trees for many rows at once. Private to this adapter.
///
/// Instead of walking down a tree, every split of it is asked for a block of rows together, and
/// each answer strikes out the leaves on the other side; the first leaf that is left is the row's
/// (Lucchese and others, QuickScorer: a fast algorithm to rank documents with additive ensembles of
/// regression trees, SIGIR 2015). A row then costs no mispredicted branch. The sums are those of
/// the library, to the last bit: the same leaves, added in the same order.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shelfcast::adapters {

class TreeScorer {
public:
    /// From the text of a model of so many columns. Nothing: it has what is not done here (a tree
    /// of more than 32 leaves, categories, linear leaves, zero for missing, another objective): ask
    /// the library.
    [[nodiscard]] static std::optional<TreeScorer> parse(std::string_view model_text,
                                                         std::size_t columns);

    /// `values`: row by row, `columns` each, as the model has; one answer per row into `out`.
    void score(std::span<const float> values, std::size_t columns, std::span<double> out) const;

private:
    struct Split {
        std::uint32_t column = 0;
        float threshold = 0;  ///< A value up to it goes left.
        bool nan_goes_left = false;
        std::uint32_t kept_on_right = 0;  ///< Leaves that are left when the value goes right.
    };
    struct Tree {
        std::uint32_t first_split = 0;
        std::uint32_t splits = 0;
        std::uint32_t first_leaf = 0;
    };
    enum class Link : std::uint8_t { kIdentity, kExponential, kLogistic };

    bool add_tree(std::string_view block, std::size_t columns);
    bool set_objective(std::string_view name);
    /// Adds the leaves of a block of rows, whose values stand column by column.
    void score_block(const float* columns_of_rows, double* sums) const;
    [[nodiscard]] double answer(double sum) const;

    std::vector<Split> splits_;
    std::vector<double> leaf_values_;  ///< Of each tree, from its left to its right.
    std::vector<Tree> trees_;
    Link link_ = Link::kIdentity;
    bool is_average_ = false;
};

}  // namespace shelfcast::adapters
