#pragma once

/// \file adapters/s3/test_scripted_server.h
/// An HTTP server on 127.0.0.1 whose answers the test writes. One request per connection, one at a
/// time. Not for production code.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace shelfcast::adapters::s3 {

struct ScriptedRequest {
    std::string method;
    std::string target;
    std::string head;  ///< Lines as they came.
    std::string body;
    [[nodiscard]] bool has(std::string_view text) const {
        return head.find(text) != std::string::npos;
    }
};

struct ScriptedReply {
    int status = 200;
    std::string body{};
    std::vector<std::string> headers{};
    std::size_t bytes_left_out = 0;  ///< Of the body that its length promises.
    bool hang_up = false;            ///< Without a word.
};

class ScriptedServer {
public:
    using Script = std::function<ScriptedReply(const ScriptedRequest&)>;

    explicit ScriptedServer(Script script) : script_(std::move(script)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            std::abort();
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~ScriptedServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    [[nodiscard]] std::vector<ScriptedRequest> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    void serve() {
        for (;;) {  // ends with the listener
            const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer < 0) {
                return;
            }
            answer(peer);
            ::close(peer);
        }
    }
    static bool receive_until(int peer, std::string& text, std::size_t wanted) {
        std::array<char, 65'536> buffer{};
        while (wanted == 0 ? text.find("\r\n\r\n") == std::string::npos : text.size() < wanted) {
            const ssize_t got = ::recv(peer, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                return false;
            }
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return true;
    }
    void answer(int peer) {
        std::string text;
        if (!receive_until(peer, text, 0)) {
            return;
        }
        ScriptedRequest request;
        const std::size_t head_end = text.find("\r\n\r\n") + 4;
        request.head = text.substr(0, head_end);
        request.method = text.substr(0, text.find(' '));
        const std::size_t target = text.find(' ') + 1;
        request.target = text.substr(target, text.find(' ', target) - target);
        if (const std::size_t length = request.head.find("Content-Length: ");
            length != std::string::npos &&
            !receive_until(peer, text,
                           head_end + std::strtoul(text.c_str() + length + 16, nullptr, 10))) {
            return;
        }
        request.body = text.substr(head_end);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        const ScriptedReply reply = script_(request);
        if (reply.hang_up) {
            return;
        }
        std::string out = fmt::format("HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status);
        for (const std::string& header : reply.headers) {
            out += header + "\r\n";
        }
        out += fmt::format("Content-Length: {}\r\n\r\n", reply.body.size());
        if (request.method != "HEAD") {
            out += reply.body.substr(0, reply.body.size() - reply.bytes_left_out);
        }
        for (std::size_t sent = 0; sent < out.size();) {
            const ssize_t more = ::send(peer, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
            if (more <= 0) {
                return;
            }
            sent += static_cast<std::size_t>(more);
        }
    }

    Script script_;
    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    std::vector<ScriptedRequest> requests_;
    std::jthread thread_;
};

}  // namespace shelfcast::adapters::s3
