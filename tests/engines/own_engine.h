#pragma once

/// \file tests/engines/own_engine.h
/// An engine of a test's own, which it may kill and freeze (tools/engines/one.py).

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace shelfcast::tests {

/// Ends with the object. Ends the test program with a message when a command fails. One thread.
class OwnEngine {
public:
    /// Started; `name` as in tools/engines.
    explicit OwnEngine(std::string_view name);
    ~OwnEngine();
    OwnEngine(const OwnEngine&) = delete;
    OwnEngine& operator=(const OwnEngine&) = delete;

    /// As engine_setting().
    [[nodiscard]] std::string setting(std::string_view name) const;

    void start() { settings_ = command("start"); }  ///< Returns once it answers.
    void kill() { command("kill"); }                ///< As a power cut would end the process.
    void freeze() { command("freeze"); }            ///< It neither answers nor ends, until thaw().
    void thaw() { command("thaw"); }

private:
    std::string command(std::string_view word);

    std::filesystem::path folder_;
    int driver_ = -1;
    std::FILE* commands_ = nullptr;
    std::FILE* answers_ = nullptr;
    std::string settings_;  ///< NAME=VALUE, each after a space.
};

}  // namespace shelfcast::tests
