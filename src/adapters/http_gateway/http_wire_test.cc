#include "adapters/http_gateway/http_wire.h"

#include <gtest/gtest.h>

#include <optional>

namespace shelfcast::adapters::gateway {
namespace {

std::string request(std::string_view line, std::string_view fields) {
    return fmt::format("{}\r\nHost: h\r\n{}\r\n", line, fields);
}

std::string error_of(std::string_view line, std::string_view fields) {
    const std::string bytes = request(line, fields);
    const auto head = parse_request_head(bytes);
    return head ? "" : head.error().message;
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesArrive) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\nbody";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        HeadScanner scanner;
        auto found = Completeness::kIncomplete;
        for (std::size_t end = step; found == Completeness::kIncomplete; end += step) {
            found = scanner.scan(std::string_view(bytes).substr(0, end));
        }
        EXPECT_EQ(found, Completeness::kComplete) << step;
        EXPECT_EQ(scanner.head_bytes(), bytes.size() - 4) << step;
    }
}

TEST(HeadScanner, RefusesBareLineEndsAndControlBytesAtOnce) {
    using namespace std::string_view_literals;
    for (const auto bytes :
         {"GET / HTTP/1.1\n"sv, "GET / HTTP/1.1\rHost: h"sv, "GET /\0"sv, "\x16\x03\x01"sv,
          "GET / HTTP/1.1\r\nA: \x7f"sv, "GET / HTTP/1.1\r\nA: b\n"sv, "GET / HTTP/1.1\r\r"sv}) {
        EXPECT_EQ(HeadScanner().scan(bytes), Completeness::kMalformed) << bytes;
    }
}

TEST(ParseRequestHead, ReadsWhatClientsSend) {
    const std::string bytes = request("POST /?query=select%201 HTTP/1.1",
                                      "Content-Length: 12\r\nconnection: Keep-Alive \r\n"
                                      "Expect: 100-continue\r\nX-Empty:\r\n");
    const auto head = parse_request_head(bytes);
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->method, "POST");
    EXPECT_EQ(head->target, "/?query=select%201");
    EXPECT_EQ(head->body.kind, BodyKind::kLength);
    EXPECT_EQ(head->body.bytes, 12u);
    EXPECT_TRUE(head->keep_alive);
    EXPECT_TRUE(head->expects_continue);
    EXPECT_EQ(head->values("x-empty"), std::vector<std::string_view>{""});
    EXPECT_EQ(head->fields[2].value, "Keep-Alive");
    EXPECT_EQ(head->fields[2].line, "connection: Keep-Alive ");
}

TEST(ParseRequestHead, KnowsWhenTheConnectionEnds) {
    const auto keeps = [](std::string_view line, std::string_view fields) {
        const std::string bytes = request(line, fields);
        return parse_request_head(bytes)->keep_alive;
    };
    EXPECT_TRUE(keeps("GET / HTTP/1.1", ""));
    EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: foo, CLOSE\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.0", "Connection: keep-alive\r\n"));
}

TEST(ParseRequestHead, RefusesEveryAmbiguousLength) {
    for (const char* const fields :
         {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 5\r\n",
          "Content-Length: +5\r\n", "Content-Length: -1\r\n", "Content-Length: 0x5\r\n",
          "Content-Length: \r\n", "Content-Length: 5 5\r\n",
          "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n",
          "Transfer-Encoding: \"chunked\"\r\n"}) {
        EXPECT_NE(error_of("POST / HTTP/1.1", fields), "") << fields;
    }
    EXPECT_NE(error_of("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), "");
    EXPECT_EQ(error_of("POST / HTTP/1.1", "Transfer-Encoding: Chunked\r\n"), "");
}

TEST(ParseRequestHead, RefusesOddHeaders) {
    for (const char* const fields : {"Folded: a\r\n b\r\n", "\tFolded: b\r\n", "Spaced : 1\r\n",
                                     ": no name\r\n", "no colon\r\n", "B\xc3\xa9: 1\r\n",
                                     "X(y): 1\r\n", "Host: again\r\n", "Expect: 200-ok\r\n"}) {
        EXPECT_NE(error_of("GET / HTTP/1.1", fields), "") << fields;
    }
    EXPECT_NE(error_of("GET / HTTP/1.1",
                       [] {
                           std::string many;
                           for (int i = 0; i < 300; ++i) {
                               many += "A: b\r\n";
                           }
                           return many;
                       }()),
              "");
    EXPECT_FALSE(parse_request_head("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(parse_request_head("GET / HTTP/1.0\r\n\r\n"));
}

TEST(ParseRequestHead, RefusesOddRequestLines) {
    for (const char* const line :
         {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/2.0", "GET / HTTP/0.9",
          "GET / http/1.1", "GET http://h/ HTTP/1.1", "CONNECT h:80 HTTP/1.1", "OPTIONS * HTTP/1.1",
          "G(T / HTTP/1.1", "GET /#?user=a HTTP/1.1", "GET /a b HTTP/1.1", " GET / HTTP/1.1",
          "ABCDEFGHIJKLMNOPQ / HTTP/1.1", ""}) {
        EXPECT_NE(error_of(line, ""), "") << line;
    }
}

struct Passed {
    bool complete = false;
    std::string out;
    std::string left;
    std::string error;
};

Passed pass(ResponseHead& head, std::string_view bytes, std::size_t step) {
    Passed passed;
    while (!bytes.empty() && !passed.complete && passed.error.empty()) {
        std::string_view piece = bytes.substr(0, step);
        const std::size_t offered = piece.size();
        const auto fed = head.feed(piece, passed.out);
        bytes.remove_prefix(offered - piece.size());
        passed.complete = fed && *fed;
        passed.error = fed ? "" : fed.error().message;
    }
    passed.left = bytes;
    return passed;
}

TEST(ResponseHead, PassesLinesOnAndDropsTheHopsOwn) {
    const std::string bytes =
        "HTTP/1.1 200 OK\r\nX-Progress: {}\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=30\r\n"
        "Transfer-Encoding: chunked\r\nodd-CASE:kept \r\n\r\n1\r\n";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        ResponseHead head(false);
        const Passed passed = pass(head, bytes, step);
        ASSERT_TRUE(passed.complete) << passed.error;
        EXPECT_EQ(passed.out,
                  "HTTP/1.1 200 OK\r\nX-Progress: {}\r\nTransfer-Encoding: chunked\r\n"
                  "odd-CASE:kept \r\n");
        EXPECT_EQ(passed.left, "1\r\n");
        EXPECT_EQ(head.status(), 200);
        EXPECT_EQ(head.body().kind, BodyKind::kChunked);
        EXPECT_TRUE(head.keep_alive());
    }
}

TEST(ResponseHead, InterimHeadsPassWhole) {
    ResponseHead head(false);
    const Passed passed =
        pass(head, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 7);
    EXPECT_TRUE(passed.complete);
    EXPECT_EQ(passed.out, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n");
    EXPECT_EQ(head.body().bytes, 3u);
}

TEST(ResponseHead, KnowsWhichResponsesHaveNoBodyAndWhichEndWithTheConnection) {
    const auto kind = [](bool head_request, std::string_view bytes) {
        ResponseHead head(head_request);
        EXPECT_TRUE(pass(head, bytes, 1000).complete) << bytes;
        return head.body().kind;
    };
    EXPECT_EQ(kind(false, "HTTP/1.1 204 No Content\r\n\r\n"), BodyKind::kNone);
    EXPECT_EQ(kind(false, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
              BodyKind::kNone);
    EXPECT_EQ(kind(true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), BodyKind::kNone);
    EXPECT_EQ(kind(false, "HTTP/1.1 200 OK\r\n\r\n"), BodyKind::kUntilClose);
    ResponseHead closing(false);
    pass(closing, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: Close\r\n\r\n", 1000);
    EXPECT_FALSE(closing.keep_alive());
}

TEST(ResponseHead, RefusesWhatIsNoResponse) {
    for (const char* const bytes :
         {"SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 99 X\r\n", "HTTP/2 200\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n", "HTTP/1.1 200 OK\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"}) {
        ResponseHead head(false);
        EXPECT_NE(pass(head, bytes, 1000).error, "") << bytes;
    }
    ResponseHead head(false);
    EXPECT_NE(pass(head, "HTTP/1.1 200 OK\r\nA: " + std::string(300'000, 'a'), 1000).error, "");
}

/// Length of the body at the front of `bytes`, or nothing: malformed or incomplete.
std::optional<std::size_t> body_bytes(BodyFrame frame, BodyTracker::Side side,
                                      std::string_view bytes, std::size_t step) {
    BodyTracker body(frame, side);
    std::size_t total = 0;
    while (!body.complete() && total < bytes.size()) {
        const auto taken = body.take(bytes.substr(total, step));
        if (!taken) {
            return std::nullopt;
        }
        total += *taken;
    }
    return body.complete() ? std::optional(total) : std::nullopt;
}

constexpr BodyFrame kChunks{.kind = BodyKind::kChunked, .bytes = 0};

TEST(BodyTracker, FindsTheEndOfChunksHoweverTheBytesArrive) {
    const std::string body = "5\r\nab\r\nc\r\n0A\r\n0\r\n\r\n56789\r\n0\r\n\r\n";
    const std::string bytes = body + "GET / HTTP/1.1\r\n";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        EXPECT_EQ(body_bytes(kChunks, BodyTracker::Side::kRequest, bytes, step), body.size())
            << step;
    }
}

TEST(BodyTracker, RequestsMayNotHideAnythingInChunkFraming) {
    for (const char* const bytes :
         {"5;ext=1\r\nabcde\r\n0\r\n\r\n", "5 \r\nabcde\r\n0\r\n\r\n",
          "0\r\nX-Store-Scope: 1\r\n\r\n", "000000005\r\nabcde\r\n0\r\n\r\n", "\r\n", "g\r\n",
          "-1\r\n", "0x5\r\n", "5\nabcde\r\n0\r\n\r\n", "5\r\nabcdef\r\n0\r\n\r\n",
          "5\r\nabcde\n0\r\n\r\n", "5\r\nabcde\r\n0\r\n\n", "5\rabcde"}) {
        EXPECT_EQ(body_bytes(kChunks, BodyTracker::Side::kRequest, bytes, 1), std::nullopt)
            << bytes;
    }
}

TEST(BodyTracker, ResponsesMayCarryExtensionsAndTrailers) {
    const std::string body = "5;a=b\r\nabcde\r\n0\r\nA: b\r\nC: d\r\n\r\n";
    EXPECT_EQ(body_bytes(kChunks, BodyTracker::Side::kResponse, body + "x", 1), body.size());
    EXPECT_EQ(body_bytes(kChunks, BodyTracker::Side::kResponse,
                         "0\r\nA: " + std::string(20'000, 'a'), 100),
              std::nullopt);
}

TEST(BodyTracker, CountsALengthAndNothingMore) {
    EXPECT_EQ(body_bytes({.kind = BodyKind::kLength, .bytes = 3}, BodyTracker::Side::kRequest,
                         "abcGET /", 2),
              3u);
    EXPECT_TRUE(BodyTracker({}, BodyTracker::Side::kRequest).complete());
    BodyTracker endless({.kind = BodyKind::kUntilClose, .bytes = 0}, BodyTracker::Side::kResponse);
    EXPECT_EQ(endless.take("abc").value_or(0), 3u);
    EXPECT_FALSE(endless.complete());
}

}  // namespace
}  // namespace shelfcast::adapters::gateway
