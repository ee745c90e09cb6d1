// What the driver's compiler made of the pipelines (VK_KHR_pipeline_executable_properties). For tools and tests that
// look at kernels on devices which need not be there.
#pragma once
#include <stdint.h>

#include "vk/vk.h"

struct vk_compiled {      // a figure is -1 where the driver does not tell it
    const char *kernel;   // name in the list of kernels
    const uint32_t *spec; // its specialisation constants
    int spec_count;
    uint32_t subgroup;     // invocations that the compiler chose
    int64_t registers;     // of an invocation (AMD: VGPRs, NVIDIA: GPRs; Intel: most that live at once)
    int64_t spills;        // registers or instructions that go through memory, as the driver counts them
    int64_t scratch_bytes; // memory of an invocation beside registers: spills, and arrays indexed at run time
    int64_t
        occupancy; // subgroups that a SIMD or multiprocessor holds at once, as far as registers and shared memory allow
    int64_t instructions;
    int64_t cycles;   // the compiler's own estimate; comparable between builds for one device, not between devices
    const char *code; // the generated code in the driver's own words; NULL unless it was asked for
};

// As vk_open, for building pipelines and recording streams alone: the device cannot allocate or run anything, and needs
// no hardware under its driver. code: the drivers keep what they show of the generated code. Fails on a driver that
// lacks the extension.
bool vk_open_compiler(struct vk **out, const char *which, bool code, struct err *err);
// Calls each(context, figures) for every executable of every pipeline made so far, oldest first. The
// pointers in figures are valid during the call.
bool vk_compiled_each(struct vk *vk, void (*each)(void *context, const struct vk_compiled *figures), void *context,
                      struct err *err);
