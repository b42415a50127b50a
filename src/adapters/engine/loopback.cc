#include "adapters/engine/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <string>
#include <string_view>

#include "adapters/engine/child_process.h"

namespace shelfcast::adapters {

namespace {

using SteadyClock = std::chrono::steady_clock;

sockaddr_in loopback_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// The sockets API takes every address by this one pointer type.
const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor stream_socket(int flags) {
    return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

// As the engine will: an old connection that lingers on the port is no obstacle.
bool listen_on(const Descriptor& socket, std::uint16_t port) {
    const int on = 1;
    const sockaddr_in address = loopback_address(port);
    return ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           ::bind(socket.get(), generic(address), sizeof address) == 0 &&
           ::listen(socket.get(), 1) == 0;
}

bool wait_for(const Descriptor& socket, short events, SteadyClock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    pollfd ready{.fd = socket.get(), .events = events, .revents = 0};
    return left.count() > 0 && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

bool connect_within(const Descriptor& socket, std::uint16_t port,
                    SteadyClock::time_point deadline) {
    const sockaddr_in address = loopback_address(port);
    if (::connect(socket.get(), generic(address), sizeof address) == 0) {
        return true;
    }
    if (errno != EINPROGRESS || !wait_for(socket, POLLOUT, deadline)) {
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

Result<std::uint16_t> free_loopback_port() {
    const Descriptor socket = stream_socket(0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (!socket || !listen_on(socket, 0) ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return tl::unexpected(system_error("no free port on 127.0.0.1", errno));
    }
    return ntohs(address.sin_port);
}

bool is_loopback_port_free(std::uint16_t port) {
    const Descriptor socket = stream_socket(0);
    return socket && listen_on(socket, port);
}

bool answers_ping(std::uint16_t port, std::chrono::milliseconds timeout) {
    constexpr std::string_view kRequest = "GET /ping HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
    const auto deadline = SteadyClock::now() + timeout;
    const Descriptor socket = stream_socket(SOCK_NONBLOCK);
    if (!socket || !connect_within(socket, port, deadline) ||
        ::send(socket.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(kRequest.size())) {
        return false;
    }
    std::string answer;
    std::array<char, 512> buffer{};
    constexpr std::size_t kStatusLineBytes = 12;  // "HTTP/1.0 200"
    while (answer.size() < kStatusLineBytes && wait_for(socket, POLLIN, deadline)) {
        const ssize_t received = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (received <= 0) {
            break;
        }
        answer.append(buffer.data(), static_cast<std::size_t>(received));
    }
    return answer.starts_with("HTTP/1.") && answer.size() >= kStatusLineBytes &&
           answer.substr(8, 4) == " 200";
}

}  // namespace shelfcast::adapters
