#include "pipelines/produce/replay.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "pipelines/ingest/batch_builder.h"
#include "pipelines/ingest/catalog_cache.h"
#include "pipelines/ingest/store_resolver.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"
#include "synthetic/id_text.h"

namespace shelfcast::produce {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr double kLeastSpeed = 1e-3;
constexpr double kMostSpeed = 1e6;
constexpr microseconds kTick{5'000};
constexpr microseconds kLongestPause{500'000};

/// Filled in when a message is sent; of the same lengths as what takes their place.
constexpr std::string_view kTimePlace = "2000-01-01T00:00:00.000Z";
constexpr std::string_view kIdPlace = "00000000-0000-7000-8000-000000000000";

/// Messages without time and id, in the order of their times.
class Tape {
public:
    void add(const retail::Event& event) {
        const auto text = [](const auto& number) {
            using Number = std::remove_cvref_t<decltype(number)>;
            if constexpr (std::is_same_v<Number, retail::Quantity>) {
                return retail::format_decimal(number.thousandths, Number::kScale, true);
            } else {
                return retail::format_decimal(number.ten_thousandths, Number::kScale, true);
            }
        };
        const std::string quantity = text(event.quantity);
        const std::string price = text(event.unit_price);
        const std::string cost = event.unit_cost ? text(*event.unit_cost) : std::string();
        const std::string discount = event.discount ? text(*event.discount) : std::string();
        Place place;
        place.time_ms = event.event_time_ms;
        place.begin = bytes_.size();
        retail::append_message(bytes_, {.event_time = kTimePlace,
                                        .store_id = event.store_id.value,
                                        .product_id = event.product_id,
                                        .category = event.category,
                                        .transaction_type = to_string(event.type),
                                        .quantity = quantity,
                                        .unit_price = price,
                                        .event_id = kIdPlace,
                                        .register_id = event.register_id,
                                        .customer_id = event.customer_id,
                                        .basket_id = event.basket_id,
                                        .promotion_id = event.promotion_id,
                                        .unit_cost = cost,
                                        .discount = discount});
        bytes_.push_back('\n');
        place.bytes = static_cast<std::uint32_t>(bytes_.size() - place.begin);
        // The time stands first; quotes within the file's texts are escaped, so that only the field
        // itself is found.
        const std::string_view message = std::string_view(bytes_).substr(place.begin);
        place.time_at = static_cast<std::uint32_t>(message.find(kTimePlace));
        place.id_at = static_cast<std::uint32_t>(message.find(kIdField) + kIdField.size());
        places_.push_back(place);
    }

    void sort() { std::ranges::stable_sort(places_, {}, &Place::time_ms); }

    [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
    [[nodiscard]] std::int64_t time_ms(std::size_t index) const { return places_[index].time_ms; }

    void append(std::size_t index, std::int64_t time_ms, retail::EventUuid id,
                std::string& out) const {
        const Place& place = places_[index];
        const std::size_t begin = out.size();
        out.append(bytes_, place.begin, place.bytes);
        out.replace(begin + place.time_at, kTimePlace.size(), retail::format_utc_ms(time_ms));
        out.replace(begin + place.id_at, kIdPlace.size(), retail::format_uuid(id));
    }

private:
    static constexpr std::string_view kIdField = R"("event_id":")";
    struct Place {
        std::int64_t time_ms = 0;
        std::size_t begin = 0;
        std::uint32_t bytes = 0;
        std::uint32_t time_at = 0;
        std::uint32_t id_at = 0;
    };

    std::string bytes_;
    std::vector<Place> places_;
};

Status check(const ReplayOptions& options) {
    if (!(options.speed >= kLeastSpeed && options.speed <= kMostSpeed)) {
        return fail(ErrorKind::kInvalidInput, "replay: speed {} is not from {} to {}",
                    options.speed, kLeastSpeed, kMostSpeed);
    }
    if (options.keep_hours && options.speed != 1) {
        return fail(ErrorKind::kInvalidInput,
                    "replay: hours of the day can be kept at speed 1 only, not at {}",
                    options.speed);
    }
    if (options.batch_events == 0 || options.attempts == 0) {
        return fail(ErrorKind::kInvalidInput,
                    "replay: batch_events and attempts must be at least 1");
    }
    return {};
}

/// Reads the file's rows as an import does.
Result<Tape> load(const ReplayOptions& options, const ReplayPorts& ports, ReplayReport& report,
                  const std::stop_token& stop) {
    ingest::FileFormat format{};
    if (options.format) {
        format = *options.format;
    } else {
        SHELFCAST_ASSIGN(format, ingest::detect_format(options.file));
    }
    SHELFCAST_ASSIGN(const std::unique_ptr<ingest::ImportSource> source,
                     ingest::open_source(options.file, format, options.columns, ports.tables));
    ingest::CatalogCache catalogs(ports.stores, ports.clock);
    ingest::BatchBuilder builder(catalogs, {});
    ingest::StoreResolver resolver;
    retail::EventDecoder decoder;
    retail::Event event;
    retail::Rejection rejection;
    std::string message;
    Tape tape;
    while (!stop.stop_requested()) {
        SHELFCAST_ASSIGN(const std::size_t rows, source->next_chunk({}, stop));
        if (rows == 0) {
            break;
        }
        report.rows += rows;
        if (report.rows > options.most_rows) {
            return fail(ErrorKind::kInvalidInput, "{}: more than {} rows cannot be replayed",
                        options.file, options.most_rows);
        }
        const std::int64_t now_us = ports.clock.now_us();
        SHELFCAST_TRY(builder.begin(now_us, "replay"));
        resolver.use(builder.catalog());
        SHELFCAST_TRY(source->convert(resolver, builder));
        ports::Tally tally = builder.tally();
        tally.accepted = 0;
        report.left_out.add(tally);
        std::vector<ports::AppendBatch> batches;
        std::vector<ports::AppendBatch> letters;
        builder.take({}, 0, batches, letters);
        for (const ports::AppendBatch& batch : batches) {
            for (std::size_t i = 0; i < batch.records.size(); ++i) {
                message = batch.records[i];
                const std::size_t bytes = message.size();
                message.append(retail::EventDecoder::kPadding, '\0');
                // The builder took it a moment ago.
                SHELFCAST_CHECK(decoder.decode(std::string_view(message).substr(0, bytes), now_us,
                                               builder.catalog(), event,
                                               rejection) == retail::RejectReason::kNone);
                tape.add(event);
            }
        }
    }
    tape.sort();
    return tape;
}

class Player {
public:
    Player(const ReplayOptions& options, const ReplayPorts& ports, const Tape& tape,
           ReplayReport& report, const std::stop_token& stop)
        : options_(options),
          ports_(ports),
          tape_(tape),
          report_(report),
          stop_(stop),
          hand_over_(ports.door, ports.pause, options.attempts, "replay"),
          began_ms_(ports.clock.now_us() / 1000),
          shown_began_ms_(options.keep_hours ? last_such_hour(tape.time_ms(0), began_ms_)
                                             : began_ms_),
          random_(synthetic::mix({options.seed, static_cast<std::uint64_t>(began_ms_)})) {}

    Status play() {
        const std::uint64_t wanted = options_.events == 0
                                         ? tape_.size()
                                         : std::min<std::uint64_t>(options_.events, tape_.size());
        std::size_t next = 0;
        while (next < wanted && !stop_.stop_requested()) {
            const std::int64_t now_ms = ports_.clock.now_us() / 1000;
            const std::size_t first = next;
            while (next < wanted && next - first < options_.batch_events &&
                   shown_ms(next) <= now_ms) {
                const std::int64_t time_ms = shown_ms(next);
                tape_.append(next++, time_ms, synthetic::event_id_at(time_ms, random_),
                             hand_over_.body());
            }
            if (next == first) {
                const microseconds wait((shown_ms(next) - now_ms) * 1000);
                ports_.pause(std::clamp(wait, kTick, kLongestPause), stop_);
                continue;
            }
            SHELFCAST_ASSIGN(const bool taken, hand_over_.give(report_.tally, stop_));
            report_.sent += taken ? next - first : 0;
            if (taken && ports_.progress) {
                ports_.progress({report_.sent, wanted});
            }
        }
        return {};
    }

private:
    /// The newest time that is whole days after `time_ms` and not after `now_ms`.
    static std::int64_t last_such_hour(std::int64_t time_ms, std::int64_t now_ms) {
        const std::int64_t apart = now_ms - time_ms;
        const std::int64_t days = apart / kDayMs - (apart % kDayMs < 0 ? 1 : 0);
        return time_ms + days * kDayMs;
    }

    /// When an event of the tape is said to happen, and is due.
    [[nodiscard]] std::int64_t shown_ms(std::size_t index) const {
        const auto apart = static_cast<double>(tape_.time_ms(index) - tape_.time_ms(0));
        return shown_began_ms_ + std::llround(apart / options_.speed);
    }

    const ReplayOptions& options_;
    const ReplayPorts& ports_;
    const Tape& tape_;
    ReplayReport& report_;
    const std::stop_token& stop_;
    HandOver hand_over_;
    const std::int64_t began_ms_;
    const std::int64_t shown_began_ms_;
    synthetic::Random random_;
};

}  // namespace

Result<ReplayReport> replay(const ReplayOptions& options, const ReplayPorts& ports,
                            const std::stop_token& stop) {
    SHELFCAST_TRY(check(options));
    ReplayReport report;
    SHELFCAST_ASSIGN(const Tape tape, load(options, ports, report, stop));
    if (stop.stop_requested()) {
        return report;
    }
    if (tape.size() == 0) {
        std::string reasons;
        for (std::size_t i = 1; i < ports::Tally::kReasons; ++i) {
            if (const std::uint64_t rows = report.left_out.rejected_by_reason[i]; rows > 0) {
                reasons += fmt::format(", {} {}", rows,
                                       retail::to_string(static_cast<retail::RejectReason>(i)));
            }
        }
        return fail(ErrorKind::kInvalidInput, "{}: none of its {} rows can be replayed{}",
                    options.file, report.rows, reasons);
    }
    const std::int64_t began_us = ports.clock.steady_us();
    SHELFCAST_TRY(Player(options, ports, tape, report, stop).play());
    report.seconds = static_cast<double>(ports.clock.steady_us() - began_us) / 1e6;
    return report;
}

}  // namespace shelfcast::produce
