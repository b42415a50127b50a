#include "adapters/lightgbm/lightgbm_api.h"

#include <dlfcn.h>

namespace shelfcast::adapters {
namespace {

std::string loader_reason() {
    const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc
    return reason == nullptr ? "the loader says no reason" : reason;
}

/// Fills function pointers by name and remembers the first that is not there.
class Symbols {
public:
    explicit Symbols(void* library) : library_(library) {}

    template <typename Function>
    void find(const char* name, Function*& out) {
        void* const found = ::dlsym(library_, name);
        if (found == nullptr && missing_.empty()) {
            missing_ = name;
        }
        out = reinterpret_cast<Function*>(found);
    }
    [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

private:
    void* library_;
    std::string missing_;
};

/// Its messages also come back from the failed call.
void drop_line(const char* /*line*/) {}

}  // namespace

Result<LightGbmApi> load_lightgbm(const std::string& library) {
    // Never closed: its threads may outlive any owner.
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        return fail(ErrorKind::kUnavailable,
                    "LightGBM's library {} cannot be loaded ({}): run ./dev setup, which fetches "
                    "it, or set forecast.lightgbm_library (SHELFCAST_LIGHTGBM)",
                    library, loader_reason());
    }
    LightGbmApi api;
    Symbols symbols(handle);
    symbols.find("LGBM_GetLastError", api.get_last_error);
    symbols.find("LGBM_RegisterLogCallback", api.register_log_callback);
    symbols.find("LGBM_DatasetCreateFromMat", api.dataset_create_from_mat);
    symbols.find("LGBM_DatasetSetFeatureNames", api.dataset_set_feature_names);
    symbols.find("LGBM_DatasetSetField", api.dataset_set_field);
    symbols.find("LGBM_DatasetFree", api.dataset_free);
    symbols.find("LGBM_BoosterCreate", api.booster_create);
    symbols.find("LGBM_BoosterLoadModelFromString", api.booster_load_model_from_string);
    symbols.find("LGBM_BoosterFree", api.booster_free);
    symbols.find("LGBM_BoosterUpdateOneIter", api.booster_update_one_iter);
    symbols.find("LGBM_BoosterGetNumFeature", api.booster_get_num_feature);
    symbols.find("LGBM_BoosterSaveModelToString", api.booster_save_model_to_string);
    symbols.find("LGBM_BoosterFeatureImportance", api.booster_feature_importance);
    symbols.find("LGBM_BoosterPredictForMat", api.booster_predict_for_mat);
    if (!symbols.missing().empty()) {
        return fail(ErrorKind::kUnavailable, "{} is not LightGBM's C library 4: it has no {}",
                    library, symbols.missing());
    }
    api.register_log_callback(drop_line);
    return api;
}

}  // namespace shelfcast::adapters
