// The device of a test file.
#pragma once
#include "test.h"

#include <stdlib.h>

#include "vk/internal.h"

static struct vk *opened;

static void close_device(void)
{
    vk_close(opened);
}

// Breaks a rule of Vulkan, for the test validation_errors_fail.
static void misuse(void)
{
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT}; // no size
    VkBuffer buffer = VK_NULL_HANDLE;
    vkCreateBuffer(opened->device, &info, NULL, &buffer);
}

// One device for all tests of a file; NULL, and the test is skipped, when there is none.
static struct vk *device(void)
{
    struct err err = {{0}};
    if (opened)
        return opened;
    if (vk_open(&opened, test_device(), &err)) {
        atexit(close_device);
        if (getenv("VKR1_TEST_MISUSE"))
            misuse();
    } else {
        test_skip("%s", err.text);
    }
    return opened;
}
