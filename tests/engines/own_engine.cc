#include "tests/engines/own_engine.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

namespace shelfcast::tests {
namespace {

[[noreturn]] void give_up(std::string_view what, const std::string& why) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), why.c_str());
    std::exit(1);
}

}  // namespace

OwnEngine::OwnEngine(const std::string& name) {
    std::string folder = (std::filesystem::temp_directory_path() / "own_engine.XXXXXX").string();
    std::array<int, 2> orders{};
    std::array<int, 2> answers{};
    if (::mkdtemp(folder.data()) == nullptr || ::pipe2(orders.data(), O_CLOEXEC) != 0 ||
        ::pipe2(answers.data(), O_CLOEXEC) != 0) {
        give_up(name, "no folder or pipe for it");
    }
    folder_ = folder;
    child_ = ::fork();
    if (child_ == 0) {
        ::dup2(orders[0], STDIN_FILENO);
        ::dup2(answers[1], STDOUT_FILENO);
        ::execlp("python3", "python3", "-B", "tools/engines/drive.py", folder_.c_str(),
                 name.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(orders[0]);
    ::close(answers[1]);
    to_ = ::fdopen(orders[1], "w");
    from_ = ::fdopen(answers[0], "r");
}

OwnEngine::~OwnEngine() {
    std::fclose(to_);
    ::waitpid(child_, nullptr, 0);
    std::fclose(from_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string OwnEngine::order(std::string_view command) {
    std::fprintf(to_, "%.*s\n", static_cast<int>(command.size()), command.data());
    std::fflush(to_);
    std::string printed;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), from_) != nullptr) {
        const std::string text = line.data();
        if (text == "ok\n") {
            return printed;
        }
        if (text.starts_with("failed: ")) {
            give_up(command, text);
        }
        printed += text;
    }
    give_up(command, "tools/engines/drive.py ended");
}

std::string OwnEngine::setting(std::string_view name) {
    const std::string settings = order("settings");
    const std::string begin = std::string(name) + "=";
    const auto at = settings.find(begin);
    if (at == std::string::npos) {
        give_up(name, "no setting of this engine");
    }
    const auto from = at + begin.size();
    return settings.substr(from, settings.find('\n', from) - from);
}

}  // namespace shelfcast::tests
