// What is chosen from what drivers tell: made-up devices, with the figures of real ones (RADV and AMD's drivers as
// their sources and reports have them; llama.cpp issues 16832 and 11598).
#include "test.h"

#include <string.h>

#include "vk/choose.h"

enum {
    LOCAL = 1,
    VISIBLE = 2,
    COHERENT = 4,
    CACHED = 8,
    LAZY = 16,
    PROTECTED = 32,
    AMD_COHERENT = 64,
    AMD_UNCACHED = 128
};
enum { HOST = VISIBLE | COHERENT };
#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

struct type {
    uint32_t flags, heap;
};

static VkPhysicalDeviceMemoryProperties memory_of(const VkMemoryHeap *heaps, uint32_t heap_count,
                                                  const struct type *types, uint32_t type_count)
{
    VkPhysicalDeviceMemoryProperties m = {.memoryHeapCount = heap_count, .memoryTypeCount = type_count};
    memcpy(m.memoryHeaps, heaps, sizeof *heaps * heap_count);
    for (uint32_t i = 0; i < type_count; i++)
        m.memoryTypes[i] = (VkMemoryType){types[i].flags, types[i].heap};
    return m;
}

static void expect_types(const struct vk_memory *m, const uint32_t *types, int count)
{
    EXPECT(m->type_count == count, "%d types", m->type_count);
    for (int i = 0; i < count && i < m->type_count; i++)
        EXPECT(m->types[i] == types[i], "type %u comes as number %d", m->types[i], i);
}

// An APU as RADV shows it: memory of 96 GiB in two heaps, the last four types with AMD's own properties.
static VkPhysicalDeviceMemoryProperties apu(void)
{
    static const VkMemoryHeap heaps[] = {{32 * GIB, 0}, {64 * GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}};
    static const struct type types[] = {{LOCAL, 1},
                                        {LOCAL | HOST, 0},
                                        {LOCAL | HOST, 1},
                                        {LOCAL | HOST | CACHED, 0},
                                        {LOCAL | AMD_COHERENT | AMD_UNCACHED, 1},
                                        {LOCAL | HOST | AMD_COHERENT | AMD_UNCACHED, 0},
                                        {LOCAL | HOST | AMD_COHERENT | AMD_UNCACHED, 1},
                                        {LOCAL | HOST | CACHED | AMD_COHERENT | AMD_UNCACHED, 0}};
    return memory_of(heaps, 2, types, 8);
}

TEST(vk_choose, heaps_of_an_apu_count_together)
{
    VkPhysicalDeviceMemoryProperties m = apu();
    struct vk_memory v;
    vk_choose_memory(&m, NULL, true, &v);
    expect_types(&v, (const uint32_t[]){3, 1, 2, 0}, 4);
    EXPECT(v.heap_bytes == 96 * GIB && v.heap_budget == 96 * GIB && v.mapped && v.mapped_cached, "%llu bytes",
           (unsigned long long)v.heap_bytes);
    const VkDeviceSize budget[VK_MAX_MEMORY_HEAPS] = {20 * GIB, 60 * GIB};
    vk_choose_memory(&m, budget, true, &v);
    EXPECT(v.heap_bytes == 96 * GIB && v.heap_budget == 80 * GIB, "%llu bytes now", (unsigned long long)v.heap_budget);
}

// A block goes to the first heap that has room, whatever its place in the list.
TEST(vk_choose, a_full_heap_is_passed_over)
{
    VkPhysicalDeviceMemoryProperties m = apu();
    struct vk_memory v;
    uint32_t order[VK_MAX_MEMORY_TYPES];
    vk_choose_memory(&m, NULL, true, &v);
    v.used[0] = 31 * GIB;
    vk_memory_order(&v, GIB, order);
    EXPECT(order[0] == 3 && order[3] == 0, "a block that just fits goes to type %u", order[0]);
    vk_memory_order(&v, GIB + 1, order);
    EXPECT(order[0] == 2 && order[1] == 0 && order[2] == 3 && order[3] == 1, "the next goes to type %u", order[0]);
    v.used[1] = 65 * GIB; // all are full: the driver decides
    vk_memory_order(&v, 2 * GIB, order);
    EXPECT(order[0] == 3 && order[3] == 0, "then to type %u", order[0]);
}

// A GPU of AMD without a resizable BAR, as its proprietary driver lists types: eleven, of which three can be had.
TEST(vk_choose, types_of_unrequested_features_are_never_tried)
{
    static const VkMemoryHeap heaps[] = {
        {7936 * MIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}, {16 * GIB, 0}, {256 * MIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}};
    static const struct type types[] = {{LOCAL, 0},
                                        {LOCAL | HOST, 2},
                                        {HOST, 1},
                                        {HOST | CACHED, 1},
                                        {LOCAL | AMD_COHERENT, 0},
                                        {LOCAL | HOST | AMD_COHERENT, 2},
                                        {HOST | AMD_COHERENT, 1},
                                        {LOCAL | AMD_COHERENT | AMD_UNCACHED, 0},
                                        {LOCAL | PROTECTED, 0},
                                        {LOCAL | LAZY, 0},
                                        {LOCAL | HOST | AMD_COHERENT | AMD_UNCACHED, 2}};
    VkPhysicalDeviceMemoryProperties m = memory_of(heaps, 3, types, 11);
    struct vk_memory v;
    vk_choose_memory(&m, NULL, false, &v);
    expect_types(&v, (const uint32_t[]){0, 1}, 2); // the window last
    EXPECT(v.heap_bytes == 7936 * MIB && !v.mapped, "%llu bytes", (unsigned long long)v.heap_bytes);
    for (uint32_t flag = LAZY; flag; flag <<= 1)
        EXPECT(!vk_type_allowed(flag | LOCAL), "property %x is allowed", flag);
    EXPECT(vk_type_allowed(LOCAL | HOST | CACHED) && vk_type_allowed(0), "plain memory is not");
}

TEST(vk_choose, memory_of_other_devices)
{
    // A GPU with a resizable BAR: all of its memory is seen by the host. The host's own never serves.
    static const VkMemoryHeap bar[] = {{16 * GIB, 0}, {24 * GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}};
    static const struct type bar_types[] = {{HOST, 0}, {HOST | CACHED, 0}, {LOCAL, 1}, {LOCAL | HOST, 1}};
    VkPhysicalDeviceMemoryProperties m = memory_of(bar, 2, bar_types, 4);
    struct vk_memory v;
    vk_choose_memory(&m, NULL, false, &v);
    expect_types(&v, (const uint32_t[]){3, 2}, 2);
    EXPECT(v.mapped && !v.mapped_cached && v.heap_bytes == 24 * GIB, "%llu bytes", (unsigned long long)v.heap_bytes);

    // An APU whose carve-out is 512 MiB: its blocks lie in the host's memory, and the carve-out is not counted.
    static const VkMemoryHeap carved[] = {{512 * MIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}, {8 * GIB, 0}};
    static const struct type carved_types[] = {{LOCAL, 0}, {HOST, 1}, {HOST | CACHED, 1}};
    m = memory_of(carved, 2, carved_types, 3);
    vk_choose_memory(&m, NULL, true, &v);
    expect_types(&v, (const uint32_t[]){2, 1, 0}, 3);
    EXPECT(v.heap_bytes == 8 * GIB, "%llu bytes", (unsigned long long)v.heap_bytes);

    // A small device: its only heap counts, however small.
    m = memory_of(carved, 1, carved_types, 1);
    vk_choose_memory(&m, NULL, false, &v);
    EXPECT(v.type_count == 1 && v.heap_bytes == 512 * MIB, "%llu bytes", (unsigned long long)v.heap_bytes);

    // RADV without hardware: no heap at all.
    m = memory_of(carved, 0, carved_types, 0);
    vk_choose_memory(&m, NULL, false, &v);
    EXPECT(v.type_count == 0 && v.heap_bytes == 0 && !v.mapped, "%d types", v.type_count);
}

TEST(vk_choose, blocks_follow_the_drivers_limits)
{
    static const struct {
        uint64_t allocation, buffer, block;
    } rows[] = {
        {GIB, 0, GIB - VK_TAIL},                                   // the least that Vulkan allows
        {0, 0, GIB - VK_TAIL},                                     // not told
        {512 * MIB, 0, 512 * MIB - VK_TAIL},                       // less than that
        {2 * GIB, 0xffffffff, 2 * GIB - VK_TAIL},                  // llvmpipe
        {0xfffffffc, 0xfffffffc, 4 * GIB - 2 * (uint64_t)VK_TAIL}, // RADV
        {80 * GIB, 1ull << 40, 80 * GIB - VK_TAIL},                // whatever is allowed
        {4 * GIB, 2 * GIB, 2 * GIB - VK_TAIL},                     // a buffer may be smaller than an allocation
        {1, 0, VK_TAIL},                                           // nonsense
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t block = vk_choose_block_max(rows[i].allocation, rows[i].buffer);
        EXPECT(block == rows[i].block && block % VK_ALIGN == 0, "%llu, %llu: blocks of %llu",
               (unsigned long long)rows[i].allocation, (unsigned long long)rows[i].buffer, (unsigned long long)block);
    }
}

static struct vk_info gpu(uint8_t uuid, uint32_t driver_id, const char *driver)
{
    struct vk_info i = {.usable = true, .uuid = {uuid}, .vendor = 0x1002, .device = 0x1586, .driver_id = driver_id};
    snprintf(i.driver, sizeof i.driver, "%s", driver);
    return i;
}

TEST(vk_choose, of_two_drivers_the_better)
{
    int kept[8];
    struct vk_info amd[] = {gpu(1, VK_DRIVER_ID_AMD_OPEN_SOURCE, "AMDVLK"), gpu(2, VK_DRIVER_ID_MESA_RADV, "other GPU"),
                            gpu(1, VK_DRIVER_ID_MESA_RADV, "RADV"), gpu(1, VK_DRIVER_ID_MESA_DOZEN, "Dozen")};
    EXPECT(vk_drop_duplicates(amd, 3, kept) == 2 && kept[0] == 2 && kept[1] == 1, "device %d and %d", kept[0], kept[1]);
    EXPECT(strcmp(amd[0].driver, "RADV") == 0 && strcmp(amd[0].instead_of, "AMDVLK") == 0, "%s instead of %s",
           amd[0].driver, amd[0].instead_of);
    EXPECT(strcmp(amd[1].driver, "other GPU") == 0 && !amd[1].instead_of[0], "%s", amd[1].driver);

    // The first in the list where none is better, and where the better one cannot be used.
    struct vk_info nvidia[] = {gpu(1, VK_DRIVER_ID_NVIDIA_PROPRIETARY, "NVIDIA"), gpu(1, VK_DRIVER_ID_MESA_NVK, "NVK")};
    EXPECT(vk_drop_duplicates(nvidia, 2, kept) == 1 && kept[0] == 0 && strcmp(nvidia[0].instead_of, "NVK") == 0, "%s",
           nvidia[0].driver);
    struct vk_info equal[] = {gpu(1, VK_DRIVER_ID_AMD_PROPRIETARY, "first"),
                              gpu(1, VK_DRIVER_ID_AMD_OPEN_SOURCE, "second")};
    EXPECT(vk_drop_duplicates(equal, 2, kept) == 1 && kept[0] == 0 && strcmp(equal[0].driver, "first") == 0, "%s",
           equal[0].driver);
    struct vk_info old[] = {gpu(1, VK_DRIVER_ID_MESA_RADV, "RADV"), gpu(1, VK_DRIVER_ID_MESA_DOZEN, "Dozen")};
    old[0].usable = false;
    EXPECT(vk_drop_duplicates(old, 2, kept) == 1 && kept[0] == 1 && strcmp(old[0].driver, "Dozen") == 0, "%s",
           old[0].driver);

    // No UUID, or another device: not the same.
    struct vk_info apart[] = {gpu(0, 1, "a"), gpu(0, 1, "b"), gpu(3, 1, "c"), gpu(3, 1, "d")};
    apart[3].device++;
    EXPECT(vk_drop_duplicates(apart, 4, kept) == 4, "one was dropped");
}
