#include "adapters/owner_client/owner_client.h"

#include <curl/curl.h>

#include <memory>

namespace shelfcast::adapters {
namespace {

struct CurlDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Receiving {
    CURL* handle;
    const std::function<void(std::string_view)>* on_line;
    std::string text;  ///< What has come and is no whole line yet, or the body of another status.
};

std::size_t receive(char* data, std::size_t, std::size_t bytes, void* context) {
    auto& receiving = *static_cast<Receiving*>(context);
    receiving.text.append(data, bytes);
    long status = 0;
    curl_easy_getinfo(receiving.handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        return bytes;
    }
    std::size_t begin = 0;
    for (std::size_t end = receiving.text.find('\n'); end != std::string::npos;
         begin = end + 1, end = receiving.text.find('\n', begin)) {
        (*receiving.on_line)(std::string_view(receiving.text).substr(begin, end - begin));
    }
    receiving.text.erase(0, begin);
    return bytes;
}

/// libcurl asks at least once a second.
int give_up(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

Result<OwnerAnswer> post_to_owner(const OwnerRequest& request,
                                  const std::function<void(std::string_view)>& on_line,
                                  const std::stop_token& stop) {
    const std::unique_ptr<CURL, CurlDeleter> handle(curl_easy_init());
    if (!handle) {
        return fail(ErrorKind::kUnavailable, "libcurl cannot be set up");
    }
    const bool six = request.address.find(':') != std::string::npos;
    const std::string url = fmt::format("http://{}{}{}:{}{}", six ? "[" : "", request.address,
                                        six ? "]" : "", request.port, request.path);
    curl_slist* lines =
        curl_slist_append(nullptr, fmt::format("Authorization: Bearer {}", request.token).c_str());
    lines = curl_slist_append(lines, fmt::format("Content-Type: {}", request.content_type).c_str());
    lines = curl_slist_append(lines, "Expect:");
    const std::unique_ptr<curl_slist, CurlDeleter> headers(lines);
    Receiving receiving{handle.get(), &on_line, {}};
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &receiving);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, give_up);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &stop);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, 3'000L);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
    const CURLcode code = curl_easy_perform(handle.get());
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        return fail(ErrorKind::kUnavailable, "stopped");
    }
    if (code != CURLE_OK) {
        return fail(ErrorKind::kUnavailable,
                    "the owner of the data directory at {}:{} says nothing: "
                    "{}",
                    request.address, request.port, curl_easy_strerror(code));
    }
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return OwnerAnswer{static_cast<int>(status), std::move(receiving.text)};
}

}  // namespace shelfcast::adapters
