#include "benchmarks/detection_shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "detection/store_sales.h"
#include "synthetic/calendar.h"

namespace shelfcast::benchmarks {
namespace {

using detection::AnomalyKind;
using retail::TransactionType;

constexpr std::int32_t kTillDays = 28;

StoreId id_of(std::uint32_t store) { return StoreId{store + 1}; }

}  // namespace

Shop::Shop(std::vector<ShopStore> stores, std::vector<ShopProduct> products)
    : stores_(std::move(stores)),
      products_(std::move(products)),
      series_(stores_.size() * products_.size()),
      tills_(stores_.size()) {
    for (std::uint32_t i = 0; i < products_.size(); ++i) {
        product_of_[products_[i].product_id] = i;
    }
}

double Shop::lines_a_day(std::uint32_t store, std::uint32_t product) {
    double lines = 0;
    for (std::int32_t back = 1; back <= detection::kHistoryDays; ++back) {
        lines += at(store, product).lines[day_of(date_ - back)];
    }
    return lines / detection::kHistoryDays;
}

void Shop::receive(Series& one, std::int64_t quantity) const {
    constexpr std::int64_t kUnit = 1'000;
    if (one.book < kUnit) {
        one.in_stock_date = date_ + 1;
    }
    one.book += quantity;
}

void Shop::add(const ShopLine& line) {
    Series& one = at(line.store, line.product);
    const StoreId id = id_of(line.store);
    const retail::TimeZone& zone = *stores_[line.store].zone;
    const auto hour =
        static_cast<int>((line.time_ms / 1000 + zone.offset_s(line.time_ms)) / 3600 % 24);
    if (line.type == TransactionType::kRestock) {
        receive(one, line.quantity);
        return;
    }
    if (line.type == TransactionType::kReturn) {
        one.book += line.quantity;
        ++one.returns[day_of(date_)];
        history_.add(id, date_, hour, 0, 1);
        return;
    }
    one.book -= line.quantity;
    ++one.lines[day_of(date_)];
    one.price_sum[day_of(date_)] += static_cast<float>(line.price);
    one.last_sale_ms = line.time_ms;
    one.price_before = one.price_ms >= (std::int64_t{date_} * kDayMs) ? one.price : 0;
    one.price = line.price;
    one.price_ms = line.time_ms;
    one.discounted = line.discounted;
    asked_.push_back(std::size_t{line.store} * products_.size() + line.product);
    history_.add(id, date_, hour, 1, 0);
    last_sales_[id] = line.time_ms;
    if (line.new_basket) {
        count_basket(line);
    }
}

void Shop::count_basket(const ShopLine& line) {
    StoreTills& store = tills_[line.store];
    store.baskets += 1;
    store.by_date[date_] += 1;
    store.newest_ms = line.time_ms;
    Till& till = store.tills[line.till];
    till.runs[date_].push_back(store.baskets - till.last_number - 1);
    till.baskets[date_] += 1;
    till.last_number = store.baskets;
    till.last_ms = line.time_ms;
}

detection::ProductUsual Shop::usual_of(std::uint32_t store, std::uint32_t product) {
    const Series& one = at(store, product);
    detection::ProductUsual row;
    std::vector<double> prices;
    for (std::int32_t back = detection::kHistoryDays; back > 0; --back) {
        const double lines = one.lines[day_of(date_ - back)];
        row.returns += one.returns[day_of(date_ - back)];
        if (lines == 0) {
            continue;
        }
        row.first_date = row.first_date == 0 ? date_ - back : row.first_date;
        row.last_date = date_ - back;
        row.weeks[static_cast<std::size_t>(back - 1) / detection::kWeekDays] += lines;
        row.most_a_day = std::max(row.most_a_day, lines);
        prices.push_back(one.price_sum[day_of(date_ - back)] / lines);
    }
    if (prices.empty()) {
        return row;
    }
    row.price_days = static_cast<double>(prices.size());
    std::ranges::sort(prices);
    const auto percentile = [&](double share) {
        return prices[static_cast<std::size_t>(share * static_cast<double>(prices.size() - 1))];
    };
    row.low_price = percentile(0.05);
    row.usual_price = percentile(0.5);
    row.high_price = percentile(0.95);
    row.store = id_of(store);
    row.product_id = products_[product].product_id;
    row.category = products_[product].category;
    return row;
}

void Shop::begin_day(std::int32_t date) {
    date_ = date;
    history_.forget_before(date_ - detection::kHistoryDays);
    std::vector<detection::ProductUsual> usual;
    for (std::uint32_t store = 0; store < stores_.size(); ++store) {
        for (std::uint32_t product = 0; product < products_.size(); ++product) {
            Series& one = at(store, product);
            one.lines[day_of(date_)] = 0;
            one.returns[day_of(date_)] = 0;
            one.price_sum[day_of(date_)] = 0;
            if (detection::ProductUsual row = usual_of(store, product); row.price_days > 0) {
                usual.push_back(std::move(row));
            }
        }
    }
    book_ = detection::ProductBook(std::move(usual), date_);
    learn_tills();
}

void Shop::learn_tills() {
    usual_tills_.clear();
    for (std::uint32_t store = 0; store < tills_.size(); ++store) {
        StoreTills& all = tills_[store];
        all.by_date.erase(all.by_date.begin(), all.by_date.lower_bound(date_ - kTillDays));
        for (auto& [number, till] : all.tills) {
            till.baskets.erase(till.baskets.begin(), till.baskets.lower_bound(date_ - kTillDays));
            till.runs.erase(till.runs.begin(), till.runs.lower_bound(date_ - kTillDays));
            detection::TillState state;
            state.store = id_of(store);
            state.register_id = fmt::format("R{}", number);
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
            usual_tills_.emplace_back(store, number, state);
        }
    }
}

std::vector<detection::StoreClock> Shop::clocks(std::int64_t now_ms) const {
    std::vector<detection::StoreClock> all;
    for (std::uint32_t store = 0; store < stores_.size(); ++store) {
        const retail::TimeZone& zone = *stores_[store].zone;
        detection::StoreClock clock;
        clock.store = id_of(store);
        clock.country = stores_[store].country;
        clock.date = zone.local_day(now_ms).business_date;
        if (!zone.to_utc_ms(clock.date * kDayMs, clock.midnight_ms)) {
            continue;
        }
        clock.now_ms = now_ms;
        clock.hour =
            static_cast<double>((now_ms + zone.offset_s(now_ms) * 1000) % kDayMs) / kHourMs;
        clock.holiday = synthetic::is_holiday(clock.country, clock.date);
        all.push_back(std::move(clock));
    }
    return all;
}

std::vector<detection::ProductRecent> Shop::recent() {
    constexpr double kFewestLines = 5;
    std::map<std::string_view, std::vector<std::array<double, detection::kRecentDays>>> totals;
    const auto lines_of = [&](std::uint32_t store, std::uint32_t product) {
        std::array<double, detection::kRecentDays> lines{};
        double sum = 0;
        for (std::size_t back = 0; back < lines.size(); ++back) {
            sum += at(store, product).lines[day_of(date_ - static_cast<std::int32_t>(back))];
            lines[back] = sum;
        }
        return lines;
    };
    for (std::uint32_t store = 0; store < stores_.size(); ++store) {
        auto& total = totals[stores_[store].country];
        total.resize(products_.size());
        for (std::uint32_t product = 0; product < products_.size(); ++product) {
            const auto lines = lines_of(store, product);
            for (std::size_t back = 0; back < lines.size(); ++back) {
                total[product][back] += lines[back];
            }
        }
    }
    std::vector<detection::ProductRecent> all;
    for (std::uint32_t store = 0; store < stores_.size(); ++store) {
        const auto& total = totals[stores_[store].country];
        for (std::uint32_t product = 0; product < products_.size(); ++product) {
            detection::ProductRecent row;
            row.lines = lines_of(store, product);
            const Series& one = at(store, product);
            row.returns = one.returns[day_of(date_)];
            if (row.lines.back() < kFewestLines && row.returns < kFewestLines) {
                continue;
            }
            row.store = id_of(store);
            row.product_id = products_[product].product_id;
            row.price = row.lines[0] > 0 ? one.price_sum[day_of(date_)] / row.lines[0] : 0;
            for (std::size_t back = 0; back < row.lines.size(); ++back) {
                row.other_lines[back] = total[product][back] - row.lines[back];
            }
            all.push_back(std::move(row));
        }
    }
    return all;
}

std::vector<detection::ShelfState> Shop::shelf_states(
    std::span<const detection::Silence> silences) {
    std::vector<detection::ShelfState> states;
    for (const detection::Silence& silence : silences) {
        const std::uint32_t product = product_of_.at(silence.usual->product_id);
        const std::uint32_t own = silence.usual->store.value - 1;
        const Series& one = at(own, product);
        detection::ShelfState state;
        state.on_hand_units = static_cast<double>(one.book) / 1000;
        state.sold_since = one.lines[day_of(date_)] > 0;
        state.in_stock_date = one.in_stock_date;
        state.last_sale_ms = one.last_sale_ms;
        for (std::uint32_t store = 0; store < stores_.size(); ++store) {
            if (store == own || stores_[store].country != stores_[own].country) {
                continue;
            }
            for (std::int32_t back = 0; back < detection::kSilenceDays; ++back) {
                state.other_lines += at(store, product).lines[day_of(date_ - back)];
            }
        }
        states.push_back(state);
    }
    return states;
}

std::vector<detection::TillState> Shop::tills_now() const {
    std::vector<detection::TillState> states;
    for (const auto& [store, number, usual] : usual_tills_) {
        const StoreTills& all = tills_[store];
        const Till& till = all.tills.at(number);
        detection::TillState state = usual;
        state.others_since = all.baskets - till.last_number;
        state.last_basket_ms = till.last_ms;
        state.newest_basket_ms = all.newest_ms;
        states.push_back(std::move(state));
    }
    return states;
}

std::vector<detection::PriceAsked> Shop::prices_asked() {
    std::ranges::sort(asked_);
    asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
    std::vector<detection::PriceAsked> asked;
    for (const std::size_t index : asked_) {
        const Series& one = series_[index];
        asked.push_back({.store = id_of(static_cast<std::uint32_t>(index / products_.size())),
                         .product_id = products_[index % products_.size()].product_id,
                         .price = one.price,
                         .price_before = one.price_before,
                         .discounted = one.discounted,
                         .sold_at_ms = one.price_ms});
    }
    asked_.clear();
    return asked;
}

std::vector<detection::Incident> Shop::look(std::int64_t now_ms) {
    const auto now = clocks(now_ms);
    std::vector<detection::Finding> findings = detection::judge_stores(history_, now, last_sales_);
    const auto add = [&](std::vector<detection::Finding> more) {
        std::ranges::move(more, std::back_inserter(findings));
    };
    add(detection::judge_tills(tills_now()));
    const auto lines = detection::lines_by_store(history_, now, date_);
    const auto lately = recent();
    add(detection::judge_product_spikes(book_, lines, lately));
    add(detection::judge_returns(history_, now, book_, lately));
    const auto asked = prices_asked();
    add(detection::judge_prices(book_, lines, asked));
    std::set<detection::Subject> answered;
    for (const detection::PriceAsked& one : asked) {
        answered.insert(
            {.kind = AnomalyKind::kPriceError, .store = one.store, .product_id = one.product_id});
    }
    const auto silences = detection::find_silences(book_, lines);
    add(detection::judge_silences(book_, lines, silences, shelf_states(silences)));
    add(detection::keep_unasked(open_, answered));
    std::vector<detection::Incident> fresh;
    for (detection::Incident& incident : detection::reconcile(open_, findings, now_ms)) {
        const auto known =
            std::ranges::find(open_, incident.subject, &detection::Incident::subject);
        if (incident.ended_at_ms) {
            open_.erase(known);
        } else if (known != open_.end()) {
            *known = std::move(incident);
        } else {
            fresh.push_back(incident);
            open_.push_back(std::move(incident));
        }
    }
    return fresh;
}

}  // namespace shelfcast::benchmarks
