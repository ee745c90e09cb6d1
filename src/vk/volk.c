// The implementation of volk, which opens libvulkan at run time.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#define VOLK_IMPLEMENTATION
#include <volk.h>
