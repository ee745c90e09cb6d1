// What the files of src/vk share; nobody else includes this, save their tests.
#pragma once
#include <volk.h>

#include "base/str.h"
#include "vk/choose.h"
#include "vk/hazard.h"
#include "vk/vk.h"

struct vk_copy { // a write that waits in the staging ring
    VkBuffer to;
    uint64_t from_offset, to_offset, bytes;
};

enum { VK_COPIES = 256, VK_SPECS = 16, VK_ARGS = 128 };

struct vk_pipeline {
    struct vk_pipeline *next;
    VkPipeline handle;
    char name[96];
    uint32_t spec[VK_SPECS];
    int spec_count;
    uint32_t subgroup;              // required size; 0: any
    bool warned;                    // of a dispatch that takes too long
    bool listed;                    // found again by name and constants
    double ns_per_work, rate_work;  // measured, of flops + bytes, in a dispatch of rate_work; 0 when unknown
    double count, ms, flops, bytes; // the profile
};

struct vk_code { // SPIR-V
    const uint32_t *words;
    size_t bytes;
};

// What runs on the device as far as the host knows, for messages: dispatches [begin, end) of stream were submitted and
// not waited for; when begin is end, all have finished.
struct vk_flight {
    const struct vk_stream *stream; // the last one that was submitted; NULL when there was none or it was freed
    int begin, end;
};

struct vk {
    struct vk_info info;
    bool compile_only, keep_code; // opened by vk_open_compiler
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    uint32_t family, timestamp_bits;
    VkPhysicalDeviceMemoryProperties memory_types;
    struct vk_memory memory; // of blocks
    uint64_t used;           // bytes of blocks

    VkPipelineLayout layout;
    VkPipelineCache cache;
    bool cache_grew;
    struct vk_pipeline *pipelines;
    struct vk_code *replaced; // NULL, or by kernel what vk_kernel_replace put in its place

    VkCommandPool pool;
    VkCommandBuffer transfer; // copies of the staging ring
    VkSemaphore timeline;
    uint64_t submitted; // value that the newest submission signals
    struct vk_flight flight;

    struct vk_block staging; // host memory; made at first need
    uint64_t staged;         // bytes of it that waiting copies use
    struct vk_copy copies[VK_COPIES];
    int copy_count;

    struct vk_block canary; // one word, incremented by the last dispatch of every submission of streams
    struct vk_pipeline *canary_kernel;
    uint32_t canary_expected;
};

// instance.c: the process's instance, counted. vk_instance_acquire fails when no loader can be opened.
bool vk_instance_acquire(struct err *err);
void vk_instance_release(void);
VkInstance vk_instance(void);
const char *vk_result_name(VkResult r);

// info.c: the devices without duplicates, with what they are; nothing is opened. -1 on failure.
int vk_physical_devices(VkPhysicalDevice *out, struct vk_info *infos, int max, struct err *err);
bool vk_queue_family(VkPhysicalDevice physical, uint32_t *family, uint32_t *timestamp_bits);
void vk_info_query(VkPhysicalDevice physical, struct vk_info *info, struct vk_memory *memory); // memory: may be NULL

// memory.c
bool vk_flush(struct vk *vk, struct err *err);            // sends the waiting copies and waits for them
bool vk_record_copies(struct vk *vk, VkCommandBuffer to); // records and forgets them; false when there are none
void vk_staging_finish(struct vk *vk);
bool vk_host_block(struct vk *vk, uint64_t bytes, struct vk_block *block, struct err *err); // cached host memory

// device.c: submits command buffers (count 1 or 2), signalling the timeline; waits for a value of it.
VkResult vk_submit(struct vk *vk, const VkCommandBuffer *buffers, uint32_t count);
VkResult vk_wait(struct vk *vk, uint64_t value, uint64_t timeout_ns);
void vk_barrier(VkCommandBuffer c); // everything before, to everything after, host reads included

// submit.c: fails with what vk_submit or vk_wait returned, naming the dispatches in flight, or the last one before; of
// a lost device also what to do. doing: "data was copied".
bool vk_failed(struct vk *vk, VkResult r, const char *doing, struct err *err);

// cache.c: the pipeline cache's file.
void vk_cache_open(struct vk *vk);
void vk_cache_save(struct vk *vk);
bool vk_cache_path(const struct vk_info *info, char *path, size_t room); // false without a cache directory

// profile.c
void vk_profile_print(const struct vk *vk);
