#include "config/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

namespace shelfcast::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "shelfcast.toml";
constexpr std::string_view kConfigVariable = "SHELFCAST_CONFIG";
constexpr std::string_view kJobsKey = "schedule.jobs";
constexpr std::size_t kMaxFileBytes = 1U << 20U;

std::optional<std::string> variable(const TextMap& environment, std::string_view name) {
    const auto found = environment.find(name);
    return name.empty() || found == environment.end() || found->second.empty()
               ? std::nullopt
               : std::optional(found->second);
}

bool is_choice(std::string_view choices, std::string_view text) {
    const std::string all = fmt::format("|{}|", choices);
    return text.find('|') == std::string_view::npos &&
           all.find(fmt::format("|{}|", text)) != std::string::npos;
}

/// What is wrong with a text for a setting; empty: nothing.
std::string text_fault(const Setting& setting, std::string_view text) {
    if (!setting.choices.empty() && !is_choice(setting.choices, text)) {
        return fmt::format("is none of {}", type_name(setting));
    }
    return setting.fault == nullptr ? "" : setting.fault(text);
}

bool is_number(const Setting& setting) {
    return !std::holds_alternative<std::string Config::*>(setting.member) &&
           !std::holds_alternative<fs::path Config::*>(setting.member) &&
           !std::holds_alternative<TextMap Config::*>(setting.member);
}

void put_number(Config& config, const Setting& setting, std::uint64_t number) {
    std::visit(
        [&](auto member) {
            using Value = std::remove_reference_t<decltype(config.*member)>;
            if constexpr (std::is_unsigned_v<Value>) {
                config.*member = static_cast<Value>(number);
            }
        },
        setting.member);
}

/// Puts the sources over each other and remembers what was wrong where.
class Loader {
public:
    explicit Loader(const Sources& sources) : sources_(sources) {
        loaded_.config.demo = sources.demo;
    }

    Loaded load() {
        find_file();
        read_file();
        for (const Setting& setting : settings()) {
            if (const auto text = variable(sources_.environment, setting.environment)) {
                set(setting, *text, fmt::format("environment {}", setting.environment));
            }
        }
        look_for_slips();
        for (const auto& [key, text] : sources_.flags) {
            if (const Setting* const setting = find_setting(key)) {
                set(*setting, text, fmt::format("flag {}", setting->flag));
            }
        }
        find_libraries();
        for (std::string& mistake : find_mistakes(loaded_.config, sources_.job_fault)) {
            loaded_.mistakes.push_back(std::move(mistake));
        }
        return std::move(loaded_);
    }

private:
    template <typename... Args>
    void mistake(fmt::format_string<Args...> text, Args&&... args) {
        loaded_.mistakes.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    /// Named: it must be there. Else the data directory's own, else the working directory's.
    void find_file() {
        fs::path named = sources_.file;
        std::string_view by = "--config";
        if (named.empty()) {
            named = variable(sources_.environment, kConfigVariable).value_or("");
            by = kConfigVariable;
        }
        std::error_code code;
        if (!named.empty()) {
            loaded_.file = named;
            if (!fs::is_regular_file(named, code)) {
                mistake("{} names {}, which is no file", by, named.string());
                loaded_.file.clear();
            }
            return;
        }
        const auto flag = sources_.flags.find("data.directory");
        const fs::path directory = flag != sources_.flags.end()
                                       ? flag->second
                                       : variable(sources_.environment, "SHELFCAST_DATA_DIR")
                                             .value_or(loaded_.config.data_directory.string());
        for (const fs::path& candidate : {directory / kFileName, fs::path(kFileName)}) {
            if (fs::exists(candidate, code)) {
                loaded_.file = candidate;
                return;
            }
        }
    }

    void read_file() {
        if (loaded_.file.empty()) {
            return;
        }
        std::ifstream file(loaded_.file, std::ios::binary);
        std::string text(kMaxFileBytes + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        if (!file.is_open() || file.bad()) {
            mistake("{} cannot be read", loaded_.file.string());
            return;
        }
        text.resize(static_cast<std::size_t>(file.gcount()));
        if (text.size() > kMaxFileBytes) {
            mistake("{} has more than {} bytes", loaded_.file.string(), kMaxFileBytes);
            return;
        }
        const toml::parse_result parsed = toml::parse(text, loaded_.file.string());
        if (!parsed) {
            mistake("{}:{}: {}", loaded_.file.string(), parsed.error().source().begin.line,
                    parsed.error().description());
            return;
        }
        read_table(parsed.table(), "");
    }

    void read_table(const toml::table& table, const std::string& prefix) {
        for (const auto& [word, node] : table) {
            const std::string key = prefix + std::string(word.str());
            const std::string place =
                fmt::format("{}:{}", loaded_.file.string(), word.source().begin.line);
            const Setting* const setting = find_setting(key);
            const bool is_section = std::ranges::any_of(
                settings(), [&](const Setting& one) { return one.key.starts_with(key + "."); });
            if (setting != nullptr) {
                read_value(*setting, node, place);
            } else if (is_section && node.is_table()) {
                read_table(*node.as_table(), key + ".");
            } else if (is_section) {
                mistake("{}: {} is a table, [{}], not a value", place, key, key);
            } else if (const auto near = nearest_key(key)) {
                mistake("{}: there is no setting {}; did you mean {}?", place, key, *near);
            } else {
                mistake("{}: there is no setting {}", place, key);
            }
        }
    }

    void read_value(const Setting& setting, const toml::node& node, const std::string& place) {
        const std::string origin = fmt::format("file {}", place);
        if (const auto* const map = std::get_if<TextMap Config::*>(&setting.member)) {
            read_map(setting.key, loaded_.config.*(*map), node, place);
        } else if (is_number(setting)) {
            const auto number = node.value_exact<std::int64_t>();
            if (!number) {
                mistake("{}: {} is a whole number, not {}", place, setting.key, type_of(node));
            } else if (*number < 0) {
                mistake("{}: {} is {}, outside {}", place, setting.key, *number,
                        type_name(setting));
            } else {
                set_number(setting, static_cast<std::uint64_t>(*number), origin);
            }
        } else if (const auto text = node.value_exact<std::string>()) {
            const bool is_path = std::holds_alternative<fs::path Config::*>(setting.member);
            // A file's paths start where the file lies, so that they mean one thing.
            set(setting,
                is_path && !text->empty() ? (loaded_.file.parent_path() / *text).string() : *text,
                origin);
        } else {
            mistake("{}: {} is a text, not {}", place, setting.key, type_of(node));
        }
    }

    void read_map(std::string_view key, TextMap& into, const toml::node& node,
                  const std::string& place) {
        const std::string_view what = key == kJobsKey ? "cron expression" : "text";
        if (!node.is_table()) {
            mistake("{}: {} is a table of name = \"{}\", not {}", place, key, what, type_of(node));
            return;
        }
        loaded_.config.origins[std::string(key)] = fmt::format("file {}", place);
        for (const auto& [name, one] : *node.as_table()) {
            const auto text = one.value_exact<std::string>();
            if (!text || text->empty()) {
                mistake("{}:{}: {}.{} is a {} in quotes", loaded_.file.string(),
                        name.source().begin.line, key, name.str(), what);
                continue;
            }
            into[std::string(name.str())] = *text;
            loaded_.config.origins[fmt::format("{}.{}", key, name.str())] =
                fmt::format("file {}:{}", loaded_.file.string(), name.source().begin.line);
        }
    }

    static std::string type_of(const toml::node& node) {
        switch (node.type()) {
            case toml::node_type::string:
                return "a text";
            case toml::node_type::integer:
                return "a number";
            case toml::node_type::floating_point:
                return "a number with a fraction";
            case toml::node_type::boolean:
                return "true or false";
            case toml::node_type::table:
                return "a table";
            case toml::node_type::array:
                return "a list";
            default:
                return "a date or time";
        }
    }

    void set(const Setting& setting, const std::string& text, const std::string& origin) {
        if (is_number(setting)) {
            std::uint64_t number = 0;
            const auto [end, code] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            if (code != std::errc{} || end != text.data() + text.size()) {
                mistake("{} is no whole number: \"{}\" ({})", setting.key, text, origin);
                return;
            }
            set_number(setting, number, origin);
            return;
        }
        if (const std::string fault = text_fault(setting, text); !fault.empty()) {
            mistake("{} \"{}\" {} ({})", setting.key, setting.secret ? "…" : text, fault, origin);
            return;
        }
        std::visit(
            [&](auto member) {
                if constexpr (std::is_assignable_v<decltype(loaded_.config.*member), std::string>) {
                    loaded_.config.*member = text;
                }
            },
            setting.member);
        loaded_.config.origins[std::string(setting.key)] = origin;
    }

    void set_number(const Setting& setting, std::uint64_t number, const std::string& origin) {
        if (number < setting.minimum || number > setting.maximum) {
            mistake("{} is {}, outside {} ({})", setting.key, number, type_name(setting), origin);
            return;
        }
        put_number(loaded_.config, setting, number);
        loaded_.config.origins[std::string(setting.key)] = origin;
    }

    /// A variable that is nearly one of ours was meant to be one.
    void look_for_slips() {
        for (const auto& [name, value] : sources_.environment) {
            if (!name.starts_with("SHELFCAST_") || value.empty() || name == kConfigVariable) {
                continue;
            }
            const bool known = std::ranges::any_of(
                settings(), [&](const Setting& one) { return one.environment == name; });
            const auto near = known ? std::nullopt : nearest_variable(name);
            if (near) {
                mistake("environment {}: no such variable; did you mean {}?", name, *near);
            }
        }
    }

    /// Where ./dev setup puts them.
    void find_libraries() {
        Config& config = loaded_.config;
        const auto cache = variable(sources_.environment, "SHELFCAST_CACHE");
        const fs::path root = cache
                                  ? fs::path(*cache)
                                  : fs::path(variable(sources_.environment, "HOME").value_or(".")) /
                                        ".cache" / "shelfcast";
        if (config.engine_library.empty()) {
            config.engine_library = root / "engine" / "26.7.3-stable.1" / "libchdb.so";
        }
        if (config.lightgbm_library.empty()) {
            config.lightgbm_library = root / "lightgbm" / "4.7.0" / "lib_lightgbm.so";
        }
    }

    const Sources& sources_;
    Loaded loaded_;
};

/// What is wrong with one value, whoever put it there.
std::string value_fault(const Config& config, const Setting& setting) {
    const std::string text = value_text(config, setting);
    if (!is_number(setting)) {
        return std::holds_alternative<TextMap Config::*>(setting.member)
                   ? ""
                   : text_fault(setting, text);
    }
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number >= setting.minimum && number <= setting.maximum
               ? ""
               : fmt::format("is outside {}", type_name(setting));
}

std::string with_origin(const Config& config, std::string_view key) {
    return fmt::format("{} ({})", key, config.origin(key));
}

/// A process that leaves work to others shares everything with them.
void find_split_mistakes(const Config& config, std::vector<std::string>& mistakes) {
    const bool alone =
        has_role(config, "api") && has_role(config, "batch") && has_role(config, "stream");
    const std::array shared = {
        std::pair{&config.store_url, "store.url"}, std::pair{&config.log_url, "log.url"},
        std::pair{&config.lake_url, "lake.url"}, std::pair{&config.warehouse_url, "warehouse.url"}};
    for (const auto& [url, key] : shared) {
        if (!alone && url->empty()) {
            mistakes.push_back(fmt::format(
                "{} is \"{}\", so other processes do the rest, which need {}: it is not "
                "set",
                with_origin(config, "server.roles"), config.roles, key));
        }
    }
    if (!config.store_url.empty() && config.log_url.empty()) {
        mistakes.push_back(
            fmt::format("{} is set, but log.url is not: a log in the data directory "
                        "goes with a store in it",
                        with_origin(config, "store.url")));
    }
}

}  // namespace

Loaded load(const Sources& sources) { return Loader(sources).load(); }

Status keep_fixed(Config& config, const Setting& setting, const std::string& kept) {
    const std::string_view origin = config.origin(setting.key);
    if (value_text(config, setting) == kept) {
        return {};
    }
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(kept.data(), kept.data() + kept.size(), number);
    if (code != std::errc{} || end != kept.data() + kept.size() || number < setting.minimum ||
        number > setting.maximum) {
        return fail(ErrorKind::kCorrupted, "the data directory keeps {} = \"{}\", outside {}",
                    setting.key, kept, type_name(setting));
    }
    if (origin != "default") {
        return fail(ErrorKind::kConflict,
                    "{} is {} ({}), but data directory {} was made with {}, for good: take the "
                    "setting out, or import into a new directory",
                    setting.key, value_text(config, setting), origin,
                    config.data_directory.string(), kept);
    }
    put_number(config, setting, number);
    return {};
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

TextMap order_limits(const Config& config) {
    return {{"administrator", config.orders_limit_administrator},
            {"executive", config.orders_limit_executive},
            {"regional_manager", config.orders_limit_regional_manager},
            {"store_manager", config.orders_limit_store_manager},
            {"analyst", config.orders_limit_analyst}};
}

bool has_role(const Config& config, std::string_view role) {
    const std::vector<std::string_view> roles = split_list(config.roles);
    return std::ranges::find(roles, role) != roles.end();
}

std::vector<std::string> find_mistakes(const Config& config, JobFault job_fault) {
    std::vector<std::string> mistakes;
    for (const Setting& setting : settings()) {
        if (const std::string fault = value_fault(config, setting); !fault.empty()) {
            mistakes.push_back(fmt::format("{} \"{}\" {} ({})", setting.key,
                                           shown_value(config, setting), fault,
                                           config.origin(setting.key)));
        }
    }
    if (config.demo && !is_loopback(config.listen_address)) {
        mistakes.push_back(fmt::format(
            "--demo uses a well-known password, so it listens on loopback only, not on {}",
            config.listen_address));
    }
    const std::array ports = {
        std::pair{config.clickhouse_http_port, "server.clickhouse_http_port"},
        std::pair{config.clickhouse_native_port, "server.clickhouse_native_port"},
        std::pair{config.web_port, "server.web_port"}};
    for (std::size_t i = 0; i < ports.size(); ++i) {
        for (std::size_t j = i + 1; j < ports.size(); ++j) {
            if (ports[i].first != 0 && ports[i].first == ports[j].first) {
                mistakes.push_back(fmt::format("port {} is given twice: {} and {}", ports[i].first,
                                               with_origin(config, ports[i].second),
                                               with_origin(config, ports[j].second)));
            }
        }
    }
    find_split_mistakes(config, mistakes);
    if (config.watched_flush_interval_ms > config.flush_interval_ms) {
        mistakes.push_back(fmt::format("{} is {} ms, longer than {} with {} ms",
                                       with_origin(config, "stream.watched_flush_interval_ms"),
                                       config.watched_flush_interval_ms,
                                       with_origin(config, "stream.flush_interval_ms"),
                                       config.flush_interval_ms));
    }
    for (const auto& [name, cron] : config.schedule_jobs) {
        const std::string fault = job_fault == nullptr ? "" : job_fault(name, cron);
        if (!fault.empty()) {
            const std::string key = fmt::format("{}.{}", kJobsKey, name);
            mistakes.push_back(
                fmt::format("{} \"{}\": {} ({})", key, cron, fault, config.origin(key)));
        }
    }
    return mistakes;
}

Status all_right(const std::vector<std::string>& mistakes) {
    if (mistakes.empty()) {
        return {};
    }
    if (mistakes.size() == 1) {
        return fail(ErrorKind::kInvalidInput, "configuration: {}", mistakes.front());
    }
    return fail(ErrorKind::kInvalidInput, "configuration: {} mistakes\n  {}", mistakes.size(),
                fmt::join(mistakes, "\n  "));
}

}  // namespace shelfcast::config
