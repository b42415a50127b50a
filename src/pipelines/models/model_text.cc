#include "pipelines/models/model_text.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "retail/time_zone.h"

namespace shelfcast::models {
namespace {

using demand::AccuracyMeasures;
using nlohmann::json;

constexpr int kFormat = 1;

json number_or_null(const std::optional<double>& value) { return value ? json(*value) : json(); }

std::optional<double> number_at(const json& object, const char* name) {
    const json& value = object.at(name);
    return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

std::int32_t date_at(const json& object, const char* name) {
    const auto date = retail::parse_date(object.at(name).get<std::string>());
    if (!date) {
        throw json::other_error::create(501, "no date", &object);
    }
    return *date;
}

json to_json(const AccuracyMeasures& measures) {
    return {{"series", measures.series},
            {"rows", measures.rows},
            {"rmse", number_or_null(measures.rmse)},
            {"mae", number_or_null(measures.mae)},
            {"r2", number_or_null(measures.r2)},
            {"mape", number_or_null(measures.mape)},
            {"wmape", number_or_null(measures.wmape)},
            {"wrmsse", number_or_null(measures.wrmsse)},
            {"bias", number_or_null(measures.bias)},
            {"wql", number_or_null(measures.wql)},
            {"coverage_80", number_or_null(measures.coverage_80)},
            {"coverage_95", number_or_null(measures.coverage_95)}};
}

AccuracyMeasures measures_from(const json& object) {
    AccuracyMeasures measures;
    measures.series = object.at("series").get<std::size_t>();
    measures.rows = object.at("rows").get<std::size_t>();
    measures.rmse = number_at(object, "rmse");
    measures.mae = number_at(object, "mae");
    measures.r2 = number_at(object, "r2");
    measures.mape = number_at(object, "mape");
    measures.wmape = number_at(object, "wmape");
    measures.wrmsse = number_at(object, "wrmsse");
    measures.bias = number_at(object, "bias");
    measures.wql = number_at(object, "wql");
    measures.coverage_80 = number_at(object, "coverage_80");
    measures.coverage_95 = number_at(object, "coverage_95");
    return measures;
}

json to_json(const ModelEntry& entry) {
    json features = json::array();
    for (const detection::Profile& feature : entry.features) {
        features.push_back(
            {{"name", feature.name}, {"edges", feature.edges}, {"shares", feature.shares}});
    }
    json importance = json::array();
    for (const forecast::FeatureImportance& one : entry.importance) {
        importance.push_back({{"feature", one.feature}, {"gain_share", one.gain_share}});
    }
    json champion;
    if (entry.champion) {
        champion = {{"version", entry.champion->version},
                    {"measures", to_json(entry.champion->measures)}};
    }
    return {{"version", entry.version},
            {"model_name", entry.model_name},
            {"code_version", entry.code_version},
            {"trained_at", retail::format_utc_ms(entry.trained_at_ms)},
            {"trained_at_ms", entry.trained_at_ms},
            {"training_seconds", entry.training_seconds},
            {"parameters",
             {{"horizon_days", entry.horizon_days},
              {"target", entry.target},
              {"search_seconds", entry.search_seconds},
              {"seed", entry.seed},
              {"trees", entry.shape.trees},
              {"learning_rate", entry.shape.learning_rate},
              {"leaves", entry.shape.leaves},
              {"min_rows_in_leaf", entry.shape.min_rows_in_leaf},
              {"lambda_l2", entry.shape.lambda_l2},
              {"tweedie_power", entry.shape.tweedie_power}}},
            {"data",
             {{"from", retail::format_date(entry.data_from)},
              {"to", retail::format_date(entry.data_to)},
              {"series", entry.series},
              {"rows", entry.rows}}},
            {"held_back",
             {{"from", retail::format_date(entry.held_back_from)},
              {"to", retail::format_date(entry.held_back_to)},
              {"measures", to_json(entry.measures)},
              {"champion", std::move(champion)},
              {"is_better", entry.is_better},
              {"verdict", entry.verdict}}},
            {"remarks", entry.remarks},
            {"features", std::move(features)},
            {"importance", std::move(importance)},
            {"artefact", {{"sha256", entry.artefact_sha256}, {"bytes", entry.artefact_bytes}}}};
}

ModelEntry entry_of(const json& object) {
    ModelEntry entry;
    entry.version = object.at("version").get<std::string>();
    entry.model_name = object.at("model_name").get<std::string>();
    entry.code_version = object.at("code_version").get<std::string>();
    entry.trained_at_ms = object.at("trained_at_ms").get<std::int64_t>();
    entry.training_seconds = object.at("training_seconds").get<double>();
    const json& parameters = object.at("parameters");
    entry.horizon_days = parameters.at("horizon_days").get<std::size_t>();
    entry.target = parameters.at("target").get<std::string>();
    entry.search_seconds = parameters.at("search_seconds").get<double>();
    entry.seed = parameters.at("seed").get<std::uint32_t>();
    // Models of the first release do not say; theirs were the usual ones.
    entry.shape.trees = parameters.value("trees", entry.shape.trees);
    entry.shape.learning_rate = parameters.value("learning_rate", entry.shape.learning_rate);
    entry.shape.leaves = parameters.value("leaves", entry.shape.leaves);
    entry.shape.min_rows_in_leaf =
        parameters.value("min_rows_in_leaf", entry.shape.min_rows_in_leaf);
    entry.shape.lambda_l2 = parameters.value("lambda_l2", entry.shape.lambda_l2);
    entry.shape.tweedie_power = parameters.value("tweedie_power", entry.shape.tweedie_power);
    const json& data = object.at("data");
    entry.data_from = date_at(data, "from");
    entry.data_to = date_at(data, "to");
    entry.series = data.at("series").get<std::size_t>();
    entry.rows = data.at("rows").get<std::size_t>();
    const json& held_back = object.at("held_back");
    entry.held_back_from = date_at(held_back, "from");
    entry.held_back_to = date_at(held_back, "to");
    entry.measures = measures_from(held_back.at("measures"));
    if (const json& champion = held_back.at("champion"); !champion.is_null()) {
        entry.champion = Comparison{champion.at("version").get<std::string>(),
                                    measures_from(champion.at("measures"))};
    }
    entry.is_better = held_back.at("is_better").get<bool>();
    entry.verdict = held_back.at("verdict").get<std::string>();
    entry.remarks = object.at("remarks").get<std::vector<std::string>>();
    for (const json& feature : object.at("features")) {
        entry.features.push_back({feature.at("name").get<std::string>(),
                                  feature.at("edges").get<std::vector<double>>(),
                                  feature.at("shares").get<std::vector<double>>()});
    }
    // Models of earlier releases do not say.
    for (const json& one : object.value("importance", json::array())) {
        entry.importance.push_back(
            {one.at("feature").get<std::string>(), one.at("gain_share").get<double>()});
    }
    const json& artefact = object.at("artefact");
    entry.artefact_sha256 = artefact.at("sha256").get<std::string>();
    entry.artefact_bytes = artefact.at("bytes").get<std::uint64_t>();
    return entry;
}

/// Reads {"format":1,"NAME":…} by `read`.
template <typename Read>
auto read_text(std::string_view text, const char* name, Read&& read)
    -> Result<decltype(read(json()))> {
    const json whole = json::parse(text, nullptr, false);
    if (!whole.is_object()) {
        return fail(ErrorKind::kCorrupted, "is no JSON object");
    }
    try {
        if (const int format = whole.at("format").get<int>(); format != kFormat) {
            return fail(ErrorKind::kCorrupted,
                        "has format {}, which a newer program wrote: this one reads format {}",
                        format, kFormat);
        }
        return read(whole.at(name));
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kCorrupted, "{}", broken.what());
    }
}

}  // namespace

std::string to_text(const ModelEntry& entry) {
    return json{{"format", kFormat}, {"model", to_json(entry)}}.dump(
               1, ' ', false, json::error_handler_t::replace) +
           "\n";
}

Result<ModelEntry> entry_from(std::string_view text) {
    return read_text(text, "model", [](const json& model) { return entry_of(model); });
}

std::string to_text(const std::vector<Promotion>& promotions) {
    json list = json::array();
    for (const Promotion& one : promotions) {
        list.push_back({{"version", one.version},
                        {"at_ms", one.at_ms},
                        {"why", one.why},
                        {"back_to", one.back_to ? json(*one.back_to) : json()}});
    }
    return json{{"format", kFormat}, {"promotions", std::move(list)}}.dump(
               1, ' ', false, json::error_handler_t::replace) +
           "\n";
}

Result<std::vector<Promotion>> promotions_from(std::string_view text) {
    return read_text(text, "promotions", [](const json& list) {
        std::vector<Promotion> promotions;
        for (const json& one : list) {
            Promotion promotion;
            promotion.version = one.at("version").get<std::string>();
            promotion.at_ms = one.at("at_ms").get<std::int64_t>();
            promotion.why = one.at("why").get<std::string>();
            if (const json& back_to = one.at("back_to"); !back_to.is_null()) {
                promotion.back_to = back_to.get<std::size_t>();
                if (*promotion.back_to >= promotions.size()) {
                    throw json::other_error::create(501, "a way back that leads forward", &one);
                }
            }
            promotions.push_back(std::move(promotion));
        }
        return promotions;
    });
}

}  // namespace shelfcast::models
