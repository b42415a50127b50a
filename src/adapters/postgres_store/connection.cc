#include "adapters/postgres_store/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <random>
#include <string>

#include "base/check.h"

namespace shelfcast::adapters::postgres_store {
namespace {

constexpr int kOldestServer = 140'000;
// What the network may take beside the server's own time-out.
constexpr std::chrono::milliseconds kGrace{2000};
constexpr std::string_view kUrlForm = "postgresql://user:password@host:port/database";

// The server's messages may have several lines; ours have one.
std::string one_line(std::string_view text) {
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view part = text.substr(at, end - at);
        part.remove_prefix(std::min(part.find_first_not_of(" \t"), part.size()));
        if (!part.empty()) {
            line.append(line.empty() ? "" : "; ").append(part);
        }
        at = end + 1;
    }
    return line;
}

bool begins_with_any(std::string_view code, std::initializer_list<std::string_view> classes) {
    return std::ranges::any_of(classes, [&](auto each) { return code.starts_with(each); });
}

// By SQLSTATE: PostgreSQL's manual, appendix A.
ErrorKind kind_of(std::string_view code) {
    if (code == "42501") {
        return ErrorKind::kForbidden;
    }
    if (code == "53100") {
        return ErrorKind::kStorageFull;
    }
    if (code == "3D000") {
        return ErrorKind::kNotFound;
    }
    if (begins_with_any(code, {"28"})) {
        return ErrorKind::kUnauthenticated;
    }
    if (begins_with_any(code, {"22", "54"})) {
        return ErrorKind::kInvalidInput;
    }
    if (begins_with_any(code, {"23"})) {
        return ErrorKind::kConflict;
    }
    // Our statements are right, so the tables are not ours.
    if (begins_with_any(code, {"42", "3F", "XX"})) {
        return ErrorKind::kCorrupted;
    }
    return ErrorKind::kUnavailable;
}

// The SQLSTATE in "FATAL:  28P01: password …", as verbose messages have it; empty: none, since the
// server was not reached.
std::string_view code_in(std::string_view message) {
    constexpr std::size_t kBytes = 5;
    for (auto at = message.find(":  "); at != std::string_view::npos;
         at = message.find(":  ", at + 1)) {
        const std::string_view rest = message.substr(at + 3);
        const auto is_code = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
        };
        if (rest.size() > kBytes && rest[kBytes] == ':' &&
            std::ranges::all_of(rest.substr(0, kBytes), is_code)) {
            return rest.substr(0, kBytes);
        }
    }
    return {};
}

// What failed while connecting, in one line, without the server's places in its own source and the
// library's own guesses.
std::string connect_failure(std::string_view message, std::string_view code) {
    std::string text = one_line(message);
    for (const std::string_view noise : {"; LOCATION:", "; Is the server running "}) {
        for (auto at = text.find(noise); at != std::string::npos; at = text.find(noise)) {
            text.erase(at, text.find(';', at + 1) - at);
        }
    }
    if (!code.empty()) {
        text.erase(text.find(code), code.size() + 2);
    }
    return text;
}

std::string_view hint(std::string_view code) {
    if (code.empty()) {
        return "is PostgreSQL running there, and are host, port and sslmode right?";
    }
    if (code.starts_with("28")) {
        return "check the user and the password; in a URL, special characters are written as %XX";
    }
    if (code == "3D000") {
        return "make the database first (create database), or name another";
    }
    return "";
}

struct CloseOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

// user@host:port/database. The texts of the library quote what they cannot read, password and all:
// they are not passed on.
Result<std::string> name_of(const std::string& url) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, CloseOptions> given(
        PQconninfoParse(url.c_str(), &complaint));
    PQfreemem(complaint);
    if (!given) {
        return fail(ErrorKind::kInvalidInput,
                    "the URL of PostgreSQL cannot be read; its form is {}, with special characters "
                    "as %XX",
                    kUrlForm);
    }
    const auto value = [&](std::string_view keyword) -> std::string {
        for (const PQconninfoOption* each = given.get(); each->keyword != nullptr; ++each) {
            if (keyword == each->keyword && each->val != nullptr) {
                return each->val;
            }
        }
        return {};
    };
    const std::string host = value("host").empty() ? value("hostaddr") : value("host");
    const std::string port = value("port");
    // A '/' or '@' in a password that was not written as %XX moves a part of it to another place.
    if (port.find_first_not_of("0123456789,") != std::string::npos ||
        value("dbname").find('@') != std::string::npos || host.find('@') != std::string::npos) {
        return fail(ErrorKind::kInvalidInput,
                    "the URL of PostgreSQL has no port or database that can be one; its form is "
                    "{}, with special characters as %XX",
                    kUrlForm);
    }
    return fmt::format("{}{}{}:{}/{}", value("user"), value("user").empty() ? "" : "@",
                       host.empty() ? "localhost" : host, port.empty() ? "5432" : port,
                       value("dbname"));
}

}  // namespace

void Values::append_quoted(std::string& array, std::string_view element) {
    array.push_back('"');
    for (const char c : element) {
        if (c == '"' || c == '\\') {
            array.push_back('\\');
        }
        array.push_back(c);
    }
    array.push_back('"');
}

std::string Rows::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::string Rows::bytes(int row, int column) const {
    std::size_t size = 0;
    const auto* const escaped =
        reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row, column));
    unsigned char* const plain = PQunescapeBytea(escaped, &size);
    SHELFCAST_CHECK(plain != nullptr);
    std::string bytes(reinterpret_cast<const char*>(plain), size);
    PQfreemem(plain);
    return bytes;
}

double Rows::real(int row, int column) const {
    double value = 0;
    const std::string digits = text(row, column);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::int64_t Rows::integer(int row, int column) const {
    std::int64_t value = 0;
    const std::string digits = text(row, column);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::uint64_t Rows::unsigned_64(int row, int column) const {
    std::uint64_t value = 0;
    const std::string digits = text(row, column);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::uint64_t Rows::changed() const {
    std::uint64_t value = 0;
    const std::string_view digits = PQcmdTuples(result_.get());
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Status check_server_version(int version) {
    if (version < kOldestServer) {
        return fail(ErrorKind::kInvalidInput,
                    "the server is PostgreSQL {}; the oldest that will do is {}", version / 10'000,
                    kOldestServer / 10'000);
    }
    return {};
}

Connection::Connection() {
    std::random_device random;
    mark_ = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

Result<std::unique_ptr<Connection>> Connection::open(const PostgresStoreOptions& options) {
    std::unique_ptr<Connection> made(new Connection);
    SHELFCAST_ASSIGN(made->name_, name_of(options.url));
    SHELFCAST_TRY(made->connect(options));
    SHELFCAST_TRY(made->begin_session(options));
    return made;
}

Status Connection::connect(const PostgresStoreOptions& options) {
    const std::string timeout_ms = std::to_string(options.connect_timeout_ms);
    // What the URL says comes later and wins; the encoding is ours.
    constexpr std::size_t kCount = 6;
    const std::array<const char*, kCount> names = {"fallback_application_name", "tcp_user_timeout",
                                                   "target_session_attrs",      "dbname",
                                                   "client_encoding",           nullptr};
    const std::array<const char*, kCount> values = {
        "shelfcast", timeout_ms.c_str(), "read-write", options.url.c_str(), "UTF8", nullptr};
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
    if (!connection_) {
        return fail(ErrorKind::kUnavailable, "PostgreSQL {}: out of memory", name_);
    }
    PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);  // with their SQLSTATE
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    // Several hosts are tried one after the other, each for as long.
    const auto hosts = 1 + std::ranges::count(name_, ',');
    const auto deadline =
        Clock::now() + hosts * std::chrono::milliseconds(options.connect_timeout_ms);
    PostgresPollingStatusType state = PQstatus(connection_.get()) == CONNECTION_BAD
                                          ? PGRES_POLLING_FAILED
                                          : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {  // until the deadline
        if (state == PGRES_POLLING_FAILED) {
            const std::string_view message = PQerrorMessage(connection_.get());
            const std::string code(code_in(message));
            const std::string_view mend = hint(code);
            return fail(code.empty() ? ErrorKind::kUnavailable : kind_of(code),
                        "PostgreSQL {}: {}{}{}", name_, connect_failure(message, code),
                        mend.empty() ? "" : ": ", mend);
        }
        if (!wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
            return fail(ErrorKind::kUnavailable, "PostgreSQL {}: no answer within {} ms: {}", name_,
                        options.connect_timeout_ms, hint(""));
        }
        state = PQconnectPoll(connection_.get());
    }
    PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
    PQsetnonblocking(connection_.get(), 1);
    patience_ = std::chrono::milliseconds(options.statement_timeout_ms) + kGrace;
    return {};
}

Status Connection::begin_session(const PostgresStoreOptions& options) {
    if (Status known = check_server_version(PQserverVersion(connection_.get())); !known) {
        return forward_error(known, fmt::format("PostgreSQL {}", name_));
    }
    const char* const encoding = PQparameterStatus(connection_.get(), "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
        return fail(ErrorKind::kInvalidInput,
                    "PostgreSQL {}: the database is encoded in {}; make one in UTF8", name_,
                    encoding == nullptr ? "nothing known" : encoding);
    }
    // A user or database may have defaults that would break promises. Who stops in the middle of a
    // transaction must not hold its locks for ever, nor a machine that went without a word.
    return script(fmt::format(
        "set search_path to \"{0}\"; set statement_timeout = {1}; "
        "set idle_in_transaction_session_timeout = {1}; set idle_session_timeout = 0; "
        "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; "
        "set tcp_keepalives_count = 3; "
        "set default_transaction_isolation = 'read committed'; set bytea_output = 'hex'; "
        "set extra_float_digits = 1; set standard_conforming_strings = on; "
        "select set_config('synchronous_commit', 'on', false) "
        "where current_setting('synchronous_commit') = 'off'",
        options.schema, options.statement_timeout_ms));
}

Result<Rows> Connection::query(const char* sql, const Values& values) {
    if (lost_) {
        return tl::unexpected(lost("the connection is closed"));
    }
    std::vector<const char*> texts(values.size());
    std::vector<int> lengths(values.size());
    std::vector<int> formats(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string& text = values.text(i);
        if (values.format(i) == 0 && text.find('\0') != std::string::npos) {
            return fail(ErrorKind::kInvalidInput, "a text with a zero byte cannot be stored");
        }
        texts[i] = text.c_str();
        lengths[i] = static_cast<int>(text.size());
        formats[i] = values.format(i);
    }
    if (PQsendQueryParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr,
                          texts.data(), lengths.data(), formats.data(), 0) == 0) {
        return tl::unexpected(lost(PQerrorMessage(connection_.get())));
    }
    return answer();
}

Status Connection::script(const std::string& sql) {
    if (lost_) {
        return tl::unexpected(lost("the connection is closed"));
    }
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
        return tl::unexpected(lost(PQerrorMessage(connection_.get())));
    }
    SHELFCAST_TRY(answer());
    return {};
}

Result<Rows> Connection::answer() {
    const auto deadline = Clock::now() + patience_;
    Rows last;
    std::optional<Error> failure;
    for (;;) {  // until the deadline, or the end of the answers
        if (Status ready = wait_until_ready(deadline); !ready) {
            // A server that goes may have said why.
            return tl::unexpected(std::move(failure ? *failure : ready.error()));
        }
        PGresult* const result = PQgetResult(connection_.get());
        if (result == nullptr) {
            break;
        }
        last = Rows(result);
        const ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failure) {
            const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
            const char* const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
            lost_ = severity != nullptr && std::string_view(severity) != "ERROR";
            failure = Error{
                kind_of(code == nullptr ? "" : code),
                fmt::format("PostgreSQL {}: {}", name_, one_line(PQresultErrorMessage(result)))};
        }
    }
    lost_ = lost_ || PQstatus(connection_.get()) == CONNECTION_BAD;
    if (failure) {
        return tl::unexpected(std::move(*failure));
    }
    return last;
}

Status Connection::wait_until_ready(Clock::time_point deadline) {
    for (;;) {  // until the deadline
        const int unsent = PQflush(connection_.get());
        if (unsent < 0) {
            // It may have said why before it went.
            static_cast<void>(PQconsumeInput(connection_.get()));
        } else if (unsent == 0 && PQisBusy(connection_.get()) == 0) {
            return {};
        }
        if (unsent >= 0 &&
            !wait(static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline)) {
            return tl::unexpected(lost(fmt::format("no answer within {} ms", patience_.count())));
        }
        if (unsent < 0 || PQconsumeInput(connection_.get()) == 0) {
            return tl::unexpected(lost(PQerrorMessage(connection_.get())));
        }
    }
}

bool Connection::wait(short events, Clock::time_point deadline) const {
    pollfd socket{PQsocket(connection_.get()), events, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    // An interrupted wait counts as an event: the caller looks again.
    return left > 0 && ::poll(&socket, 1, static_cast<int>(left)) != 0;
}

Error Connection::lost(std::string_view why) {
    lost_ = true;
    return {ErrorKind::kUnavailable, fmt::format("PostgreSQL {}: {}", name_, one_line(why))};
}

bool Connection::is_idle() const noexcept {
    return !lost_ && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

}  // namespace shelfcast::adapters::postgres_store
