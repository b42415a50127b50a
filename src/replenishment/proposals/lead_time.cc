#include "replenishment/proposals/lead_time.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

/// Solves a symmetric positive definite system in place by Cholesky's method; `right` becomes the
/// solution.
template <std::size_t kSize>
void solve(std::array<std::array<double, kSize>, kSize>& matrix, std::array<double, kSize>& right) {
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = matrix[i][j];
            for (std::size_t k = 0; k < j; ++k) {
                sum -= matrix[i][k] * matrix[j][k];
            }
            matrix[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / matrix[j][j];
        }
    }
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            right[i] -= matrix[i][k] * right[k];
        }
        right[i] /= matrix[i][i];
    }
    for (std::size_t i = kSize; i-- > 0;) {
        for (std::size_t k = i + 1; k < kSize; ++k) {
            right[i] -= matrix[k][i] * right[k];
        }
        right[i] /= matrix[i][i];
    }
}

}  // namespace

LeadTimeModel::Terms LeadTimeModel::terms_of(int weekday, double units) const {
    Terms terms{};
    terms[0] = 1;
    // No further out than it was seen.
    terms[1] = (std::clamp(units, least_units_, most_units_) - mean_units_) / scale_units_;
    const auto day = static_cast<std::size_t>(std::clamp(weekday, 1, 7) - 1);
    if (knows_weekday_[day]) {
        terms[2 + day] = 1;
    }
    return terms;
}

std::optional<LeadTimeModel> LeadTimeModel::fit(std::span<const PastDelivery> past) {
    constexpr std::size_t kFewestOfAWeekday = 3;
    // Holds weekdays to the average: seven of them and an intercept are one too many. A tenth of
    // an observation moves no estimate that a planner could tell.
    constexpr double kRidge = 0.1;
    if (past.size() < kFewestDeliveries) {
        return std::nullopt;
    }
    LeadTimeModel model;
    model.deliveries_ = past.size();
    const auto count = static_cast<double>(past.size());
    std::array<std::size_t, 7> of_weekday{};
    double squares = 0;
    model.least_units_ = model.most_units_ = past.front().units;
    for (const PastDelivery& one : past) {
        ++of_weekday[static_cast<std::size_t>(std::clamp(one.weekday, 1, 7) - 1)];
        model.mean_units_ += one.units / count;
        model.least_units_ = std::min(model.least_units_, one.units);
        model.most_units_ = std::max(model.most_units_, one.units);
    }
    for (const PastDelivery& one : past) {
        squares += (one.units - model.mean_units_) * (one.units - model.mean_units_) / count;
    }
    model.scale_units_ = squares > 0 ? std::sqrt(squares) : 1;
    std::size_t used = squares > 0 ? 2 : 1;
    for (std::size_t day = 0; day < of_weekday.size(); ++day) {
        model.knows_weekday_[day] = of_weekday[day] >= kFewestOfAWeekday;
        used += model.knows_weekday_[day] ? 1U : 0U;
    }
    std::array<Terms, kTerms> normal{};
    for (const PastDelivery& one : past) {
        const Terms terms = model.terms_of(one.weekday, one.units);
        for (std::size_t i = 0; i < kTerms; ++i) {
            model.weights_[i] += terms[i] * one.days;
            for (std::size_t j = 0; j < kTerms; ++j) {
                normal[i][j] += terms[i] * terms[j];
            }
        }
    }
    for (std::size_t i = 1; i < kTerms; ++i) {
        normal[i][i] += kRidge;
    }
    solve(normal, model.weights_);
    double unexplained = 0;
    for (const PastDelivery& one : past) {
        const Terms terms = model.terms_of(one.weekday, one.units);
        double error = one.days;
        for (std::size_t i = 0; i < kTerms; ++i) {
            error -= model.weights_[i] * terms[i];
        }
        unexplained += error * error;
    }
    // An intercept and every weekday count once together.
    const double freedom = count - static_cast<double>(used > 2 ? used - 1 : used);
    model.std_dev_days_ = std::sqrt(unexplained / std::max(1.0, freedom));
    return model;
}

LeadTime LeadTimeModel::predict(int weekday, double units) const {
    const Terms terms = terms_of(weekday, units);
    double days = 0;
    for (std::size_t i = 0; i < kTerms; ++i) {
        days += weights_[i] * terms[i];
    }
    return {std::max(0.0, days), std_dev_days_};
}

}  // namespace shelfcast::replenishment
