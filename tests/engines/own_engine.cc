#include "tests/engines/own_engine.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

namespace shelfcast::tests {
namespace {

[[noreturn]] void give_up(std::string_view what, std::string_view why) {
    std::fprintf(stderr, "engine of the test: %.*s: %.*s\n", static_cast<int>(what.size()),
                 what.data(), static_cast<int>(why.size()), why.data());
    std::exit(1);
}

}  // namespace

OwnEngine::OwnEngine(std::string_view name) {
    std::string folder = (std::filesystem::temp_directory_path() / "engine-XXXXXX").string();
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::mkdtemp(folder.data()) == nullptr || ::pipe2(in.data(), O_CLOEXEC) != 0 ||
        ::pipe2(out.data(), O_CLOEXEC) != 0) {
        give_up("start", "no temporary folder or pipe");
    }
    folder_ = folder;
    const std::string engine(name);
    driver_ = ::fork();
    if (driver_ == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execlp("python3", "python3", "-B", "tools/engines/one.py", engine.c_str(), folder.c_str(),
                 nullptr);
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    commands_ = ::fdopen(in[1], "w");
    answers_ = ::fdopen(out[0], "r");
    start();
}

OwnEngine::~OwnEngine() {
    std::fclose(commands_);
    ::waitpid(driver_, nullptr, 0);
    std::fclose(answers_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string OwnEngine::command(std::string_view word) {
    std::fprintf(commands_, "%.*s\n", static_cast<int>(word.size()), word.data());
    std::fflush(commands_);
    std::array<char, 4'096> line{};
    if (std::fgets(line.data(), static_cast<int>(line.size()), answers_) == nullptr) {
        give_up(word,
                "tools/engines/one.py ended (is it run from the project's folder, after "
                "tools/engines/install.sh?)");
    }
    std::string answer(line.data());
    answer.erase(answer.find_last_not_of('\n') + 1);
    if (!answer.starts_with("ok")) {
        give_up(word, answer);
    }
    return answer.substr(2);
}

std::string OwnEngine::setting(std::string_view name) const {
    const std::string wanted = " " + std::string(name) + "=";
    const std::size_t at = settings_.find(wanted);
    if (at == std::string::npos) {
        give_up(name, "the engine has no such setting");
    }
    const std::size_t begin = at + wanted.size();
    return settings_.substr(begin, settings_.find(' ', begin) - begin);
}

}  // namespace shelfcast::tests
