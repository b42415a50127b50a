# The status page's files are compiled into the binary.
#
# Included: shelfcast_embed_web(OUTPUT DIRECTORY) sets OUTPUT to a generated source with every file of
# DIRECTORY but its README. As a script (cmake -DDIRECTORY=… -DOUTPUT=… -P embed_web.cmake): writes it.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files RELATIVE ${DIRECTORY} ${DIRECTORY}/status.*)
  list(SORT files)
  set(rows "")
  list(LENGTH files count)
  foreach(name IN LISTS files)
    file(READ ${DIRECTORY}/${name} text)
    if(text MATCHES "\\)embedded\"")
      message(FATAL_ERROR "${name}: contains the delimiter of the embedding literal")
    endif()
    string(APPEND rows "    WebFile{\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"api/web_files.h\"

#include <algorithm>
#include <array>

#include \"base/check.h\"

namespace shelfcast::api {
namespace {

struct WebFile {
    std::string_view name;
    std::string_view text;
};

constexpr std::array<WebFile, ${count}> kFiles = {{
${rows}}};

}  // namespace

std::string_view web_file(std::string_view name) {
    const auto found = std::ranges::find(kFiles, name, &WebFile::name);
    SHELFCAST_CHECK(found != kFiles.end());
    return found->text;
}

}  // namespace shelfcast::api
")
  return()
endif()

set(SHELFCAST_EMBED_WEB_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(shelfcast_embed_web output directory)
  file(GLOB files CONFIGURE_DEPENDS ${directory}/status.*)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/web_files.cc)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DDIRECTORY=${directory} -DOUTPUT=${source} -P
            ${SHELFCAST_EMBED_WEB_SCRIPT}
    DEPENDS ${files} ${SHELFCAST_EMBED_WEB_SCRIPT}
    COMMENT "Embedding the status page"
    VERBATIM)
  set(${output} ${source} PARENT_SCOPE)
endfunction()
