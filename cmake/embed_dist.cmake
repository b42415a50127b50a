# Included: shelfcast_embed_dist(OUTPUT DIRECTORY) sets OUTPUT to a generated source with every file below
# DIRECTORY, gzip-compressed; with none if it is not there. As a script (cmake -DDIRECTORY=… -DOUTPUT=… -P
# embed_dist.cmake): writes it.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${DIRECTORY}/*)
  list(SORT files)
  set(packed ${OUTPUT}.packed)
  file(REMOVE_RECURSE ${packed})
  file(MAKE_DIRECTORY ${packed})
  set(bytes "")
  set(rows "")
  set(number 0)
  foreach(name IN LISTS files)
    # Without names and times inside: the same file is the same bytes.
    execute_process(COMMAND gzip -9 -n -c ${DIRECTORY}/${name} OUTPUT_FILE ${packed}/${number} COMMAND_ERROR_IS_FATAL ANY)
    string(APPEND bytes "    \"shelfcast_web_${number}: .incbin \\\"${packed}/${number}\\\"\\n\"\n"
                        "    \"shelfcast_web_${number}_end: .byte 0\\n\"\n")
    string(APPEND names "extern \"C\" const char shelfcast_web_${number}[];\n"
                        "extern \"C\" const char shelfcast_web_${number}_end[];\n")
    string(APPEND rows "        WebAsset{\"${name}\", {shelfcast_web_${number}, shelfcast_web_${number}_end}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  if(number EQUAL 0)
    file(WRITE ${OUTPUT} "#include \"api/web_app.h\"

namespace shelfcast::api {

std::span<const WebAsset> web_assets() { return {}; }

}  // namespace shelfcast::api
")
  else()
    file(WRITE ${OUTPUT} "#include <array>

#include \"api/web_app.h\"

asm(\".section .rodata\\n\"
${bytes}    \".previous\\n\");

${names}
namespace shelfcast::api {

std::span<const WebAsset> web_assets() {
    static const std::array kAssets = {
${rows}    };
    return kAssets;
}

}  // namespace shelfcast::api
")
  endif()
  return()
endif()

set(SHELFCAST_EMBED_DIST_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
set(SHELFCAST_WEB_DIST ${CMAKE_CURRENT_LIST_DIR}/../web/dist CACHE PATH "The built web app; it may be missing")

function(shelfcast_embed_dist output directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/web_assets.cc)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DDIRECTORY=${directory} -DOUTPUT=${source} -P ${SHELFCAST_EMBED_DIST_SCRIPT}
    DEPENDS ${files} ${SHELFCAST_EMBED_DIST_SCRIPT}
    COMMENT "Embedding the web app"
    VERBATIM)
  set(${output} ${source} PARENT_SCOPE)
endfunction()
