#pragma once

/// \file ports/tree_learner.h
/// Ensembles of decision trees: gradient boosting and random forests. Adapter: lightgbm.
///
/// A learner may be used by any thread; data, models and predictors by one thread at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::ports {

enum class TreeObjective : std::uint8_t {
    kSquaredError,
    kAbsoluteError,
    kTweedie,   ///< Mean of what is 0 or more; log link.
    kPoisson,   ///< The same, of counts.
    kQuantile,  ///< The quantile `alpha`.
    kBinary,    ///< The probability of label 1.
};

struct TreeOptions {
    TreeObjective objective = TreeObjective::kSquaredError;
    double alpha = 0.5;          ///< kQuantile: which one.
    double tweedie_power = 1.1;  ///< kTweedie: 1 to 2.
    bool random_forest = false;  ///< Independent trees, averaged; row_share below 1 then.
    std::size_t trees = 100;
    double learning_rate = 0.1;
    std::size_t leaves = 31;
    std::size_t min_rows_in_leaf = 20;
    double row_share = 1;     ///< Of the rows, drawn for each tree.
    double column_share = 1;  ///< Of the columns, drawn for each tree.
    double lambda_l2 = 0;
    std::uint32_t seed = 1;
    unsigned threads = 2;  ///< Changes nothing in the result.
};

/// Rows of features, row by row: rows x columns values; NaN where missing.
struct TreeRows {
    std::span<const float> values;
    std::size_t columns = 0;
    [[nodiscard]] std::size_t rows() const noexcept {
        return columns == 0 ? 0 : values.size() / columns;
    }
};

/// What the columns of training rows are.
struct TreeColumns {
    std::span<const std::string> names;
    /// Those whose values are small whole numbers without an order.
    std::span<const std::size_t> categorical;
    std::size_t max_bins = 255;
    unsigned threads = 2;  ///< Changes nothing in the result.
};

class TreeModel {
public:
    virtual ~TreeModel() = default;
    /// The model as text; the same for the same data, options and seed.
    [[nodiscard]] virtual const std::string& text() const = 0;
    /// What each column gained over all splits, in the order of the columns.
    [[nodiscard]] virtual std::vector<double> gains() const = 0;
};

/// Models that answer for the same rows, which costs less than to ask each for itself.
class TreePredictor {
public:
    virtual ~TreePredictor() = default;
    /// Into `out`, by model: one value per row. Error: kInvalidInput (another number of columns,
    /// sizes).
    [[nodiscard]] virtual Status predict(const TreeRows& rows,
                                         std::span<const std::span<double>> out,
                                         unsigned threads) const = 0;
};

/// Binned training rows, for several models.
class TreeData {
public:
    virtual ~TreeData() = default;
};

class TreeLearner {
public:
    virtual ~TreeLearner() = default;
    /// Bins rows. Error: kInvalidInput (no rows, sizes that do not fit, a name that is no word).
    [[nodiscard]] virtual Result<std::unique_ptr<TreeData>> bin(const TreeRows& rows,
                                                                const TreeColumns& columns) = 0;
    /// `weights`: empty for 1 each. The data serves another call afterwards. Errors: kInvalidInput
    /// (labels the objective cannot take, sizes), kUnavailable (out of memory, stopped).
    [[nodiscard]] virtual Result<std::unique_ptr<TreeModel>> train(TreeData& data,
                                                                   std::span<const float> labels,
                                                                   std::span<const float> weights,
                                                                   const TreeOptions& options,
                                                                   const std::stop_token& stop) = 0;
    /// A model from its text. Error: kCorrupted (says what is wrong with it).
    [[nodiscard]] virtual Result<std::unique_ptr<TreeModel>> load(std::string_view text) = 0;
    /// Of models of this learner, which outlive it. Error: kInvalidInput (no models, or they take
    /// different numbers of columns).
    [[nodiscard]] virtual Result<std::unique_ptr<TreePredictor>> predictor(
        std::span<const TreeModel* const> models) = 0;
};

}  // namespace shelfcast::ports
