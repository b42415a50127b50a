#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "demand/intermittent.h"
#include "replenishment/calculator/calculator.h"

namespace shelfcast::cli {
namespace {

using nlohmann::ordered_json;
using replenishment::CalculatorFamily;
using replenishment::CalculatorList;
using replenishment::CalculatorMembers;
using replenishment::CalculatorValue;
using replenishment::Inputs;
using replenishment::Outputs;

// --- the families
// ---------------------------------------------------------------------------------

Result<CalculatorMembers> intermittent(Inputs& inputs) {
    using demand::IntermittentMethod;
    const std::vector<double> history = inputs.numbers("demand_history_units");
    const demand::IntermittentSmoothing smoothing{
        .size = inputs.weight("smoothing_size"),
        .interval_or_probability = inputs.weight("smoothing_interval_or_probability_tsb")};
    SHELFCAST_TRY(inputs.status());
    const auto forecasts = [&](IntermittentMethod method) {
        CalculatorList list;
        for (const auto& state : demand::smooth_intermittent(history, method, smoothing)) {
            list.push_back({state.forecast_units_per_day});
        }
        return list;
    };
    return Outputs()
        .list("croston_forecast_after_each_day", forecasts(IntermittentMethod::kCroston))
        .list("sba_forecast_after_each_day", forecasts(IntermittentMethod::kSba))
        .list("tsb_forecast_after_each_day", forecasts(IntermittentMethod::kTsb))
        .take();
}

/// By name.
std::vector<CalculatorFamily> all_families() {
    std::vector<CalculatorFamily> all{{"intermittent_croston_sba_tsb", intermittent}};
    for (const auto families : {replenishment::policy_families(), replenishment::order_families(),
                                replenishment::stock_families()}) {
        all.insert(all.end(), families.begin(), families.end());
    }
    std::ranges::sort(all, {}, &CalculatorFamily::name);
    return all;
}

// --- JSON
// -----------------------------------------------------------------------------------------

CalculatorValue to_value(const ordered_json& json) {
    switch (json.type()) {
        case ordered_json::value_t::boolean:
            return {json.get<bool>()};
        case ordered_json::value_t::number_integer:
            return {json.get<std::int64_t>()};
        case ordered_json::value_t::number_unsigned:
            // Past an int64 the nearest double is what any of them is computed with.
            return json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()
                       ? CalculatorValue{json.get<double>()}
                       : CalculatorValue{json.get<std::int64_t>()};
        case ordered_json::value_t::number_float:
            return {json.get<double>()};
        case ordered_json::value_t::string:
            return {json.get<std::string>()};
        case ordered_json::value_t::array: {
            CalculatorList list;
            for (const ordered_json& one : json) {
                list.push_back(to_value(one));
            }
            return {std::move(list)};
        }
        case ordered_json::value_t::object: {
            CalculatorMembers members;
            for (const auto& [name, one] : json.items()) {
                members.emplace_back(name, to_value(one));
            }
            return {std::move(members)};
        }
        default:
            return {};
    }
}

struct JsonWriter {
    ordered_json operator()(std::monostate) const { return nullptr; }
    ordered_json operator()(bool value) const { return value; }
    ordered_json operator()(std::int64_t value) const { return value; }
    ordered_json operator()(double value) const { return value; }
    ordered_json operator()(const std::string& value) const { return value; }
    ordered_json operator()(const CalculatorList& list) const {
        ordered_json all = ordered_json::array();
        for (const CalculatorValue& one : list) {
            all.push_back(std::visit(*this, one.content));
        }
        return all;
    }
    ordered_json operator()(const CalculatorMembers& members) const {
        ordered_json all = ordered_json::object();
        for (const auto& [name, one] : members) {
            all[name] = std::visit(*this, one.content);
        }
        return all;
    }
};

/// The parser's words without its own name for the fault, and without the bytes it was reading,
/// which may be any.
std::string_view fault_in(std::string_view words) {
    constexpr std::size_t kMostBytes = 160;
    if (const std::size_t name_end = words.find("] "); name_end != std::string_view::npos) {
        words.remove_prefix(name_end + 2);
    }
    return words.substr(0, std::min(words.find("; last read"), kMostBytes));
}

/// A number that no JSON has, somewhere in it.
bool has_no_number(const CalculatorValue& value) {
    if (const auto* number = std::get_if<double>(&value.content)) {
        return !std::isfinite(*number);
    }
    if (const auto* list = std::get_if<CalculatorList>(&value.content)) {
        return std::ranges::any_of(*list, has_no_number);
    }
    const auto* members = std::get_if<CalculatorMembers>(&value.content);
    return members != nullptr &&
           std::ranges::any_of(*members, has_no_number, &CalculatorMembers::value_type::second);
}

/// All of it. Error: kInvalidInput for more than a file of instances holds, or what cannot be read.
Result<std::string> read_text(std::istream& in, const std::string& path) {
    constexpr std::size_t kMostBytes = 64ULL << 20;
    std::string text;
    std::array<char, 1 << 16> chunk{};
    while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
        if (text.size() > kMostBytes) {
            return fail(ErrorKind::kInvalidInput, "{}: more than {} bytes", path, kMostBytes);
        }
    }
    if (in.bad()) {  // A folder, for one.
        return fail(ErrorKind::kInvalidInput, "{}: cannot be read", path);
    }
    return text;
}

Result<std::string> read_named(const std::string& named, const std::string& path) {
    if (named == "-") {
        return read_text(std::cin, path);
    }
    std::ifstream file(named, std::ios::binary);
    if (!file) {
        return fail(ErrorKind::kNotFound, "{}: {}", path, std::strerror(errno));
    }
    return read_text(file, path);
}

/// The file of that name, or - for standard input, which messages call `path`. Error: kNotFound
/// where there is no such file; kInvalidInput for what is no JSON.
Result<ordered_json> read_json(const std::string& named, const std::string& path) {
    constexpr int kMostDepth = 32;
    SHELFCAST_ASSIGN(const std::string text, read_named(named, path));
    bool too_deep = false;
    const auto keep = [&too_deep](int depth, ordered_json::parse_event_t, ordered_json&) {
        too_deep = too_deep || depth > kMostDepth;
        return !too_deep;
    };
    try {
        ordered_json json = ordered_json::parse(text, keep);
        if (too_deep) {
            return fail(ErrorKind::kInvalidInput, "{}: nested more than {} deep", path, kMostDepth);
        }
        return json;
    } catch (const ordered_json::exception& thrown) {
        return fail(ErrorKind::kInvalidInput, "{}: {}", path, fault_in(thrown.what()));
    }
}

// --- instances
// ------------------------------------------------------------------------------------

/// How messages name an instance: its id, else its place in the file.
std::string name_of(const ordered_json& instance, std::size_t place) {
    const auto id = instance.find("id");
    return id != instance.end() && id->is_string() ? id->get<std::string>()
                                                   : fmt::format("instance {}", place + 1);
}

Result<ordered_json> calculate(const std::vector<CalculatorFamily>& families,
                               const ordered_json& instance) {
    const auto family = instance.find("family");
    if (family == instance.end() || !family->is_string()) {
        return fail(ErrorKind::kInvalidInput, "family is missing or no text");
    }
    const auto found =
        std::ranges::find(families, family->get_ref<const std::string&>(), &CalculatorFamily::name);
    if (found == families.end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(families, std::back_inserter(names), &CalculatorFamily::name);
        return fail(ErrorKind::kInvalidInput, "family \"{}\" is unknown; known are {}",
                    family->get<std::string>(), fmt::join(names, ", "));
    }
    const auto given = instance.find("inputs");
    if (given == instance.end() || !given->is_object()) {
        return fail(ErrorKind::kInvalidInput, "inputs is missing or no object");
    }
    const CalculatorValue value = to_value(*given);
    Inputs inputs(std::get<CalculatorMembers>(value.content));
    Result<CalculatorMembers> outputs = found->calculate(inputs);
    if (!outputs) {
        return forward_error(outputs, found->name);
    }
    if (has_no_number({*outputs})) {
        return fail(ErrorKind::kInvalidInput,
                    "{}: an answer is no number: some inputs are too far apart in size",
                    found->name);
    }
    ordered_json answer = ordered_json::object();
    if (const auto id = instance.find("id"); id != instance.end()) {
        answer["id"] = *id;
    }
    answer["family"] = *family;
    answer["outputs"] = JsonWriter{}(*outputs);
    if (const std::vector<std::string> unused = inputs.unused(); !unused.empty()) {
        answer["unused_inputs"] = unused;
    }
    return answer;
}

Result<int> run_calc(const std::string& named) {
    const std::string path = named == "-" ? "standard input" : named;
    SHELFCAST_ASSIGN(const ordered_json file, read_json(named, path));
    if (!file.is_object()) {
        return fail(ErrorKind::kInvalidInput,
                    "{}: it must be an object with instances, or with family and inputs", path);
    }
    const auto listed = file.find("instances");
    const ordered_json instances = listed == file.end() ? ordered_json::array({file}) : *listed;
    if (!instances.is_array()) {
        return fail(ErrorKind::kInvalidInput, "{}: instances is no list", path);
    }
    const std::vector<CalculatorFamily> families = all_families();
    ordered_json answers = ordered_json::array();
    for (std::size_t place = 0; place < instances.size(); ++place) {
        const ordered_json& instance = instances[place];
        if (!instance.is_object()) {
            return fail(ErrorKind::kInvalidInput, "{}: instance {} is no object", path, place + 1);
        }
        Result<ordered_json> answer = calculate(families, instance);
        if (!answer) {
            return forward_error(answer, fmt::format("{}: {}", path, name_of(instance, place)));
        }
        answers.push_back(std::move(*answer));
    }
    ordered_json out = ordered_json::object();
    out["instances"] = std::move(answers);
    fmt::print("{}\n", out.dump(2, ' ', false, ordered_json::error_handler_t::replace));
    return 0;
}

}  // namespace

void add_calc(Commands& commands) {
    const auto path = std::make_shared<std::string>();
    CLI::App& command = commands.add(
        "calc",
        "Calculate order policies, stock and forecasts from the books: instances of families in "
        "JSON, answers in JSON\nExample: shelfcast calc instances.json",
        [path](const std::stop_token&) { return run_calc(*path); });
    command.add_option("file", *path, "The instances; - reads standard input")->required();
    commands.tolerate_mistakes(command);  // It asks nothing of the configuration.
}

}  // namespace shelfcast::cli
