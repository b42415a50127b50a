#include "pipelines/forecast/tree_heads.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

namespace shelfcast::forecast {
namespace {

using demand::kHeadLevels;
using demand::TrainingRows;

/// The value below which `level` of the weights lie.
double weighted_quantile(const std::vector<double>& values, const std::vector<double>& weights,
                         double level) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double sum = 0;
    for (const std::size_t i : order) {
        sum += weights[i];
        if (sum >= level * total) {
            return values[i];
        }
    }
    return values[order.back()];
}

struct Labels {
    std::vector<float> ratios;  ///< Units over level; the largest are capped.
    std::vector<float> weights;
};

Labels labels_of(const TrainingRows& rows) {
    constexpr double kCapLevel = 0.9995;
    std::vector<double> ratios(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        ratios[row] = rows.units[row] / rows.level[row];
    }
    const double cap = weighted_quantile(ratios, rows.weight, kCapLevel);
    Labels out;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        out.ratios.push_back(static_cast<float>(std::min(ratios[row], cap)));
        // The root: else the few largest series are all that counts.
        out.weights.push_back(static_cast<float>(std::sqrt(rows.weight[row])));
    }
    return out;
}

ports::TreeOptions options_of(const TreeShape& shape, std::size_t head, std::uint32_t seed) {
    ports::TreeOptions out{.random_forest = shape.random_forest,
                           .trees = shape.trees,
                           .learning_rate = shape.learning_rate,
                           .leaves = shape.leaves,
                           .min_rows_in_leaf = shape.min_rows_in_leaf,
                           .row_share = 0.7,
                           .column_share = 0.5,
                           .lambda_l2 = shape.lambda_l2,
                           .seed = seed,
                           .threads = 1};
    if (head < kMeanHeads) {
        out.seed = seed + static_cast<std::uint32_t>(head);
        out.objective = shape.random_forest ? ports::TreeObjective::kSquaredError
                                            : ports::TreeObjective::kTweedie;
        out.tweedie_power = shape.tweedie_power;
    } else {
        out.objective = ports::TreeObjective::kQuantile;
        out.alpha = kHeadLevels[head - kMeanHeads];
    }
    return out;
}

/// Calls `work` for each head, on so many threads; the first error.
Status for_each_head(unsigned threads, const std::function<Status(std::size_t)>& work) {
    std::array<Status, kTreeHeads> done;
    std::atomic<std::size_t> next{0};
    const auto take = [&] {
        for (std::size_t head = next++; head < kTreeHeads; head = next++) {
            done[head] = work(head);
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < std::min<std::size_t>(threads, kTreeHeads); ++i) {
            others.emplace_back(take);
        }
        take();
    }
    for (Status& one : done) {
        SHELFCAST_TRY(std::move(one));
    }
    return {};
}

}  // namespace

Result<TreeHeads> TreeHeads::train(ports::TreeLearner& learner, const TrainingRows& rows,
                                   std::span<const std::string> columns, const TreeShape& shape,
                                   std::uint32_t seed, unsigned threads,
                                   const std::stop_token& stop) {
    constexpr std::size_t kBins = 63;
    const Labels labels = labels_of(rows);
    TreeHeads out;
    out.heads_.resize(kTreeHeads);
    SHELFCAST_TRY(for_each_head(threads, [&](std::size_t head) -> Status {
        // Labels belong to the binned rows: each ensemble needs its own.
        SHELFCAST_ASSIGN(
            const auto data,
            learner.bin({rows.features, rows.columns},
                        {.names = columns, .categorical = {}, .max_bins = kBins, .threads = 1}));
        SHELFCAST_ASSIGN(out.heads_[head], learner.train(*data, labels.ratios, labels.weights,
                                                         options_of(shape, head, seed), stop));
        return {};
    }));
    SHELFCAST_TRY(out.join(learner));
    SHELFCAST_TRY(out.scale_mean(rows, threads));
    return out;
}

Status TreeHeads::scale_mean(const TrainingRows& rows, unsigned threads) {
    constexpr double kLeast = 0.8;
    constexpr double kMost = 1.3;
    demand::HeadForecasts answers;
    const std::vector<double> levels(rows.rows(), 1.0);
    SHELFCAST_TRY(predict({rows.features, rows.columns}, levels, threads, answers));
    double sold = 0;
    double said = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        sold += rows.weight[row] * rows.units[row] / rows.level[row];
        said += rows.weight[row] * answers.mean[row];
    }
    mean_scale_ = said > 0 ? std::clamp(sold / said, kLeast, kMost) : 1.0;
    return {};
}

Status TreeHeads::join(ports::TreeLearner& learner) {
    std::vector<const ports::TreeModel*> models;
    for (const auto& head : heads_) {
        models.push_back(head.get());
    }
    SHELFCAST_ASSIGN(predictor_, learner.predictor(models));
    return {};
}

Result<TreeHeads> TreeHeads::load(ports::TreeLearner& learner, double mean_scale,
                                  std::span<const std::string> texts) {
    TreeHeads out;
    out.mean_scale_ = mean_scale;
    for (const std::string& text : texts) {
        SHELFCAST_ASSIGN(auto head, learner.load(text));
        out.heads_.push_back(std::move(head));
    }
    SHELFCAST_TRY(out.join(learner));
    return out;
}

Status TreeHeads::predict(const ports::TreeRows& features, std::span<const double> levels,
                          unsigned threads, demand::HeadForecasts& out) const {
    constexpr std::size_t kRowsAtOnce = 8'192;  // Their answers stay in the processor's cache.
    if (features.rows() != levels.size()) {
        return fail(ErrorKind::kInvalidInput, "{} rows of features for {} levels", features.rows(),
                    levels.size());
    }
    out.resize(levels.size());
    std::vector<double> means(kMeanHeads * std::min(kRowsAtOnce, levels.size()));
    for (std::size_t first = 0; first < levels.size(); first += kRowsAtOnce) {
        const std::size_t rows = std::min(kRowsAtOnce, levels.size() - first);
        std::vector<std::span<double>> answers;
        for (std::size_t head = 0; head < kMeanHeads; ++head) {
            answers.push_back(std::span(means).subspan(head * rows, rows));
        }
        for (std::vector<double>& quantile : out.quantiles) {
            answers.push_back(std::span(quantile).subspan(first, rows));
        }
        const std::size_t columns = features.columns;
        SHELFCAST_TRY(predictor_->predict(
            {features.values.subspan(first * columns, rows * columns), columns}, answers, threads));
        for (std::size_t row = 0; row < rows; ++row) {
            const double level = levels[first + row];
            double sum = 0;
            for (std::size_t head = 0; head < kMeanHeads; ++head) {
                sum += std::max(0.0, answers[head][row]);
            }
            out.mean[first + row] = sum / kMeanHeads * (mean_scale_ * level);
            for (std::size_t head = kMeanHeads; head < kTreeHeads; ++head) {
                answers[head][row] = std::max(0.0, answers[head][row]) * level;
            }
        }
    }
    demand::straighten(out);
    return {};
}

std::vector<double> TreeHeads::gain_shares() const {
    std::vector<double> shares;
    for (const auto& head : heads_) {
        const std::vector<double> gains = head->gains();
        shares.resize(gains.size());
        const double sum = std::accumulate(gains.begin(), gains.end(), 0.0);
        for (std::size_t column = 0; sum > 0 && column < gains.size(); ++column) {
            shares[column] += gains[column] / sum / static_cast<double>(heads_.size());
        }
    }
    return shares;
}

std::vector<std::string> TreeHeads::texts() const {
    std::vector<std::string> out;
    for (const auto& head : heads_) {
        out.push_back(head->text());
    }
    return out;
}

}  // namespace shelfcast::forecast
