#include "api/jobs_handler.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace shelfcast::api {
namespace {

bool right_token(std::string_view token) { return token == "secret"; }

ports::HttpRequest request_with(std::string token) {
    ports::HttpRequest request;
    request.method = "POST";
    request.headers = {{"authorization", "Bearer " + std::move(token)}};
    request.body = R"({"n":1})";
    return request;
}

std::string pulled(const ports::HttpResponse& response) {
    std::string all;
    for (bool more = true; more;) {
        std::string chunk;
        const Result<bool> next = response.stream(chunk);
        more = next && *next;
        all += chunk;
    }
    return all;
}

TEST(JobsHandler, StreamsProgressAndThenTheResult) {
    const auto handler = make_job_handler(
        [](const std::string& body, const JobProgress& progress, const std::stop_token&) {
            progress(R"({"rows":5})");
            return Result<std::string>(body);
        },
        right_token);
    EXPECT_EQ(pulled(handler(request_with("secret"), {})),
              "{\"progress\":{\"rows\":5}}\n{\"result\":{\"n\":1}}\n");
}

TEST(JobsHandler, AFailedJobEndsWithTheOneErrorShape) {
    const auto handler = make_job_handler(
        [](const std::string&, const JobProgress&, const std::stop_token&) -> Result<std::string> {
            return fail(ErrorKind::kNotFound, "no file x");
        },
        right_token);
    EXPECT_EQ(pulled(handler(request_with("secret"), {})),
              "{\"error\":{\"kind\":\"not_found\",\"message\":\"no file x\"}}\n");
}

TEST(JobsHandler, AJobThatThrowsEndsWithAnErrorAndNothingElse) {
    const auto handler = make_job_handler(
        [](const std::string&, const JobProgress&, const std::stop_token&) -> Result<std::string> {
            throw std::runtime_error("action is a number");
        },
        right_token);
    EXPECT_EQ(
        pulled(handler(request_with("secret"), {})),
        "{\"error\":{\"kind\":\"invalid_input\",\"message\":\"the request cannot be read: action "
        "is a number\"}}\n");
}

TEST(JobsHandler, AWrongTokenStartsNothing) {
    bool started = false;
    const auto handler = make_job_handler(
        [&](const std::string&, const JobProgress&, const std::stop_token&) {
            started = true;
            return Result<std::string>("{}");
        },
        right_token);
    EXPECT_EQ(handler(request_with("wrong"), {}).status, 401);
    EXPECT_EQ(handler({}, {}).status, 401);
    EXPECT_FALSE(started);
}

TEST(JobsHandler, DroppingTheAnswerStopsTheJob) {
    std::promise<bool> stopped;
    std::future<bool> saw_stop = stopped.get_future();
    const auto handler = make_job_handler(
        [&](const std::string&, const JobProgress& progress,
            const std::stop_token& stop) -> Result<std::string> {
            progress("{}");
            std::promise<void> requested;
            const std::stop_callback on_stop(stop, [&] { requested.set_value(); });
            requested.get_future().wait();
            stopped.set_value(stop.stop_requested());
            return fail(ErrorKind::kUnavailable, "stopped");
        },
        right_token);
    {
        const ports::HttpResponse dropped = handler(request_with("secret"), {});
        std::string line;
        ASSERT_TRUE(dropped.stream(line));
    }
    EXPECT_TRUE(saw_stop.get());
}

TEST(JobsHandler, AnAnswerThatNobodyPullsBeginsNothing) {
    bool started = false;
    const auto handler = make_job_handler(
        [&](const std::string&, const JobProgress&, const std::stop_token&) {
            started = true;
            return Result<std::string>("{}");
        },
        right_token);
    {
        const ports::HttpResponse refused = handler(request_with("secret"), {});
        EXPECT_EQ(refused.status, 200);
    }
    EXPECT_FALSE(started);
}

}  // namespace
}  // namespace shelfcast::api
