#pragma once

/// \file tests/loopback/raw_http.h
/// Blocking loopback sockets that send and read exact bytes. Every wait ends after kPatience and is
/// then a test failure. One thread per object.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace shelfcast::test {

inline constexpr int kPatienceMs = 30'000;

inline std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

struct RawResponse {
    int status = 0;
    std::string head;  ///< With its empty line.
    std::string body;  ///< De-chunked.
    bool whole = false;

    /// Value of a header, "" without it.
    [[nodiscard]] std::string header(std::string_view name) const {
        const std::string wanted = "\r\n" + lower(name) + ":";
        const std::size_t at = lower(head).find(wanted);
        if (at == std::string::npos) {
            return "";
        }
        const std::size_t begin = head.find_first_not_of(' ', at + wanted.size());
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

class RawSocket {
public:
    explicit RawSocket(int fd = -1) : fd_(fd) {}
    RawSocket(RawSocket&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}
    RawSocket& operator=(RawSocket&& other) noexcept {
        std::swap(fd_, other.fd_);
        std::swap(unread_, other.unread_);
        return *this;
    }
    ~RawSocket() { close(); }

    static RawSocket connect(std::uint16_t port) {
        RawSocket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(made.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ADD_FAILURE() << "cannot connect to port " << port;
        }
        return made;
    }

    /// False: the other side is gone, or took nothing for kPatience (then a failure as well).
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            if (!ready(POLLOUT, kPatienceMs)) {
                ADD_FAILURE() << "the other side takes no bytes";
                return false;
            }
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
        }
        return true;
    }

    /// Sends until nothing was taken for `quiet_ms`; returns how many bytes went.
    std::size_t send_until_stuck(std::string_view piece, std::size_t at_most, int quiet_ms) {
        std::size_t total = 0;
        while (total < at_most && ready(POLLOUT, quiet_ms)) {
            const auto sent = ::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) {
                break;
            }
            total += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        }
        return total;
    }

    /// What is there, at least a byte; "" at the end of the stream or after a reset.
    std::string read_some() {
        if (!unread_.empty()) {
            return std::exchange(unread_, {});
        }
        std::string bytes(256 * 1024, '\0');
        if (!ready(POLLIN, kPatienceMs)) {
            ADD_FAILURE() << "the other side says nothing";
            return "";
        }
        const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
        bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return bytes;
    }

    /// Everything up to and including `marker`; what came before the end of the stream without it.
    std::string read_until(std::string_view marker) {
        std::string bytes;
        std::size_t found = std::string::npos;
        while ((found = bytes.find(marker)) == std::string::npos) {
            const std::string more = read_some();
            if (more.empty()) {
                return bytes;
            }
            bytes += more;
        }
        unread_ = bytes.substr(found + marker.size());
        bytes.resize(found + marker.size());
        return bytes;
    }

    std::string read_exactly(std::size_t count) {
        std::string bytes;
        while (bytes.size() < count) {
            const std::string more = read_some();
            if (more.empty()) {
                return bytes;
            }
            bytes += more;
        }
        unread_ = bytes.substr(count);
        bytes.resize(count);
        return bytes;
    }

    std::string read_to_end() {
        std::string bytes;
        for (std::string more = read_some(); !more.empty(); more = read_some()) {
            bytes += more;
        }
        return bytes;
    }

    /// One response with its body; interim ones come alone. Status 0: there was none.
    RawResponse read_response(bool to_head_request = false) {
        RawResponse response;
        response.head = read_until("\r\n\r\n");
        if (!response.head.ends_with("\r\n\r\n")) {
            return response;
        }
        response.status = std::atoi(response.head.substr(9, 3).c_str());
        response.whole = true;
        if (to_head_request || response.status < 200 || response.status == 204 ||
            response.status == 304) {
            return response;
        }
        const std::string length = response.header("Content-Length");
        if (lower(response.header("Transfer-Encoding")) == "chunked") {
            read_chunks(response);
        } else if (!length.empty()) {
            const auto bytes = static_cast<std::size_t>(std::atoll(length.c_str()));
            response.body = read_exactly(bytes);
            response.whole = response.body.size() == bytes;
        } else {
            response.body = read_to_end();
        }
        return response;
    }

    /// Whether the other side has closed; waits for it.
    bool is_closed() { return read_some().empty(); }
    /// Whether there is nothing to read and no end either, for as long as `ms`.
    bool is_quiet(int ms) { return unread_.empty() && !ready(POLLIN, ms); }

    void shutdown_send() { ::shutdown(fd_, SHUT_WR); }
    void close() {
        if (fd_ >= 0) {
            ::shutdown(fd_, SHUT_RDWR);  // ScriptedServer holds a second descriptor.
            ::close(std::exchange(fd_, -1));
        }
    }
    /// Closes so that the other side sees a reset, not an end.
    void reset() {
        sockaddr none{};
        none.sa_family = AF_UNSPEC;
        ::connect(fd_, &none, sizeof none);
        close();
    }

private:
    [[nodiscard]] bool ready(short events, int ms) const {
        pollfd wanted{.fd = fd_, .events = events, .revents = 0};
        return ::poll(&wanted, 1, ms) > 0;
    }
    void read_chunks(RawResponse& response) {
        for (;;) {
            const std::string line = read_until("\r\n");
            const auto size = static_cast<std::size_t>(std::strtoull(line.c_str(), nullptr, 16));
            const std::string chunk = read_exactly(size + 2);
            if (!line.ends_with("\r\n") || chunk.size() != size + 2) {
                response.whole = false;
                return;
            }
            if (size == 0) {
                return;
            }
            response.body.append(chunk, 0, size);
        }
    }

    int fd_;
    std::string unread_;
};

/// A server that does what a script says: called on a thread of its own per connection, with the
/// connection and its number from 0. Ended and joined by its destructor, which unblocks scripts.
class ScriptedServer {
public:
    using Script = std::function<void(RawSocket&, int)>;

    explicit ScriptedServer(Script script, std::uint16_t port = 0) : script_(std::move(script)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 128), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
    }
    ~ScriptedServer() {
        acceptor_.request_stop();
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        {
            const std::scoped_lock lock(mutex_);
            for (const int fd : open_) {
                ::shutdown(fd, SHUT_RDWR);
            }
        }
        connections_.clear();
        for (const int fd : open_) {
            ::close(fd);
        }
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const {
        const std::scoped_lock lock(mutex_);
        return static_cast<int>(open_.size());
    }

private:
    void accept_all(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) {
                continue;
            }
            // The script may close its own descriptor; this second one only unblocks it at the end.
            const std::scoped_lock lock(mutex_);
            const int index = static_cast<int>(open_.size());
            open_.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
            connections_.emplace_back([this, fd, index] {
                RawSocket socket(fd);
                script_(socket, index);
            });
        }
    }

    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::jthread> connections_;
    std::jthread acceptor_;
};

}  // namespace shelfcast::test
