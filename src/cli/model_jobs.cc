#include "cli/model_jobs.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/scoped_desk.h"
#include "cli/app.h"
#include "cli/model_parts.h"
#include "pipelines/models/model_text.h"
#include "pipelines/predict/predict_one.h"
#include "retail/store_catalog.h"
#include "retail/time_zone.h"
#include "retail/topic_codec.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

Result<json> object_from(const std::string& text) {
    json request = json::parse(text, nullptr, false);
    if (!request.is_object()) {
        return fail(ErrorKind::kInvalidInput, "the request is no JSON object");
    }
    return request;
}

/// A whole number of a request, if it is there.
template <typename Number>
Result<std::optional<Number>> number_at(const json& request, const char* name, Number least,
                                        Number most) {
    const auto found = request.find(name);
    if (found == request.end() || found->is_null()) {
        return std::optional<Number>();
    }
    const bool is_whole =
        found->is_number_integer() &&
        (!found->is_number_unsigned() || found->get<std::uint64_t>() <= std::uint64_t{most});
    if (!is_whole || found->get<std::int64_t>() < static_cast<std::int64_t>(least) ||
        found->get<std::int64_t>() > static_cast<std::int64_t>(most)) {
        return fail(ErrorKind::kInvalidInput, "{}: {} is no whole number from {} to {}", name,
                    found->dump(-1, ' ', false, json::error_handler_t::replace), least, most);
    }
    return std::optional(static_cast<Number>(found->get<std::int64_t>()));
}

Result<std::optional<std::int32_t>> date_at(const json& request, const char* name) {
    const auto found = request.find(name);
    if (found == request.end() || found->is_null() || *found == "") {
        return std::optional<std::int32_t>();
    }
    const auto date = found->is_string() ? retail::parse_date(found->get<std::string>())
                                         : std::optional<std::int32_t>();
    if (!date) {
        return fail(ErrorKind::kInvalidInput, "{}: {} is no date like 2026-11-22", name,
                    found->dump(-1, ' ', false, json::error_handler_t::replace));
    }
    return date;
}

Result<std::string> text_at(const json& request, const char* name) {
    const auto found = request.find(name);
    if (found == request.end() || !found->is_string() || found->get<std::string>().empty()) {
        return fail(ErrorKind::kInvalidInput, "{}: a text is missing", name);
    }
    return found->get<std::string>();
}

std::string text_of(const json& answer) {
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A job that is given its request as an object.
template <typename Work>
api::Job object_job(App& app, Work work) {
    return [&app, work](const std::string& text, const api::JobProgress& progress,
                        const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const json request, object_from(text));
        SHELFCAST_ASSIGN(const json answer, work(app, request, progress, stop));
        return text_of(answer);
    };
}

json to_json(const models::ModelEntry& entry) {
    return json::parse(models::to_text(entry))["model"];
}

Result<json> train(App& app, const json& request, const api::JobProgress& progress,
                   const std::stop_token& stop) {
    constexpr std::uint32_t kMostHorizon = 56;
    constexpr std::uint32_t kMostSeconds = 86'400;
    TrainWish wish;
    SHELFCAST_ASSIGN(wish.horizon_days,
                     number_at<std::uint32_t>(request, "horizon_days", 1, kMostHorizon));
    SHELFCAST_ASSIGN(wish.search_seconds,
                     number_at<std::uint32_t>(request, "search_seconds", 0, kMostSeconds));
    SHELFCAST_ASSIGN(wish.seed, number_at<std::uint32_t>(
                                    request, "seed", 0, std::numeric_limits<std::uint32_t>::max()));
    SHELFCAST_ASSIGN(wish.cutoff, date_at(request, "date"));
    const train::SayStep say = [&](std::string_view step, std::size_t done, std::size_t steps) {
        if (progress) {
            progress(text_of({{"file", step}, {"rows", 0}, {"done", done}, {"total", steps}}));
        }
    };
    SHELFCAST_ASSIGN(const train::TrainReport report, app.models().train(wish, say, stop));
    json answer = to_json(report.entry);
    answer["is_in_use"] = report.is_in_use;
    answer.erase("features");
    return answer;
}

Result<json> predict(App& app, const json& request, const api::JobProgress& /*progress*/,
                     const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto cutoff, date_at(request, "date"));
    SHELFCAST_ASSIGN(const auto horizon, number_at<std::size_t>(request, "horizon_days", 1, 56));
    SHELFCAST_ASSIGN(const predict::BatchPredictionReport report,
                     app.models().predict(cutoff, horizon, stop));
    return json{{"model_version", report.model_version},
                {"date", retail::format_date(report.cutoff)},
                {"horizon_days", report.horizon_days},
                {"series", report.series},
                {"rows", report.rows}};
}

Result<json> features(App& app, const json& request, const api::JobProgress& /*progress*/,
                      const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto cutoff, date_at(request, "date"));
    SHELFCAST_ASSIGN(const train::FeatureReport report, app.models().write_features(cutoff, stop));
    return json{{"feature_date", retail::format_date(report.feature_date)}, {"rows", report.rows}};
}

Result<json> list(App& app) {
    SHELFCAST_ASSIGN(const auto all, app.models().registry().list());
    json found = json::array();
    for (const models::ListedModel& one : all) {
        json row = {{"version", one.version}, {"is_champion", one.is_champion}};
        if (one.entry) {
            json entry = to_json(*one.entry);
            entry.erase("features");
            row["model"] = std::move(entry);
        } else {
            row["fault"] = one.fault;
        }
        found.push_back(std::move(row));
    }
    return json{{"models", std::move(found)}};
}

Result<json> show(App& app, const std::string& version) {
    models::ModelRegistry& registry = app.models().registry();
    SHELFCAST_ASSIGN(const models::ModelEntry entry, registry.find(version));
    // Whether its bytes are whole is part of what is asked.
    SHELFCAST_ASSIGN([[maybe_unused]] const std::string artefact, registry.artefact(entry));
    SHELFCAST_ASSIGN(const std::string card, registry.card(version));
    SHELFCAST_ASSIGN(const auto champion, registry.champion());
    json answer = to_json(entry);
    answer["is_champion"] = champion && champion->version == version;
    answer["card"] = card;
    return answer;
}

Result<json> compare(App& app, const std::string& one, const json& request) {
    models::ModelRegistry& registry = app.models().registry();
    SHELFCAST_ASSIGN(const models::ModelEntry first, registry.find(one));
    std::string other = request.value("with", "");
    if (other.empty()) {
        SHELFCAST_ASSIGN(const auto champion, registry.champion());
        if (!champion) {
            return fail(ErrorKind::kInvalidInput,
                        "no model is in use to compare {} with: name a second one", one);
        }
        other = champion->version;
    }
    SHELFCAST_ASSIGN(const models::ModelEntry second, registry.find(other));
    const bool same_days =
        first.held_back_from == second.held_back_from && first.held_back_to == second.held_back_to;
    return json{{"models", {to_json(first)["held_back"], to_json(second)["held_back"]}},
                {"versions", {one, other}},
                {"same_held_back_days", same_days}};
}

Result<json> models_work(App& app, const json& request, const api::JobProgress& /*progress*/,
                         const std::stop_token& /*stop*/) {
    const auto wish = text_at(request, "do");
    if (wish && *wish == "list") {
        return list(app);
    }
    if (wish && *wish == "rollback") {
        SHELFCAST_ASSIGN(const models::Promotion in_use, app.models().roll_back());
        return json{{"champion", in_use.version}};
    }
    if (!wish || (*wish != "show" && *wish != "promote" && *wish != "compare")) {
        return fail(ErrorKind::kInvalidInput,
                    "a models job's do is list, show, promote, rollback or compare");
    }
    SHELFCAST_ASSIGN(const std::string version, text_at(request, "version"));
    if (*wish == "show") {
        return show(app, version);
    }
    if (*wish == "compare") {
        return compare(app, version, request);
    }
    SHELFCAST_TRY(app.models().promote(version));
    return json{{"champion", version}};
}

}  // namespace

api::Job train_job(App& app) { return object_job(app, train); }
api::Job predict_job(App& app) { return object_job(app, predict); }
api::Job features_job(App& app) { return object_job(app, features); }
api::Job models_job(App& app) { return object_job(app, models_work); }

Result<std::string> models_answer(App& app) {
    SHELFCAST_ASSIGN(json answer, list(app));
    SHELFCAST_ASSIGN(const std::vector<models::Promotion> promotions,
                     app.models().registry().promotions());
    answer["in_use"] = promotions.empty() ? json() : json(promotions.back().version);
    const bool has_before = !promotions.empty() && promotions.back().back_to;
    answer["before"] = has_before ? json(promotions[*promotions.back().back_to].version) : json();
    return text_of(answer);
}

Result<std::string> answer_prediction(App& app, std::string_view body,
                                      const ports::StoreScope& scope) {
    SHELFCAST_ASSIGN(const json request, object_from(std::string(body)));
    SHELFCAST_ASSIGN(const auto store,
                     number_at<std::uint32_t>(request, "store_id", 1, retail::kMaxStoreId));
    if (!store) {
        return fail(ErrorKind::kInvalidInput, "store_id: a whole number is missing");
    }
    predict::PredictionRequest asked;
    asked.store = StoreId{*store};
    SHELFCAST_TRY(api::check_seen(scope, asked.store));
    SHELFCAST_ASSIGN(asked.product_id, text_at(request, "product_id"));
    SHELFCAST_ASSIGN(const auto days,
                     number_at<std::size_t>(request, "horizon_days", 1,
                                            static_cast<std::size_t>(retail::kMostHorizonDays)));
    asked.days = days.value_or(predict::kDefaultDays);
    if (request.contains("request_id")) {
        SHELFCAST_ASSIGN(asked.request_id, text_at(request, "request_id"));
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, app.store().catalog(std::nullopt));
    if (catalog.time_zone(asked.store) == nullptr) {
        return fail(ErrorKind::kNotFound, "there is no store {}", *store);
    }
    SHELFCAST_ASSIGN(const retail::Prediction answer,
                     predict::predict_one(app.models().asked(), asked, app.clock().now_us()));
    std::string message;
    retail::append_message(message, answer);
    return message;
}

}  // namespace shelfcast::cli
