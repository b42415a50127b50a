#include "retail/prediction.h"

#include <fmt/format.h>

#include "retail/event_codec.h"
#include "retail/time_zone.h"

namespace shelfcast::retail {

void append_message(std::string& out, const Prediction& prediction) {
    out += R"({"request_id":)";
    append_json_string(out, prediction.request_id);
    out += fmt::format(R"(,"store_id":{},"product_id":)", prediction.store.value);
    append_json_string(out, prediction.product_id);
    out +=
        fmt::format(R"(,"predicted_at":"{}","model":)", format_utc_ms(prediction.predicted_at_ms));
    append_json_string(out, prediction.model);
    out += fmt::format(
        R"(,"units_per_day":{},"days":[)",
        prediction.units_per_day ? fmt::format("{:.4f}", *prediction.units_per_day) : "null");
    const char* comma = "";
    for (const PredictedDay& day : prediction.days) {
        out += fmt::format(R"({}{{"date":"{}","mean":{:.4f},"p10":{:g},"p50":{:g},"p90":{:g}}})",
                           comma, format_date(day.date), day.mean, day.p10, day.p50, day.p90);
        comma = ",";
    }
    out += R"(],"reason":)";
    if (prediction.reason.empty()) {
        out += "null";
    } else {
        append_json_string(out, prediction.reason);
    }
    out.push_back('}');
}

}  // namespace shelfcast::retail
