#include <algorithm>
#include <iterator>

#include "config/config.h"

namespace shelfcast::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

Written by `shelfcast config reference`; a test fails when it is stale.

A value comes from, the later one winning: the default, a TOML file, the environment, the
command line. `shelfcast config show` says what holds and where it comes from; `shelfcast config
check` reports every mistake at once; a program with a mistake does not start.

The file is the first of

1. `--config FILE`,
2. the file that `SHELFCAST_CONFIG` names,
3. `shelfcast.toml` in the data directory (that of flag, environment or default),
4. `shelfcast.toml` in the working directory.

A file that is named and not there is a mistake; one of the other two may be absent. Relative
paths in a file start where the file lies. A file that holds a password must be readable by its
owner alone: `shelfcast doctor` looks. An empty environment variable counts as absent.

```toml
[server]
listen_address = "0.0.0.0"
web_port = 8080

[batch]
realtime_retention_days = 30

[schedule]
timezone = "Europe/London"

[schedule.jobs]
retail_batch_processing = "0 2 * * *"
```

Settings marked *fixed* belong to the data directory from its first start on, because the same
events must be judged alike whenever they are read again. A directory keeps its own value;
asking for another one is an error.

`SHELFCAST_CACHE` (default `$HOME/.cache/shelfcast`) moves the folder that `engine.library` and
`forecast.lightgbm_library` are looked for in.
)";

std::string cell(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", text); }

std::string default_of(const Setting& setting) {
    if (!setting.default_text.empty()) {
        return cell(setting.default_text);
    }
    const std::string text = value_text(Config{}, setting);
    return text.empty() ? "none" : cell(text);
}

void add_row(const Setting& setting, std::string_view name, std::string& out) {
    std::string remarks(setting.description);
    remarks += setting.fixed ? ". *Fixed*" : "";
    remarks += setting.secret ? ". *Secret*" : "";
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} | {} |\n", name,
                   type_name(setting), default_of(setting), cell(setting.environment),
                   cell(setting.flag), remarks);
}

}  // namespace

std::string reference() {
    std::string out(kIntroduction);
    std::string_view table;
    for (const Setting& setting : settings()) {
        const std::size_t dot = setting.key.find('.');
        if (setting.key.substr(0, dot) != table) {
            table = setting.key.substr(0, dot);
            fmt::format_to(std::back_inserter(out),
                           "\n## {}\n\n| key | type | default | environment | flag | meaning |\n"
                           "|---|---|---|---|---|---|\n",
                           table);
        }
        add_row(setting, setting.key.substr(dot + 1), out);
    }
    return out;
}

}  // namespace shelfcast::config
