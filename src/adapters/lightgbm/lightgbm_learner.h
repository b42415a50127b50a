#pragma once

/// \file adapters/lightgbm/lightgbm_learner.h
/// `ports::TreeLearner` over LightGBM's C library, which is loaded by name.
///
/// The same data, options and seed give the same model text, whatever the number of threads.
/// A learner may be used by any thread; data, models and predictors by one thread at a time.

#include <memory>
#include <string>

#include "ports/tree_learner.h"

namespace shelfcast::adapters {

struct LightGbmApi;

class LightGbmLearner final : public ports::TreeLearner {
public:
    /// Error: kUnavailable (names the library and what is wrong with it).
    [[nodiscard]] static Result<std::unique_ptr<LightGbmLearner>> open(const std::string& library);

    explicit LightGbmLearner(std::unique_ptr<const LightGbmApi> api);
    LightGbmLearner(const LightGbmLearner&) = delete;
    LightGbmLearner& operator=(const LightGbmLearner&) = delete;
    ~LightGbmLearner() override;

    [[nodiscard]] Result<std::unique_ptr<ports::TreeData>> bin(
        const ports::TreeRows& rows, const ports::TreeColumns& columns) override;
    [[nodiscard]] Result<std::unique_ptr<ports::TreeModel>> train(
        ports::TreeData& data, std::span<const float> labels, std::span<const float> weights,
        const ports::TreeOptions& options, const std::stop_token& stop) override;
    [[nodiscard]] Result<std::unique_ptr<ports::TreeModel>> load(std::string_view text) override;
    [[nodiscard]] Result<std::unique_ptr<ports::TreePredictor>> predictor(
        std::span<const ports::TreeModel* const> models) override;

private:
    std::unique_ptr<const LightGbmApi> api_;
};

}  // namespace shelfcast::adapters
