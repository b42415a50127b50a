#include "replenishment/calculator/calculator_inputs.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

std::optional<double> number_in(const CalculatorValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.content)) {
        return static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&value.content);
    return number == nullptr || !std::isfinite(*number) ? std::nullopt : std::optional(*number);
}

bool is_any(double) { return true; }
bool is_positive(double number) { return number > 0; }
bool is_at_least_zero(double number) { return number >= 0; }
bool is_share(double number) { return number > 0 && number < 1; }
bool is_weight(double number) { return number > 0 && number <= 1; }

// What a number becomes after a fault, so that arithmetic on it is harmless.
constexpr double kStandIn = 0.5;

constexpr std::string_view kMustBePositive = "it must be more than 0";
constexpr std::string_view kMustNotBeNegative = "it must be 0 or more";

struct Writer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return fmt::format("\"{}\"", value); }
    std::string operator()(const CalculatorList& value) const {
        return fmt::format("a list of {}", value.size());
    }
    std::string operator()(const CalculatorMembers& value) const {
        return fmt::format("an object of {}", value.size());
    }
};

}  // namespace

std::string to_text(const CalculatorValue& value) {
    constexpr std::size_t kMostBytes = 80;
    std::string text = std::visit(Writer{}, value.content);
    if (text.size() > kMostBytes) {
        std::size_t end = kMostBytes;
        while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {  // Within a character.
            --end;
        }
        text.resize(end);
        text += "…";
    }
    return text;
}

const CalculatorValue* Inputs::find(std::string_view name) {
    const auto found = std::ranges::find(members_, name, &CalculatorMembers::value_type::first);
    if (found == members_.end()) {
        return nullptr;
    }
    used_.emplace(name);
    return std::holds_alternative<std::monostate>(found->second.content) ? nullptr : &found->second;
}

const CalculatorValue* Inputs::require(std::string_view name) {
    const CalculatorValue* const value = find(name);
    if (value == nullptr) {
        refuse(name, "is missing");
    }
    return value;
}

void Inputs::refuse(std::string_view name, std::string_view what) {
    if (!fault_) {
        fault_ = Error{.kind = ErrorKind::kInvalidInput,
                       .message = fmt::format("{}{} {}", place_, name, what)};
    }
}

void Inputs::take_fault(const Inputs& inner) {
    if (!fault_) {
        fault_ = inner.fault_;
    }
}

Status Inputs::status() const { return fault_ ? Status(tl::unexpected(*fault_)) : Status(); }

double Inputs::checked(std::string_view name, const CalculatorValue* value, bool (*fits)(double),
                       std::string_view rule) {
    if (value == nullptr) {
        return kStandIn;
    }
    const std::optional<double> number = number_in(*value);
    if (!number) {
        refuse(name, fmt::format("is {}: it must be a number", to_text(*value)));
        return kStandIn;
    }
    if (!fits(*number)) {
        refuse(name, fmt::format("is {}: {}", to_text(*value), rule));
        return kStandIn;
    }
    return *number;
}

double Inputs::any_number(std::string_view name) {
    return checked(name, require(name), is_any, "");
}

double Inputs::positive(std::string_view name) {
    return checked(name, require(name), is_positive, kMustBePositive);
}

double Inputs::at_least_zero(std::string_view name) {
    return checked(name, require(name), is_at_least_zero, kMustNotBeNegative);
}

double Inputs::at_least_zero(std::string_view name, double fallback) {
    return optional_at_least_zero(name).value_or(fallback);
}

std::optional<double> Inputs::optional_at_least_zero(std::string_view name) {
    const CalculatorValue* const value = find(name);
    return value == nullptr
               ? std::nullopt
               : std::optional(checked(name, value, is_at_least_zero, kMustNotBeNegative));
}

double Inputs::share(std::string_view name) {
    return checked(name, require(name), is_share, "it must be between 0 and 1");
}

double Inputs::weight(std::string_view name) {
    return checked(name, require(name), is_weight, "it must be above 0 and at most 1");
}

std::int64_t Inputs::whole_from_one(std::string_view name, std::int64_t fallback) {
    constexpr double kMost = 1e9;
    const CalculatorValue* const value = find(name);
    if (value == nullptr) {
        return fallback;
    }
    const double number = checked(
        name, value, [](double one) { return one >= 1 && one <= kMost && std::trunc(one) == one; },
        "it must be a whole number from 1");
    return static_cast<std::int64_t>(number);
}

std::string Inputs::word(std::string_view name, std::initializer_list<std::string_view> known,
                         std::string_view fallback) {
    const CalculatorValue* const value = find(name);
    if (value == nullptr) {
        return std::string(fallback);
    }
    const auto* const text = std::get_if<std::string>(&value->content);
    if (text == nullptr || std::ranges::find(known, *text) == known.end()) {
        refuse(name, fmt::format("is {}: known are {}", to_text(*value), fmt::join(known, ", ")));
        return std::string(fallback);
    }
    return *text;
}

std::vector<double> Inputs::numbers(std::string_view name) {
    const CalculatorList& all = list(name);
    if (all.empty()) {
        refuse(name, "is empty");
    }
    std::vector<double> made;
    made.reserve(all.size());
    for (std::size_t place = 0; place < all.size(); ++place) {
        made.push_back(checked(fmt::format("{}[{}]", name, place), &all[place], is_at_least_zero,
                               kMustNotBeNegative));
    }
    return made;
}

std::vector<double> Inputs::numbers_or_one(std::string_view name, std::size_t count) {
    const CalculatorValue* const value = require(name);
    if (value == nullptr || !std::holds_alternative<CalculatorList>(value->content)) {
        return std::vector<double>(count,
                                   checked(name, value, is_at_least_zero, kMustNotBeNegative));
    }
    std::vector<double> made = numbers(name);
    if (made.size() != count) {
        refuse(name, fmt::format("has {} entries where {} are needed", made.size(), count));
        made.resize(count, kStandIn);
    }
    return made;
}

const CalculatorList& Inputs::list(std::string_view name) {
    static const CalculatorList kNone;
    const CalculatorValue* const value = require(name);
    if (value == nullptr) {
        return kNone;
    }
    const auto* const found = std::get_if<CalculatorList>(&value->content);
    if (found == nullptr) {
        refuse(name, fmt::format("is {}: it must be a list", to_text(*value)));
    }
    return found == nullptr ? kNone : *found;
}

const CalculatorMembers& Inputs::members(std::string_view name) {
    static const CalculatorMembers kNone;
    const CalculatorValue* const value = require(name);
    if (value == nullptr) {
        return kNone;
    }
    const auto* const found = std::get_if<CalculatorMembers>(&value->content);
    if (found == nullptr) {
        refuse(name, fmt::format("is {}: it must be an object", to_text(*value)));
    }
    return found == nullptr ? kNone : *found;
}

std::vector<std::string> Inputs::unused() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : members_) {
        if (!used_.contains(name)) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace shelfcast::replenishment
