#include "benchmarks/detection_play.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "detection/incidents.h"
#include "detection/prices.h"
#include "detection/product_sales.h"
#include "detection/store_sales.h"
#include "detection/tills.h"
#include "retail/time_zone.h"
#include "synthetic/store_simulation.h"

namespace shelfcast::benchmarks {
namespace {

using detection::AnomalyKind;
using retail::TransactionType;
using synthetic::PlantedKind;

constexpr std::int32_t kLearningDays = 63;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kLookMs = kHourMs / 2;
constexpr std::int32_t kRing = 64;
constexpr std::int32_t kTillDays = 28;

struct Sale {
    std::int64_t time_ms = 0;
    std::uint32_t store = 0;
    std::uint32_t product = 0;
    std::uint32_t till = 0;
    TransactionType type = TransactionType::kSale;
    std::int64_t quantity = 0;
    double price = 0;
    bool discounted = false;
    bool new_basket = false;
};

/// A product in a store.
struct Series {
    std::array<std::uint16_t, kRing> lines{};
    std::array<std::uint16_t, kRing> returns{};
    std::array<float, kRing> price_sum{};
    std::int64_t book = 0;  ///< Thousandths, as the ledger has it.
    std::int32_t in_stock_date = 0;
    bool empty = false;  ///< The shelf, truly, last night.
    std::int64_t last_sale_ms = 0;
    double price = 0;
    double price_before = 0;
    std::int64_t price_ms = 0;
    bool discounted = false;
};

struct Till {
    std::map<std::int32_t, double> baskets;            ///< By date.
    std::map<std::int32_t, std::vector<double>> runs;  ///< Of the others' baskets, by date.
    double last_number = 0;
    std::int64_t last_ms = 0;
};
struct StoreTills {
    double baskets = 0;
    std::int64_t newest_ms = 0;
    std::map<std::int32_t, double> by_date;
    std::map<std::uint32_t, Till> tills;
};

struct Truth {
    std::string kind;
    detection::Subject subject;
    std::int64_t begin_ms = 0;
    std::int64_t end_ms = 0;
    std::int32_t first_date = 0;
    std::int32_t last_date = 0;
    std::uint32_t store = 0;
    std::uint32_t product = 0;
    bool counts = false;
    bool lasts = false;  ///< Goes on until the shelf has goods again.
    bool found = false;
    bool over = false;   ///< Of one that lasts.
    double per_day = 0;  ///< Usual lines.
    double size = 0;
    double wanted = 0;  ///< By customers, and what they got: of a product, while it lasts.
    double sold = 0;
};

class Play {
public:
    Play(const synthetic::Chain& chain, bool tell) : chain_(chain), tell_(tell) {
        const auto& options = chain.options();
        series_.resize(std::size_t{options.stores} * options.products);
        tills_.resize(options.stores);
        for (std::uint32_t store = 0; store < options.stores; ++store) {
            simulations_.emplace_back(chain, store);
        }
        for (std::uint32_t i = 0; i < chain.products().size(); ++i) {
            product_of_[chain.products()[i].product_id] = i;
        }
        for (const synthetic::PlantedEvent& event : chain.planted()) {
            add_truth(event);
        }
    }

    void run(std::map<std::string, Outcome>& outcomes) {
        const auto& options = chain_.options();
        for (std::uint32_t day = 0; day < options.days; ++day) {
            date_ = options.first_date + static_cast<std::int32_t>(day);
            play_day(outcomes);
        }
        for (const Truth& truth : truths_) {
            if (truth.counts) {
                Outcome& outcome = outcomes[truth.kind];
                ++outcome.planted;
                outcome.found += truth.found ? 1 : 0;
                const bool visible = is_visible(truth);
                outcome.visible += visible ? 1 : 0;
                outcome.visible_found += visible && truth.found ? 1 : 0;
                if (!truth.found && visible && tell_) {
                    fmt::print(stderr, "missed {} store={} {}{} from={} size={:.1f} a_day={:.1f}\n",
                               truth.kind, truth.subject.store.value, truth.subject.product_id,
                               truth.subject.register_id, retail::format_utc_ms(truth.begin_ms),
                               truth.size, truth.per_day);
                }
            }
        }
    }

private:
    static std::size_t ring(std::int32_t date) { return static_cast<std::size_t>(date) % kRing; }
    Series& at(std::uint32_t store, std::uint32_t product) {
        return series_[std::size_t{store} * chain_.products().size() + product];
    }
    [[nodiscard]] bool judged(std::int32_t date) const {
        return date >= chain_.options().first_date + kLearningDays;
    }

    void add_truth(const synthetic::PlantedEvent& event) {
        Truth truth;
        truth.kind = synthetic::to_string(event.kind);
        truth.subject.store = chain_.stores()[event.store].id;
        truth.store = event.store;
        truth.size = event.size;
        truth.first_date = event.first_date;
        truth.last_date = event.last_date;
        truth.counts = judged(event.first_date);
        if (event.product != synthetic::kNoProduct) {
            truth.product = event.product;
            truth.subject.product_id = chain_.products()[event.product].product_id;
        }
        switch (event.kind) {
            case PlantedKind::kStoreSpike:
            case PlantedKind::kProductSpike:
                truth.subject.kind = AnomalyKind::kSpike;
                break;
            case PlantedKind::kStoreDrop:
            case PlantedKind::kProductDrop:
                truth.subject.kind = AnomalyKind::kDrop;
                break;
            case PlantedKind::kPriceError:
                truth.subject.kind = AnomalyKind::kPriceError;
                break;
            case PlantedKind::kPhantomStock:
                truth.subject.kind = AnomalyKind::kPhantomStock;
                truth.lasts = true;
                break;
            case PlantedKind::kSilentTill:
                truth.subject.kind = AnomalyKind::kSilentTill;
                truth.subject.register_id = fmt::format("R{}", event.register_number);
                break;
            case PlantedKind::kTheft:
                return;
        }
        const retail::TimeZone& zone = *chain_.profiles()[event.store].zone;
        const bool till = event.kind == PlantedKind::kSilentTill;
        const std::int64_t first_hour = till ? event.first_hour : 0;
        const std::int64_t end_hour = till ? event.end_hour : 24;
        SHELFCAST_CHECK(
            zone.to_utc_ms((event.first_date * 24 + first_hour) * kHourMs, truth.begin_ms));
        SHELFCAST_CHECK(zone.to_utc_ms((event.last_date * 24 + end_hour) * kHourMs, truth.end_ms));
        truths_.push_back(truth);
        if (truth.lasts) {
            // While it lasts, nobody can tell it from a product that nobody finds.
            truth.kind = "product_drop";
            truth.subject.kind = AnomalyKind::kDrop;
            truths_.push_back(truth);
        }
    }

    std::vector<Sale> simulate() {
        std::vector<Sale> sales;
        truth_rows_.clear();
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            synthetic::DayRows rows = synthetic::DayRows::empty();
            synthetic::LogStamp log;
            simulations_[store].simulate_day(rows, log);
            const retail::ColumnBlock& block = rows.events;
            const auto& times = block.data<std::vector<std::int64_t>>("event_time");
            const auto& types = block.data<std::vector<std::int8_t>>("transaction_type");
            const auto& quantities = block.data<std::vector<std::int64_t>>("quantity");
            const auto& prices = block.data<std::vector<std::int64_t>>("unit_price");
            const auto& products = block.data<retail::TextColumn>("product_id");
            const auto& tills = block.data<retail::TextColumn>("register_id");
            const auto& baskets = block.data<retail::TextColumn>("basket_id");
            const auto& discounts = block.data<retail::NullableInt64>("discount");
            std::set<std::string_view> seen;
            for (std::size_t row = 0; row < block.rows(); ++row) {
                constexpr double kPriceScale = 10'000;
                Sale sale{.time_ms = times[row],
                          .store = store,
                          .product = product_of_.at(std::string(products[row])),
                          .type = static_cast<TransactionType>(types[row]),
                          .quantity = quantities[row],
                          .price = static_cast<double>(prices[row]) / kPriceScale,
                          .discounted = discounts.nulls[row] == 0};
                if (sale.type == TransactionType::kSale && !tills[row].empty()) {
                    sale.till = till_number(tills[row]);
                    sale.new_basket = seen.insert(baskets[row]).second;
                }
                sales.push_back(sale);
            }
            truth_rows_.push_back(std::move(rows.truth));
        }
        std::ranges::stable_sort(sales, {}, &Sale::time_ms);
        return sales;
    }

    std::uint32_t till_number(std::string_view text) {
        const auto [found, fresh] = till_numbers_.emplace(
            std::string(text), static_cast<std::uint32_t>(till_texts_.size()));
        if (fresh) {
            till_texts_.emplace_back(text);
        }
        return found->second;
    }

    void book_sale(const Sale& sale) {
        Series& one = at(sale.store, sale.product);
        const StoreId id = chain_.stores()[sale.store].id;
        const retail::TimeZone& zone = *chain_.profiles()[sale.store].zone;
        const auto hour =
            static_cast<int>((sale.time_ms / 1000 + zone.offset_s(sale.time_ms)) / 3600 % 24);
        if (sale.type == TransactionType::kRestock) {
            if (one.book < 1000) {
                one.in_stock_date = date_ + 1;
            }
            one.book += sale.quantity;
            return;
        }
        if (sale.type == TransactionType::kReturn) {
            one.book += sale.quantity;
            ++one.returns[ring(date_)];
            history_.add(id, date_, hour, 0, 1);
            return;
        }
        one.book -= sale.quantity;
        ++one.lines[ring(date_)];
        one.price_sum[ring(date_)] += static_cast<float>(sale.price);
        one.last_sale_ms = sale.time_ms;
        one.price_before = one.price_ms >= (std::int64_t{date_} * kDayMs) ? one.price : 0;
        one.price = sale.price;
        one.price_ms = sale.time_ms;
        one.discounted = sale.discounted;
        asked_.push_back(std::size_t{sale.store} * chain_.products().size() + sale.product);
        history_.add(id, date_, hour, 1, 0);
        last_sales_[id] = sale.time_ms;
        if (sale.new_basket) {
            for (Truth& truth : truths_) {
                if (truth.subject.kind == AnomalyKind::kSilentTill && truth.store == sale.store &&
                    truth.begin_ms <= sale.time_ms && sale.time_ms < truth.end_ms) {
                    truth.sold += 1;
                }
            }
            StoreTills& store = tills_[sale.store];
            store.baskets += 1;
            store.by_date[date_] += 1;
            store.newest_ms = sale.time_ms;
            Till& till = store.tills[sale.till];
            till.runs[date_].push_back(store.baskets - till.last_number - 1);
            till.baskets[date_] += 1;
            till.last_number = store.baskets;
            till.last_ms = sale.time_ms;
        }
    }

    void begin_day() {
        history_.forget_before(date_ - detection::kHistoryDays);
        std::vector<detection::ProductUsual> usual;
        const auto products = static_cast<std::uint32_t>(chain_.products().size());
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            for (std::uint32_t product = 0; product < products; ++product) {
                Series& one = at(store, product);
                one.lines[ring(date_)] = 0;
                one.returns[ring(date_)] = 0;
                one.price_sum[ring(date_)] = 0;
                detection::ProductUsual row;
                std::vector<double> prices;
                for (std::int32_t back = detection::kHistoryDays; back > 0; --back) {
                    const double lines = one.lines[ring(date_ - back)];
                    row.returns += one.returns[ring(date_ - back)];
                    if (lines == 0) {
                        continue;
                    }
                    row.first_date = row.first_date == 0 ? date_ - back : row.first_date;
                    row.last_date = date_ - back;
                    row.weeks[static_cast<std::size_t>(back - 1) / detection::kWeekDays] += lines;
                    row.most_a_day = std::max(row.most_a_day, lines);
                    prices.push_back(one.price_sum[ring(date_ - back)] / lines);
                }
                if (prices.empty()) {
                    continue;
                }
                row.price_days = static_cast<double>(prices.size());
                std::ranges::sort(prices);
                const auto percentile = [&](double share) {
                    return prices[static_cast<std::size_t>(share *
                                                           static_cast<double>(prices.size() - 1))];
                };
                row.low_price = percentile(0.05);
                row.usual_price = percentile(0.5);
                row.high_price = percentile(0.95);
                row.store = chain_.stores()[store].id;
                row.product_id = chain_.products()[product].product_id;
                row.category = chain_.products()[product].category;
                usual.push_back(std::move(row));
            }
        }
        for (Truth& truth : truths_) {
            if (truth.first_date == date_ && !truth.subject.product_id.empty()) {
                const Series& one = at(truth.store, truth.product);
                for (std::int32_t back = 1; back <= detection::kHistoryDays; ++back) {
                    truth.per_day += static_cast<double>(one.lines[ring(date_ - back)]) /
                                     detection::kHistoryDays;
                }
            }
        }
        book_ = detection::ProductBook(std::move(usual), date_);
        states_.clear();
        for (std::uint32_t store = 0; store < tills_.size(); ++store) {
            StoreTills& all = tills_[store];
            all.by_date.erase(all.by_date.begin(), all.by_date.lower_bound(date_ - kTillDays));
            for (auto& [number, till] : all.tills) {
                till.baskets.erase(till.baskets.begin(),
                                   till.baskets.lower_bound(date_ - kTillDays));
                till.runs.erase(till.runs.begin(), till.runs.lower_bound(date_ - kTillDays));
                detection::TillState state;
                state.store = chain_.stores()[store].id;
                state.register_id = till_texts_[number];
                double of_store = 0;
                std::vector<double> runs;
                if (till.baskets.empty()) {
                    continue;
                }
                for (const auto& [date, baskets] : all.by_date) {
                    of_store += date >= till.baskets.begin()->first ? baskets : 0;
                }
                for (const auto& [date, baskets] : till.baskets) {
                    state.baskets += baskets;
                }
                for (const auto& [date, of_day] : till.runs) {
                    runs.insert(runs.end(), of_day.begin(), of_day.end());
                }
                std::ranges::sort(runs, std::greater());
                state.longest_usual = runs.size() > 2 ? runs[2] : 0;
                state.share = state.baskets / of_store;
                state.baskets_per_week = of_store / kTillDays * detection::kWeekDays;
                states_.emplace_back(store, number, state);
            }
        }
    }

    std::vector<detection::StoreClock> clocks(std::int64_t now_ms) const {
        std::vector<detection::StoreClock> all;
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            const retail::TimeZone& zone = *chain_.profiles()[store].zone;
            detection::StoreClock clock;
            clock.store = chain_.stores()[store].id;
            clock.country = chain_.stores()[store].country;
            clock.date = zone.local_day(now_ms).business_date;
            if (!zone.to_utc_ms(clock.date * kDayMs, clock.midnight_ms)) {
                continue;
            }
            clock.now_ms = now_ms;
            clock.hour =
                static_cast<double>((now_ms + zone.offset_s(now_ms) * 1000) % kDayMs) / kHourMs;
            clock.holiday = synthetic::is_holiday(clock.country, clock.date);
            all.push_back(clock);
        }
        return all;
    }

    std::vector<detection::ProductRecent> recent() {
        constexpr double kFewestLines = 5;
        const std::size_t products = chain_.products().size();
        std::map<std::uint8_t, std::vector<std::array<double, detection::kRecentDays>>> totals;
        const auto lines_of = [&](std::uint32_t store, std::uint32_t product) {
            std::array<double, detection::kRecentDays> lines{};
            double sum = 0;
            for (std::size_t back = 0; back < lines.size(); ++back) {
                sum += at(store, product).lines[ring(date_ - static_cast<std::int32_t>(back))];
                lines[back] = sum;
            }
            return lines;
        };
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            auto& total = totals[chain_.profiles()[store].country];
            total.resize(products);
            for (std::uint32_t product = 0; product < products; ++product) {
                const auto lines = lines_of(store, product);
                for (std::size_t back = 0; back < lines.size(); ++back) {
                    total[product][back] += lines[back];
                }
            }
        }
        std::vector<detection::ProductRecent> all;
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            const auto& total = totals[chain_.profiles()[store].country];
            for (std::uint32_t product = 0; product < products; ++product) {
                detection::ProductRecent row;
                row.lines = lines_of(store, product);
                const Series& one = at(store, product);
                row.returns = one.returns[ring(date_)];
                if (row.lines.back() < kFewestLines && row.returns < kFewestLines - 1) {
                    continue;
                }
                row.store = chain_.stores()[store].id;
                row.product_id = chain_.products()[product].product_id;
                row.price = row.lines[0] > 0 ? one.price_sum[ring(date_)] / row.lines[0] : 0;
                for (std::size_t back = 0; back < row.lines.size(); ++back) {
                    row.other_lines[back] = total[product][back] - row.lines[back];
                }
                all.push_back(std::move(row));
            }
        }
        return all;
    }

    std::vector<detection::ShelfState> shelf_states(std::span<const detection::Silence> silences) {
        std::vector<detection::ShelfState> states;
        for (const detection::Silence& silence : silences) {
            const std::uint32_t product = product_of_.at(silence.usual->product_id);
            const std::uint32_t own = silence.usual->store.value - 1;
            const Series& one = at(own, product);
            detection::ShelfState state;
            state.on_hand_units = static_cast<double>(one.book) / 1000;
            state.sold_since = one.lines[ring(date_)] > 0;
            state.in_stock_date = one.in_stock_date;
            state.last_sale_ms = one.last_sale_ms;
            for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
                if (store == own ||
                    chain_.profiles()[store].country != chain_.profiles()[own].country) {
                    continue;
                }
                for (std::int32_t back = 0; back < detection::kSilenceDays; ++back) {
                    state.other_lines += at(store, product).lines[ring(date_ - back)];
                }
            }
            states.push_back(state);
        }
        return states;
    }

    void look(std::int64_t now_ms, std::map<std::string, Outcome>& outcomes) {
        const auto now = clocks(now_ms);
        std::vector<detection::Finding> findings =
            detection::judge_stores(history_, now, last_sales_);
        const auto add = [&](std::vector<detection::Finding> more) {
            findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                            std::make_move_iterator(more.end()));
        };
        std::vector<detection::TillState> states;
        for (const auto& [store, number, usual] : states_) {
            const StoreTills& all = tills_[store];
            const Till& till = all.tills.at(number);
            detection::TillState state = usual;
            state.others_since = all.baskets - till.last_number;
            state.last_basket_ms = till.last_ms;
            state.newest_basket_ms = all.newest_ms;
            states.push_back(std::move(state));
        }
        add(detection::judge_tills(states));
        const auto lines = detection::lines_by_store(history_, now, date_);
        const auto lately = recent();
        add(detection::judge_product_spikes(book_, lines, lately));
        add(detection::judge_returns(history_, now, book_, lately));
        std::ranges::sort(asked_);
        asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
        std::vector<detection::PriceAsked> asked;
        for (const std::size_t index : asked_) {
            const Series& one = series_[index];
            asked.push_back(
                {.store = chain_.stores()[index / chain_.products().size()].id,
                 .product_id = chain_.products()[index % chain_.products().size()].product_id,
                 .price = one.price,
                 .price_before = one.price_before,
                 .discounted = one.discounted,
                 .sold_at_ms = one.price_ms});
        }
        add(detection::judge_prices(book_, lines, asked));
        std::set<detection::Subject> answered;
        for (const detection::PriceAsked& one : asked) {
            answered.insert({.kind = AnomalyKind::kPriceError,
                             .store = one.store,
                             .product_id = one.product_id});
        }
        asked_.clear();
        const auto silences = detection::find_silences(book_, lines);
        add(detection::judge_silences(book_, lines, silences, shelf_states(silences)));
        add(detection::keep_unasked(open_, answered));
        for (detection::Incident& incident : detection::reconcile(open_, findings, now_ms)) {
            const auto known =
                std::ranges::find(open_, incident.subject, &detection::Incident::subject);
            if (incident.ended_at_ms) {
                open_.erase(known);
            } else if (known != open_.end()) {
                *known = std::move(incident);
            } else {
                judge_alarm(incident, outcomes);
                open_.push_back(std::move(incident));
            }
        }
    }

    void judge_alarm(const detection::Incident& incident,
                     std::map<std::string, Outcome>& outcomes) {
        constexpr std::int64_t kSlackMs = kDayMs / 2;
        if (!judged(date_)) {
            return;
        }
        const detection::Subject& subject = incident.subject;
        const auto within = [&](const Truth& truth) {
            const std::int64_t slack = subject.kind == AnomalyKind::kSpike ? kSlackMs : kLookMs;
            return incident.detected_at_ms >= truth.begin_ms &&
                   incident.detected_at_ms <= truth.end_ms + slack;
        };
        for (Truth& truth : truths_) {
            if (truth.subject == subject && within(truth)) {
                Outcome& outcome = outcomes[truth.kind];
                ++outcome.right_alarms;
                if (!truth.found && truth.counts) {
                    outcome.hours.push_back(
                        static_cast<double>(incident.detected_at_ms - truth.begin_ms) / kHourMs);
                }
                truth.found = true;
                return;
            }
        }
        const std::string kind = kind_of(subject);
        const bool empty_shelf =
            (subject.kind == AnomalyKind::kDrop || subject.kind == AnomalyKind::kPhantomStock) &&
            !subject.product_id.empty() &&
            at(subject.store.value - 1, product_of_.at(subject.product_id)).empty;
        const bool of_wrong_price = std::ranges::any_of(truths_, [&](const Truth& truth) {
            return subject.kind == AnomalyKind::kSpike && within(truth) &&
                   truth.subject.kind == AnomalyKind::kPriceError &&
                   truth.subject.store == subject.store &&
                   truth.subject.product_id == subject.product_id;
        });
        if (empty_shelf || of_wrong_price) {
            ++outcomes[kind].true_besides;
            if (tell_) {
                fmt::print(stderr, "besides {} store={} at={} {}\n", kind, subject.store.value,
                           retail::format_utc_ms(incident.detected_at_ms), incident.reason);
            }
            return;
        }
        ++outcomes[kind].false_alarms;
        if (tell_) {
            fmt::print(stderr, "false {} store={} at={} score={:.1f} {}\n", kind,
                       subject.store.value, retail::format_utc_ms(incident.detected_at_ms),
                       incident.score, incident.reason);
        }
    }

    [[nodiscard]] bool is_visible(const Truth& truth) const {
        constexpr double kEnough = 12;
        const double days =
            static_cast<double>(truth.end_ms - truth.begin_ms) / static_cast<double>(kDayMs);
        if (truth.subject.kind == AnomalyKind::kPriceError) {
            return truth.sold > 0;
        }
        if (truth.subject.kind == AnomalyKind::kSilentTill) {
            return truth.sold / chain_.profiles()[truth.store].registers >= kEnough;
        }
        if (truth.subject.product_id.empty()) {
            return true;
        }
        return truth.subject.kind == AnomalyKind::kSpike
                   ? truth.per_day * truth.size * days >= kEnough && 2 * truth.sold >= truth.wanted
                   : truth.per_day * days >= kEnough;
    }

    static std::string kind_of(const detection::Subject& subject) {
        const std::string word(detection::to_string(subject.kind));
        const bool level =
            subject.kind == AnomalyKind::kSpike || subject.kind == AnomalyKind::kDrop;
        return level ? (subject.product_id.empty() ? "store_" : "product_") + word : word;
    }

    /// What the books and the truth say at night.
    void end_day() {
        for (std::uint32_t store = 0; store < truth_rows_.size(); ++store) {
            const retail::ColumnBlock& rows = truth_rows_[store];
            const auto& products = rows.data<retail::TextColumn>("product_id");
            const auto& waste = rows.data<std::vector<std::int64_t>>("waste");
            const auto& demand = rows.data<std::vector<std::int64_t>>("true_demand");
            const auto& sold = rows.data<std::vector<std::int64_t>>("sales");
            const auto& closing = rows.data<std::vector<std::int64_t>>("closing");
            for (std::size_t row = 0; row < rows.rows(); ++row) {
                const std::uint32_t product = product_of_.at(std::string(products[row]));
                Series& one = at(store, product);
                for (Truth& truth : truths_) {
                    if (truth.store == store && !truth.subject.product_id.empty() &&
                        truth.product == product && truth.first_date <= date_ &&
                        truth.end_ms > date_ * kDayMs + kDayMs / 2) {
                        truth.wanted += static_cast<double>(demand[row]);
                        truth.sold += static_cast<double>(sold[row]);
                    }
                }
                one.book -= waste[row];
                one.empty = closing[row] == 0;
                constexpr std::int32_t kCountDays = 91;
                const bool counted =
                    (date_ + static_cast<std::int32_t>(product + 7 * store)) % kCountDays == 0;
                const bool hidden = std::ranges::any_of(truths_, [&](const Truth& truth) {
                    return truth.lasts && truth.store == store && truth.product == product &&
                           truth.first_date <= date_ && truth.end_ms >= date_ * kDayMs;
                });
                if (counted && !hidden) {
                    one.book = closing[row];
                }
            }
        }
        for (Truth& truth : truths_) {
            if (!truth.lasts || truth.first_date > date_) {
                continue;
            }
            truth.over =
                truth.over || (date_ >= truth.last_date && !at(truth.store, truth.product).empty);
            if (!truth.over) {
                truth.end_ms = std::max(truth.end_ms, (date_ + 2) * kDayMs);
            }
        }
    }

    void play_day(std::map<std::string, Outcome>& outcomes) {
        begin_day();
        const std::vector<Sale> sales = simulate();
        std::int64_t next_look = (std::int64_t{date_} * 24 + 8) * kHourMs;
        const std::int64_t last_look = (std::int64_t{date_} * 24 + 21) * kHourMs;
        for (const Sale& sale : sales) {
            while (sale.time_ms > next_look && next_look <= last_look) {
                look(next_look, outcomes);
                next_look += kLookMs;
            }
            book_sale(sale);
        }
        for (; next_look <= last_look; next_look += kLookMs) {
            look(next_look, outcomes);
        }
        end_day();
    }

    const synthetic::Chain& chain_;
    bool tell_;
    std::int32_t date_ = 0;
    std::vector<synthetic::StoreSimulation> simulations_;
    std::vector<Series> series_;
    std::vector<StoreTills> tills_;
    std::vector<std::tuple<std::uint32_t, std::uint32_t, detection::TillState>> states_;
    std::unordered_map<std::string, std::uint32_t> product_of_;
    std::map<std::string, std::uint32_t> till_numbers_;
    std::vector<std::string> till_texts_;
    std::vector<retail::ColumnBlock> truth_rows_;
    detection::StoreHistory history_;
    std::map<StoreId, std::int64_t> last_sales_;
    detection::ProductBook book_{{}, 0};
    std::vector<std::size_t> asked_;
    std::vector<detection::Incident> open_;
    std::vector<Truth> truths_;
};

}  // namespace

double play_chain(const synthetic::ChainOptions& options, bool tell,
                  std::map<std::string, Outcome>& outcomes) {
    const auto chain = synthetic::Chain::create(options);
    SHELFCAST_CHECK(chain);
    Play play(*chain, tell);
    play.run(outcomes);
    return options.stores * (static_cast<double>(options.days) - kLearningDays) /
           detection::kWeekDays;
}

}  // namespace shelfcast::benchmarks
