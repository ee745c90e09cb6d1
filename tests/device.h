// Whether there is a Vulkan device to test on; marks the running test as skipped when there is none.
#pragma once
#include "graph/content.h"
#include "graph/program.h"
#include "test.h"

static inline bool test_have_vulkan(void)
{
    struct err err = {0};
    struct device d;
    bool ok = device_open(&d, test_device(), &err);
    if (ok)
        device_close(&d);
    else
        test_skip("%s", err.text);
    return ok;
}
