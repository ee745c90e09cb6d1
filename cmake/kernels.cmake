# Compiles every line of shaders/kernels.txt with glslc and embeds the SPIR-V: defines KERNELS_SOURCE, a C file with the
# table of src/vk/kernels.h. The .spv files stay in build/shaders for other tools.
#
# No -O: the drivers optimise anyway (the matmul kernels run at the same speed with it on llvmpipe and SwiftShader), and
# spirv-opt has broken kernels of others (cooperative matrices, bfloat16).
find_program(GLSLC glslc REQUIRED)
set(SHADERS ${CMAKE_SOURCE_DIR}/shaders)
set(SPV ${CMAKE_BINARY_DIR}/shaders)
file(MAKE_DIRECTORY ${SPV})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SHADERS}/kernels.txt)

# Newer GLSL: what this glslc can compile. Asked once per configuration.
function(glslc_has feature result)
  if(NOT DEFINED GLSLC_HAS_${feature})
    execute_process(COMMAND ${GLSLC} --target-env=vulkan1.2 -I ${SHADERS} -o ${SPV}/feature.spv
                            ${SHADERS}/features/${feature}.comp RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
    if(code EQUAL 0)
      set(GLSLC_HAS_${feature} ON CACHE INTERNAL "glslc compiles shaders/features/${feature}.comp")
    else()
      set(GLSLC_HAS_${feature} OFF CACHE INTERNAL "glslc compiles shaders/features/${feature}.comp")
      message(STATUS "glslc lacks ${feature}: kernels that need it are left out")
    endif()
  endif()
  set(${result} ${GLSLC_HAS_${feature}} PARENT_SCOPE)
endfunction()

file(STRINGS ${SHADERS}/kernels.txt lines REGEX "^[^#]")
set(outputs "")
set(embedded "")
set(table "")
set(count 0)
foreach(line ${lines})
  separate_arguments(words UNIX_COMMAND "${line}")
  list(POP_FRONT words name source)
  set(available ON)
  set(flags "")
  foreach(word ${words})
    if(word MATCHES "^needs=(.+)$")
      string(REPLACE "," ";" features ${CMAKE_MATCH_1})
      foreach(feature ${features})
        glslc_has(${feature} has)
        if(NOT has)
          set(available OFF)
        endif()
      endforeach()
    else()
      list(APPEND flags ${word})
    endif()
  endforeach()
  if(NOT available)
    continue()
  endif()
  add_custom_command(
    OUTPUT ${SPV}/${name}.spv
    COMMAND ${GLSLC} --target-env=vulkan1.2 ${flags} -I ${SHADERS} -MD -MF ${SPV}/${name}.d -MT ${SPV}/${name}.spv
            -o ${SPV}/${name}.spv ${SHADERS}/${source}
    DEPENDS ${SHADERS}/${source}
    DEPFILE ${SPV}/${name}.d
    COMMENT "glslc ${name}"
    VERBATIM)
  list(APPEND outputs ${SPV}/${name}.spv)
  string(APPEND embedded "EMBED(${name}, \"${SPV}/${name}.spv\")\n")
  string(JOIN " " defines ${flags})
  string(APPEND table "    {\"${name}\", \"${source}\", \"${defines}\", kernel_${name}, kernel_${name}_end},\n")
  math(EXPR count "${count} + 1")
endforeach()

# The headers, as text: kernels can also be compiled at run time (`vkr1 bench --shader`).
file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${SHADERS} ${SHADERS}/*_args.h ${SHADERS}/lib/*)
foreach(header ${headers})
  string(MAKE_C_IDENTIFIER ${header} id)
  string(APPEND embedded "EMBED_TEXT(${id}, \"${SHADERS}/${header}\")\n")
  string(APPEND header_table "    {\"${header}\", header_${id}},\n")
  list(APPEND outputs ${SHADERS}/${header})
endforeach()

set(KERNELS_SOURCE ${CMAKE_BINARY_DIR}/kernels.c)
file(CONFIGURE OUTPUT ${KERNELS_SOURCE} @ONLY CONTENT [=[
// Written by cmake/kernels.cmake from shaders/kernels.txt.
#include "vk/kernels.h"

#define EMBED(name, file)                                                                                              \
    __asm__(".section .rodata\n.balign 16\nkernel_" #name ":\n.incbin \"" file "\"\nkernel_" #name "_end:\n.balign 4\n.text");   \
    extern const uint32_t kernel_##name[], kernel_##name##_end[];
#define EMBED_TEXT(name, file)                                                                                         \
    __asm__(".section .rodata\nheader_" #name ":\n.incbin \"" file "\"\n.byte 0\n.balign 4\n.text");                      \
    extern const char header_##name[];

@embedded@
const struct kernel kernels[] = {
@table@};
const int kernel_count = @count@;
const struct kernel_header kernel_headers[] = {
@header_table@    {0}};
]=])
set_source_files_properties(${KERNELS_SOURCE} PROPERTIES OBJECT_DEPENDS "${outputs}")
