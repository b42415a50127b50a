#include "adapters/engine/one_shot.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "adapters/engine/engine_child.h"
#include "adapters/engine/engine_process.h"

namespace shelfcast::adapters {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 256 << 10;
// Beyond these the output is not what was asked for; far above what max_block_size allows.
constexpr std::uint64_t kMostRows = 1 << 20;
constexpr std::uint64_t kMostTextBytes = std::uint64_t{1} << 30;
constexpr std::chrono::milliseconds kExitTimeout{10'000};

std::string read_tail(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace

Result<ScratchFolder> ScratchFolder::create(const fs::path& parent) {
    std::error_code error;
    const fs::path folder = parent.empty() ? fs::temp_directory_path(error) : parent;
    if (!error) {
        fs::create_directories(folder, error);
    }
    std::string name = (folder / "shelfcast-read-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
        return tl::unexpected(
            system_error(fmt::format("cannot make a temporary folder in {}", folder.string()),
                         error ? error.value() : errno));
    }
    ScratchFolder made;
    made.path_ = name;
    return made;
}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

void ScratchFolder::remove() {
    if (!path_.empty()) {
        std::error_code ignored;  // Left-overs in a temporary folder harm nobody.
        fs::remove_all(path_, ignored);
        path_.clear();
    }
}

std::string escape_parameter(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '\\':
                escaped += "\\\\";
                break;
            case '\t':
                escaped += "\\t";
                break;
            case '\n':
                escaped += "\\n";
                break;
            case '\r':
                escaped += "\\r";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

Result<std::unique_ptr<OneShot>> OneShot::start(const ParquetReaderOptions& options,
                                                std::string_view statement,
                                                const Parameters& parameters,
                                                const Descriptor& input_file, std::string subject) {
    SHELFCAST_TRY(check_engine_library(options.library));
    SHELFCAST_ASSIGN(StopSignal stop, StopSignal::create());
    std::unique_ptr<OneShot> shot(
        new OneShot(std::move(subject), options.silence, std::move(stop)));
    SHELFCAST_ASSIGN(shot->scratch_, ScratchFolder::create(options.scratch_directory));
    const fs::path error_path = shot->scratch_.path() / "stderr";
    const Descriptor error_file(
        ::open(error_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!error_file) {
        return tl::unexpected(
            system_error(fmt::format("cannot open {}", error_path.string()), errno));
    }
    SHELFCAST_ASSIGN(Pipe lifeline, make_pipe());
    SHELFCAST_ASSIGN(Pipe output, make_pipe());

    // A configuration file that is not there: otherwise the library would take ./config.xml or one
    // in the home folder. TMPDIR is where it keeps its own temporary folder.
    ChildOptions child{
        .executable = options.child_executable,
        .arguments = {"shelfcast", std::string(kEngineChildCommand), options.library, "0",
                      "--config-file=" + (shot->scratch_.path() / "none").string(),
                      "--no-system-tables"},
        .environment = {"TZ=UTC", "TMPDIR=" + shot->scratch_.path().string()},
        .input = lifeline.read_end.get(),
        .output = output.write_end.get(),
        .error = error_file.get(),
        .extra = input_file.get()};
    for (const auto& [name, value] : parameters) {
        child.arguments.push_back(fmt::format("--param_{}={}", name, escape_parameter(value)));
    }
    child.arguments.insert(child.arguments.end(), {"--query", std::string(statement)});
    SHELFCAST_ASSIGN(shot->child_, ChildProcess::spawn(child));
    shot->lifeline_ = std::move(lifeline.write_end);
    shot->output_ = std::move(output.read_end);
    return shot;
}

Result<std::optional<std::vector<ports::TextCells>>> OneShot::next_block(
    const std::stop_token& stop) {
    const std::stop_callback on_stop(stop, [this] { stop_.raise(); });
    while (true) {
        SHELFCAST_ASSIGN(const bool more, fill());
        if (!more) {
            SHELFCAST_TRY(end_of_output());
            return std::nullopt;
        }
        SHELFCAST_ASSIGN(const std::uint64_t column_count, read_varint());
        SHELFCAST_ASSIGN(const std::uint64_t rows, read_varint());
        if (rows > kMostRows || column_count > kMostRows) {
            return fail(ErrorKind::kUnavailable, "{}: the engine sent a block of {} x {}", subject_,
                        column_count, rows);
        }
        std::vector<ports::TextCells> columns;
        for (std::uint64_t column = 0; column < column_count; ++column) {
            SHELFCAST_ASSIGN(ports::TextCells cells, read_column(rows));
            columns.push_back(std::move(cells));
        }
        if (rows > 0) {
            return columns;
        }
    }
}

Result<ports::TextCells> OneShot::read_column(std::uint64_t rows) {
    SHELFCAST_TRY(read_text());  // Its name; the order is known.
    SHELFCAST_ASSIGN(const std::string type, read_text());
    ports::TextCells cells;
    if (type == "Nullable(String)") {
        std::string flags;
        SHELFCAST_TRY(append_bytes(flags, rows));
        cells.nulls.assign(flags.begin(), flags.end());
    } else if (type == "String") {
        cells.nulls.assign(rows, 0);
    } else {
        return fail(ErrorKind::kUnavailable, "{}: the engine sent a column of type {}", subject_,
                    type);
    }
    cells.texts.ends.reserve(rows);
    for (std::uint64_t row = 0; row < rows; ++row) {
        SHELFCAST_ASSIGN(const std::uint64_t size, read_varint());
        SHELFCAST_TRY(append_bytes(cells.texts.bytes, size));
        cells.texts.ends.push_back(cells.texts.bytes.size());
    }
    return cells;
}

Result<std::uint64_t> OneShot::read_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (position_ == buffer_.size()) {
            SHELFCAST_ASSIGN(const bool more, fill());
            if (!more) {
                SHELFCAST_TRY(end_of_output());
                return fail(ErrorKind::kUnavailable, "{}: the engine's output is cut off",
                            subject_);
            }
        }
        const auto byte = static_cast<unsigned char>(buffer_[position_++]);
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) {
            return value;
        }
    }
    return fail(ErrorKind::kUnavailable, "{}: the engine sent a broken number", subject_);
}

Status OneShot::append_bytes(std::string& to, std::uint64_t size) {
    if (size > kMostTextBytes) {
        return fail(ErrorKind::kUnavailable, "{}: the engine sent a text of {} bytes", subject_,
                    size);
    }
    while (size > 0) {
        if (position_ == buffer_.size()) {
            SHELFCAST_ASSIGN(const bool more, fill());
            if (!more) {
                SHELFCAST_TRY(end_of_output());
                return fail(ErrorKind::kUnavailable, "{}: the engine's output is cut off",
                            subject_);
            }
        }
        const std::size_t part = std::min<std::size_t>(size, buffer_.size() - position_);
        to.append(buffer_, position_, part);
        position_ += part;
        size -= part;
    }
    return {};
}

Result<std::string> OneShot::read_text() {
    SHELFCAST_ASSIGN(const std::uint64_t size, read_varint());
    std::string text;
    SHELFCAST_TRY(append_bytes(text, size));
    return text;
}

Result<bool> OneShot::fill() {
    if (position_ < buffer_.size()) {
        return true;
    }
    const auto deadline = std::chrono::steady_clock::now() + silence_;
    if (stop_.wait(silence_, output_.get())) {
        return fail(ErrorKind::kUnavailable, "{}: stopped while it was read", subject_);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
        child_ = ChildProcess();
        return fail(ErrorKind::kUnavailable, "{}: the reading process was silent for {} ms",
                    subject_, silence_.count());
    }
    buffer_.resize(kBufferBytes);
    position_ = 0;
    ssize_t size = 0;
    do {
        size = ::read(output_.get(), buffer_.data(), buffer_.size());
    } while (size < 0 && errno == EINTR);
    const int error = errno;
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size < 0) {
        return tl::unexpected(
            system_error(fmt::format("{}: cannot read the pipe", subject_), error));
    }
    return size > 0;
}

Status OneShot::end_of_output() {
    const std::optional<ChildEnd> end = child_.wait(kExitTimeout);
    if (!end) {
        child_ = ChildProcess();
        return fail(ErrorKind::kUnavailable, "{}: the reading process did not end", subject_);
    }
    if (*end == ChildEnd{.by_signal = false, .code = kEngineOrderlyExit}) {
        return {};
    }
    const std::string said = read_tail(scratch_.path() / "stderr");
    const std::string words = last_words(said);
    // What the engine throws is about the file; everything else is about the process.
    const bool refused = !end->by_signal && said.find("DB::Exception") != std::string::npos;
    return fail(refused ? ErrorKind::kInvalidInput : ErrorKind::kUnavailable, "{}: {}", subject_,
                words.empty() ? "the reading process ended, " + to_string(*end) : words);
}

}  // namespace shelfcast::adapters
