#include "adapters/lightgbm/lightgbm_learner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "adapters/lightgbm/lightgbm_api.h"
#include "adapters/lightgbm/small_trees.h"
#include "adapters/lightgbm/tree_scorer.h"
#include "base/check.h"

namespace shelfcast::adapters {
namespace {

using ports::TreeObjective;

/// What ends the part of a model's text that depends on the data alone: behind it are the
/// parameters, the number of threads among them.
constexpr std::string_view kParametersMark = "\nparameters:";

/// One C handle and how it is freed.
class Handle {
public:
    using Free = int (*)(void*);
    explicit Handle(Free free) : free_(free) {}
    Handle(Handle&& other) noexcept
        : free_(other.free_), pointer_(std::exchange(other.pointer_, nullptr)) {}
    Handle& operator=(Handle&&) = delete;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (pointer_ != nullptr) {
            free_(pointer_);
        }
    }
    [[nodiscard]] void* get() const noexcept { return pointer_; }
    [[nodiscard]] void** out() noexcept { return &pointer_; }

private:
    Free free_;
    void* pointer_ = nullptr;
};

Status check_call(const LightGbmApi& api, int code, ErrorKind kind, std::string_view doing) {
    if (code == 0) {
        return {};
    }
    return fail(kind, "LightGBM: {}: {}", doing, api.get_last_error());
}

std::string_view objective_name(TreeObjective objective) noexcept {
    switch (objective) {
        case TreeObjective::kSquaredError:
            return "regression";
        case TreeObjective::kAbsoluteError:
            return "regression_l1";
        case TreeObjective::kTweedie:
            return "tweedie";
        case TreeObjective::kPoisson:
            return "poisson";
        case TreeObjective::kQuantile:
            return "quantile";
        case TreeObjective::kBinary:
            return "binary";
    }
    return "regression";
}

/// deterministic and force_row_wise: the same histogram sums for any number of threads.
constexpr std::string_view kAlways = "deterministic=true force_row_wise=true verbosity=-1";

std::string training_parameters(const ports::TreeOptions& options) {
    std::string text = fmt::format(
        "{} objective={} num_leaves={} min_data_in_leaf={} learning_rate={} lambda_l2={} "
        "feature_fraction={} bagging_fraction={} bagging_freq={} seed={} num_threads={}",
        kAlways, objective_name(options.objective), options.leaves, options.min_rows_in_leaf,
        options.learning_rate, options.lambda_l2, options.column_share, options.row_share,
        options.row_share < 1 ? 1 : 0, options.seed, options.threads);
    if (options.objective == TreeObjective::kQuantile) {
        text += fmt::format(" alpha={}", options.alpha);
    }
    if (options.objective == TreeObjective::kTweedie) {
        text += fmt::format(" tweedie_variance_power={}", options.tweedie_power);
    }
    return text + (options.random_forest ? " boosting=rf" : " boosting=gbdt");
}

/// Nothing, or which option is out of its range.
Status check_options(const ports::TreeOptions& options) {
    const auto out_of_range = [](std::string_view name, double value) {
        return fail(ErrorKind::kInvalidInput, "tree option {} = {} is out of range", name, value);
    };
    const auto is_share = [](double value) { return value > 0 && value <= 1; };
    if (options.trees < 1 || options.trees > 100'000) {
        return out_of_range("trees", static_cast<double>(options.trees));
    }
    if (options.leaves < 2 || options.leaves > 131'072) {
        return out_of_range("leaves", static_cast<double>(options.leaves));
    }
    if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate)) {
        return out_of_range("learning_rate", options.learning_rate);
    }
    if (!is_share(options.row_share) || (options.random_forest && options.row_share >= 1)) {
        return out_of_range("row_share", options.row_share);
    }
    if (!is_share(options.column_share)) {
        return out_of_range("column_share", options.column_share);
    }
    if (options.objective == TreeObjective::kQuantile &&
        !(options.alpha > 0 && options.alpha < 1)) {
        return out_of_range("alpha", options.alpha);
    }
    if (options.objective == TreeObjective::kTweedie &&
        !(options.tweedie_power >= 1 && options.tweedie_power < 2)) {
        return out_of_range("tweedie_power", options.tweedie_power);
    }
    if (!(options.lambda_l2 >= 0) || !std::isfinite(options.lambda_l2)) {
        return out_of_range("lambda_l2", options.lambda_l2);
    }
    return {};
}

bool takes(TreeObjective objective, float label) {
    switch (objective) {
        case TreeObjective::kTweedie:
        case TreeObjective::kPoisson:
            return std::isfinite(label) && label >= 0;
        case TreeObjective::kBinary:
            return label == 0 || label == 1;
        default:
            return std::isfinite(label);
    }
}

Status check_values(std::span<const float> labels, std::span<const float> weights,
                    TreeObjective objective) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
        if (!takes(objective, labels[row])) {
            return fail(ErrorKind::kInvalidInput, "row {}: objective {} cannot take label {}", row,
                        objective_name(objective), labels[row]);
        }
    }
    for (std::size_t row = 0; row < weights.size(); ++row) {
        if (!(weights[row] >= 0) || !std::isfinite(weights[row])) {
            return fail(ErrorKind::kInvalidInput, "row {}: weight {} is none", row, weights[row]);
        }
    }
    return {};
}

class LightGbmData final : public ports::TreeData {
public:
    LightGbmData(Handle dataset, std::size_t rows) : dataset_(std::move(dataset)), rows_(rows) {}
    [[nodiscard]] void* dataset() const noexcept { return dataset_.get(); }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

private:
    Handle dataset_;
    std::size_t rows_;
};

class LightGbmModel final : public ports::TreeModel {
public:
    LightGbmModel(const LightGbmApi& api, Handle booster, std::size_t columns, std::string text)
        : api_(api),
          booster_(std::move(booster)),
          columns_(columns),
          text_(std::move(text)),
          small_trees_(SmallTrees::parse(text_, columns_)) {}

    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] const std::optional<SmallTrees>& small_trees() const noexcept {
        return small_trees_;
    }
    /// By the library; one value of each row into `out`, which is not empty.
    [[nodiscard]] Status predict(const ports::TreeRows& rows, std::span<double> out,
                                 unsigned threads) const {
        std::int64_t count = 0;
        const std::string parameters = fmt::format("num_threads={} verbosity=-1", threads);
        SHELFCAST_TRY(check_call(
            api_,
            api_.booster_predict_for_mat(booster_.get(), rows.values.data(), LightGbmApi::kFloat32,
                                         static_cast<std::int32_t>(out.size()),
                                         static_cast<std::int32_t>(columns_),
                                         LightGbmApi::kRowMajor, LightGbmApi::kPredictNormal, 0, -1,
                                         parameters.c_str(), &count, out.data()),
            ErrorKind::kInvalidInput, "predict"));
        SHELFCAST_CHECK(count == static_cast<std::int64_t>(out.size()));
        return {};
    }

    [[nodiscard]] const std::string& text() const override { return text_; }

    [[nodiscard]] std::vector<double> gains() const override {
        std::vector<double> out(columns_);
        // Cannot fail on a loaded model; zeros otherwise.
        api_.booster_feature_importance(booster_.get(), -1, LightGbmApi::kImportanceGain,
                                        out.data());
        return out;
    }

private:
    LightGbmApi api_;
    Handle booster_;
    std::size_t columns_;
    std::string text_;
    std::optional<SmallTrees> small_trees_;
};

/// Small trees are scored here, many times as fast as by the library, which has the others.
class LightGbmPredictor final : public ports::TreePredictor {
public:
    explicit LightGbmPredictor(std::vector<const LightGbmModel*> models)
        : models_(std::move(models)), columns_(models_.front()->columns()) {
        std::vector<const SmallTrees*> small_trees;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (const auto& own = models_[i]->small_trees()) {
                small_trees.push_back(&*own);
                scored_.push_back(i);
            }
        }
        scorer_ = TreeScorer::of(small_trees, columns_);
        if (!scorer_) {
            scored_.clear();
        }
    }

    [[nodiscard]] Status predict(const ports::TreeRows& rows,
                                 std::span<const std::span<double>> out,
                                 unsigned threads) const override {
        const std::size_t count = out.empty() ? 0 : out.front().size();
        if (rows.columns != columns_ || out.size() != models_.size() ||
            rows.values.size() != count * columns_ ||
            std::ranges::any_of(out, [&](const auto& one) { return one.size() != count; }) ||
            count > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorKind::kInvalidInput,
                        "{} models take {} columns, got {}; {} values for {} answers of {}",
                        models_.size(), columns_, rows.columns, rows.values.size(), count,
                        out.size());
        }
        if (count == 0) {
            return {};
        }
        if (!scored_.empty()) {
            score(rows, out, count, threads);
        }
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (!std::ranges::binary_search(scored_, i)) {
                SHELFCAST_TRY(models_[i]->predict(rows, out[i], threads));
            }
        }
        return {};
    }

private:
    /// A share of the rows on each thread.
    void score(const ports::TreeRows& rows, std::span<const std::span<double>> out,
               std::size_t count, unsigned threads) const {
        const auto score_share = [&](std::size_t first, std::size_t size) {
            std::vector<std::span<double>> own;
            for (const std::size_t i : scored_) {
                own.push_back(out[i].subspan(first, size));
            }
            scorer_->score(rows.values.subspan(first * columns_, size * columns_), own);
        };
        const std::size_t shares = std::max(1U, threads);
        const std::size_t each = (count + shares - 1) / shares;
        std::vector<std::jthread> others;
        for (std::size_t first = each; first < count; first += each) {
            others.emplace_back(score_share, first, std::min(each, count - first));
        }
        score_share(0, std::min(each, count));
    }

    std::vector<const LightGbmModel*> models_;
    std::size_t columns_;
    std::optional<TreeScorer> scorer_;
    std::vector<std::size_t> scored_;  ///< Models that are; ascending.
};

Result<std::string> model_text(const LightGbmApi& api, void* booster) {
    std::string text;
    std::int64_t bytes = std::int64_t{1} << 20U;
    for (int round = 0; round < 2; ++round) {  // The second one with the size that the first says.
        text.resize(static_cast<std::size_t>(bytes));
        SHELFCAST_TRY(check_call(api,
                                 api.booster_save_model_to_string(
                                     booster, 0, -1, LightGbmApi::kImportanceGain,
                                     static_cast<std::int64_t>(text.size()), &bytes, text.data()),
                                 ErrorKind::kUnavailable, "model to text"));
        if (bytes <= static_cast<std::int64_t>(text.size())) {
            break;
        }
    }
    text.resize(static_cast<std::size_t>(bytes) - 1);  // It counts the zero behind the text.
    if (const std::size_t mark = text.find(kParametersMark); mark != std::string::npos) {
        text.resize(mark + 1);
    }
    return text;
}

/// One word each: the library reads parameters as words.
Status check_names(std::span<const std::string> names) {
    for (const std::string& name : names) {
        const bool good = !name.empty() && std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_';
        });
        if (!good) {
            return fail(ErrorKind::kInvalidInput, "column name '{}' is no word", name);
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<LightGbmLearner>> LightGbmLearner::open(const std::string& library) {
    SHELFCAST_ASSIGN(const LightGbmApi api, load_lightgbm(library));
    return std::make_unique<LightGbmLearner>(std::make_unique<const LightGbmApi>(api));
}

LightGbmLearner::LightGbmLearner(std::unique_ptr<const LightGbmApi> api) : api_(std::move(api)) {}
LightGbmLearner::~LightGbmLearner() = default;

Result<std::unique_ptr<ports::TreeData>> LightGbmLearner::bin(const ports::TreeRows& rows,
                                                              const ports::TreeColumns& columns) {
    const std::size_t count = rows.rows();
    if (count == 0 || count * rows.columns != rows.values.size() ||
        columns.names.size() != rows.columns ||
        count > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return fail(ErrorKind::kInvalidInput, "{} values do not make rows of {} columns ({} names)",
                    rows.values.size(), rows.columns, columns.names.size());
    }
    SHELFCAST_TRY(check_names(columns.names));
    // Not pre-filtered: the same data serves trainings with other leaf sizes.
    std::string parameters =
        fmt::format("{} max_bin={} feature_pre_filter=false data_random_seed=1 num_threads={}",
                    kAlways, columns.max_bins, columns.threads);
    if (!columns.categorical.empty()) {
        parameters += fmt::format(" categorical_feature={}", fmt::join(columns.categorical, ","));
    }
    Handle dataset(api_->dataset_free);
    SHELFCAST_TRY(
        check_call(*api_,
                   api_->dataset_create_from_mat(
                       rows.values.data(), LightGbmApi::kFloat32, static_cast<std::int32_t>(count),
                       static_cast<std::int32_t>(rows.columns), LightGbmApi::kRowMajor,
                       parameters.c_str(), nullptr, dataset.out()),
                   ErrorKind::kInvalidInput, "training rows"));
    std::vector<const char*> names;
    for (const std::string& name : columns.names) {
        names.push_back(name.c_str());
    }
    SHELFCAST_TRY(check_call(*api_,
                             api_->dataset_set_feature_names(dataset.get(), names.data(),
                                                             static_cast<int>(names.size())),
                             ErrorKind::kInvalidInput, "column names"));
    return std::make_unique<LightGbmData>(std::move(dataset), count);
}

Result<std::unique_ptr<ports::TreeModel>> LightGbmLearner::train(ports::TreeData& data,
                                                                 std::span<const float> labels,
                                                                 std::span<const float> weights,
                                                                 const ports::TreeOptions& options,
                                                                 const std::stop_token& stop) {
    const auto& own = dynamic_cast<const LightGbmData&>(data);
    if (labels.size() != own.rows() || (!weights.empty() && weights.size() != own.rows())) {
        return fail(ErrorKind::kInvalidInput, "{} labels and {} weights for {} rows", labels.size(),
                    weights.size(), own.rows());
    }
    SHELFCAST_TRY(check_options(options));
    SHELFCAST_TRY(check_values(labels, weights, options.objective));
    const int rows = static_cast<int>(own.rows());
    const auto set = [&](const char* field, const float* values, int count) {
        return check_call(
            *api_,
            api_->dataset_set_field(own.dataset(), field, values, count, LightGbmApi::kFloat32),
            ErrorKind::kInvalidInput, field);
    };
    SHELFCAST_TRY(set("label", labels.data(), rows));
    SHELFCAST_TRY(weights.empty() ? set("weight", nullptr, 0)
                                  : set("weight", weights.data(), rows));

    Handle booster(api_->booster_free);
    SHELFCAST_TRY(check_call(
        *api_,
        api_->booster_create(own.dataset(), training_parameters(options).c_str(), booster.out()),
        ErrorKind::kInvalidInput, "start of training"));
    for (std::size_t tree = 0; tree < options.trees; ++tree) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "training stopped");
        }
        int is_finished = 0;
        SHELFCAST_TRY(check_call(*api_, api_->booster_update_one_iter(booster.get(), &is_finished),
                                 ErrorKind::kUnavailable, "training"));
        if (is_finished != 0) {
            break;  // No split is left that gains anything.
        }
    }
    SHELFCAST_ASSIGN(const std::string text, model_text(*api_, booster.get()));
    return load(text);
}

Result<std::unique_ptr<ports::TreeModel>> LightGbmLearner::load(std::string_view text) {
    std::string own(text);
    // The library takes any text without trees for a model without trees.
    if (!own.starts_with("tree\n") || own.find("\nend of trees\n") == std::string::npos) {
        return fail(ErrorKind::kCorrupted, "not the text of a LightGBM model ({} bytes)",
                    own.size());
    }
    Handle booster(api_->booster_free);
    int iterations = 0;
    SHELFCAST_TRY(check_call(
        *api_, api_->booster_load_model_from_string(own.c_str(), &iterations, booster.out()),
        ErrorKind::kCorrupted, "model text"));
    int columns = 0;
    SHELFCAST_TRY(check_call(*api_, api_->booster_get_num_feature(booster.get(), &columns),
                             ErrorKind::kCorrupted, "model text"));
    return std::make_unique<LightGbmModel>(*api_, std::move(booster),
                                           static_cast<std::size_t>(columns), std::move(own));
}

Result<std::unique_ptr<ports::TreePredictor>> LightGbmLearner::predictor(
    std::span<const ports::TreeModel* const> models) {
    std::vector<const LightGbmModel*> own;
    for (const ports::TreeModel* const model : models) {
        own.push_back(&dynamic_cast<const LightGbmModel&>(*model));
        if (own.back()->columns() != own.front()->columns()) {
            return fail(ErrorKind::kInvalidInput, "model {} takes {} columns, the first one {}",
                        own.size(), own.back()->columns(), own.front()->columns());
        }
    }
    if (own.empty()) {
        return fail(ErrorKind::kInvalidInput, "no models to predict with");
    }
    return std::make_unique<LightGbmPredictor>(std::move(own));
}

}  // namespace shelfcast::adapters
