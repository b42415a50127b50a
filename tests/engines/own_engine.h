#pragma once

/// \file tests/engines/own_engine.h
/// An engine that belongs to one test, which may kill and freeze it (tools/engines/drive.py).

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace shelfcast::tests {

/// Not started yet. Each call returns when it is done, and ends the test program with a message if
/// it cannot be. Gone with its data when this goes.
class OwnEngine {
public:
    /// "postgres", say: a name of tools/engines/engines.py. Tests run in the source folder.
    explicit OwnEngine(const std::string& name);
    ~OwnEngine();
    OwnEngine(const OwnEngine&) = delete;
    OwnEngine& operator=(const OwnEngine&) = delete;

    /// On the same folder and port as before.
    void start() { order("start"); }
    void kill() { order("kill"); }
    void freeze() { order("freeze"); }
    void thaw() { order("thaw"); }
    /// As engine_setting() of the shared one.
    [[nodiscard]] std::string setting(std::string_view name);

private:
    /// What was printed before "ok".
    std::string order(std::string_view command);

    std::filesystem::path folder_;
    int child_ = 0;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

}  // namespace shelfcast::tests
