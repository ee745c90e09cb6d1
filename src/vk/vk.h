// Vulkan, as far as the layers above see it: a device, blocks of its memory, pipelines, and streams of dispatches
// that are recorded once and replayed.
//
// Everything is synchronous for the caller: when a function returns, the device is idle or the work is ordered before
// whatever comes next. One thread uses a struct vk at a time. Sizes and offsets are bytes, times are as named.
// Needs Vulkan 1.2 with bufferDeviceAddress and nothing else; the loader is opened at run time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct vk;          // an open device
struct vk_pipeline; // owned by the device, lives until vk_close
struct vk_stream;

// --- devices ---------------------------------------------------------------------------------------------------

struct vk_coopmat { // one shape of VK_KHR_cooperative_matrix, subgroup scope: C (m,n) += A (m,k) B (k,n)
    uint32_t m, n, k;
    char a[8], b[8], c[8], result[8]; // "f16", "f32", "bf16", "i8", "u8", "i32", ...; "?" when unknown
};

struct vk_info {
    int index;              // in vk_list's order
    bool usable;            // false: why_not says what is missing
    bool preferred;         // vk_open(NULL) takes this one
    char why_not[160];      // empty when usable
    char name[256];         // of the device
    char driver[256];       // driver's name and version as it tells them
    char instead_of[256];   // the driver that serves the same GPU and was not taken; or empty
    const char *kind;       // "discrete", "integrated", "virtual", "cpu-vulkan", "other"
    const char *pretends;   // the kind that kernels are chosen for instead (VKR1_PRETEND), or NULL
    uint8_t uuid[16];       // of the device
    uint8_t cache_uuid[16]; // of the driver's pipeline caches
    uint32_t vendor, device, driver_id, driver_version, api; // as Vulkan encodes them

    uint32_t subgroup_size;                                      // nominal number of invocations
    uint32_t subgroup_min, subgroup_max;                         // equal to subgroup_size where it cannot vary
    bool subgroup_control;                                       // a pipeline may require its size
    bool subgroup_arithmetic, subgroup_ballot, subgroup_shuffle; // in compute shaders

    uint32_t max_invocations;   // of a workgroup
    uint32_t max_group_size[3]; // of a workgroup, by dimension
    uint32_t max_groups[3];     // of a dispatch, by dimension
    uint32_t shared_bytes;      // of a workgroup

    uint64_t max_allocation; // bytes of one allocation, as the driver says; 0 when it does not
    uint64_t max_buffer;     // the same of one buffer
    uint64_t block_max;      // bytes of a block (vk_block_alloc)
    uint64_t heap_bytes;     // of all heaps that blocks come from
    uint64_t heap_budget;    // of them what this process may use now; heap_bytes where the driver does not tell
    bool mapped;             // blocks are host visible: vk_write copies straight into them
    bool mapped_cached;      // and reading them from the host is fast

    bool storage8, storage16, float16, int8, int16, int64; // shader features
    bool memory_model;                                     // vulkanMemoryModel
    double timestamp_ns;                                   // of a timestamp's step; 0 when compute queues have none

    bool coopmat, bf16; // VK_KHR_cooperative_matrix, VK_KHR_shader_bfloat16
    struct vk_coopmat coopmats[32];
    int coopmat_count;
};

// Fills out[0..count) and returns count (at most max), or -1 with err when there is no loader or no driver.
// A GPU that several drivers serve (equal UUID) is listed once, with the better one (vk/choose.h).
int vk_list(struct vk_info *out, int max, struct err *err);

// which: NULL the best GPU, else a CPU driver, saying so; "0" an index of vk_list; a kind; or a part of a name
// (letters' case is ignored). The device starts idle; its on-disk pipeline cache is read.
bool vk_open(struct vk **out, const char *which, struct err *err);
void vk_close(struct vk *vk); // writes the pipeline cache, prints the profile when asked for; NULL is fine
const struct vk_info *vk_info(const struct vk *vk);
// Whether kernels are chosen for a driver that runs on the processor: barriers and shared memory are slow there, many
// invocations do not pay. false where VKR1_PRETEND names a GPU.
bool vk_on_processor(const struct vk_info *info);
uint64_t vk_memory_used(const struct vk *vk); // bytes of all blocks

// Messages of severity error that the validation layer has given in this process (VKR1_VALIDATION). When there are
// any, the process ends with exit code 3, whatever main returns.
int vk_validation_errors(void);

// --- memory ----------------------------------------------------------------------------------------------------

// A block is one allocation: address is a multiple of 256, bytes may be read and written, VK_TAIL more may be read.
// A block's content is undefined at first (not-a-number words under VKR1_VALIDATION).
enum { VK_ALIGN = 256, VK_TAIL = 64 << 10 };

struct vk_block {
    uint64_t address;        // what shaders use
    uint64_t bytes;          // as asked for
    uint64_t buffer, memory; // the Vulkan handles
    void *map;               // host address, or NULL
    bool cached;             // map is read fast
    uint32_t heap;           // of the device
};

// bytes: 1 .. vk_info()->block_max. Says in the error how much was used already when the memory cannot be had.
bool vk_block_alloc(struct vk *vk, uint64_t bytes, struct vk_block *block, struct err *err);
void vk_block_free(struct vk *vk, struct vk_block *block); // accepts a zeroed block, zeroes it

// Offsets and sizes within block->bytes. vk_write costs a memory copy, small writes to unmapped memory are sent with
// the next submission. vk_fill wants offset and bytes to be multiples of 4.
bool vk_write(struct vk *vk, const struct vk_block *block, uint64_t offset, const void *src, uint64_t bytes,
              struct err *err);
bool vk_read(struct vk *vk, const struct vk_block *block, uint64_t offset, void *dst, uint64_t bytes, struct err *err);
bool vk_fill(struct vk *vk, const struct vk_block *block, uint64_t offset, uint64_t bytes, uint32_t word,
             struct err *err);

// --- pipelines -------------------------------------------------------------------------------------------------

// The pipeline of a line of shaders/kernels.txt with specialisation constants 0..spec_count-1 (at most 16). Made
// once, then found again. NULL on failure. All pipelines share one layout: 128 bytes of push constants.
struct vk_pipeline *vk_pipeline(struct vk *vk, const char *kernel, const uint32_t *spec, int spec_count,
                                struct err *err);
// The same for a kernel that relies on its subgroup size: a power of two within the device's range. Fails where the
// device's size varies and cannot be required (and where it is another); 0 is vk_pipeline.
struct vk_pipeline *vk_pipeline_subgroup(struct vk *vk, const char *kernel, const uint32_t *spec, int spec_count,
                                         uint32_t subgroup, struct err *err);
// The same from SPIR-V that is not in the list (a candidate that was compiled at run time). Not found again: every
// call makes one. The code is copied by the driver.
struct vk_pipeline *vk_pipeline_code(struct vk *vk, const char *name, const uint32_t *code, size_t code_bytes,
                                     const uint32_t *spec, int spec_count, struct err *err);
const char *vk_pipeline_name(const struct vk_pipeline *pipeline);
// False for names that the list lacks or that this build's glslc could not compile.
bool vk_kernel_exists(const char *kernel);
int vk_kernel_count(void);
const char *vk_kernel_name(int i); // in the order of kernels.txt, i < vk_kernel_count()

// What kernels are compiled from, for compiling candidates at run time.
const char *vk_kernel_source(int i);            // file in shaders/, e.g. "add.comp"
const char *vk_kernel_defines(int i);           // as in the list, e.g. "-DLOAD=load_f16"; maybe empty
const char *vk_kernel_header(const char *path); // text of a header by its path below shaders/; NULL if there is none
const uint32_t *vk_kernel_code(int i, size_t *bytes); // SPIR-V
// From now on vk_pipeline builds the kernel from this SPIR-V, which stays the caller's and must live until vk_close.
// Streams that were recorded before keep what they have.
void vk_kernel_replace(struct vk *vk, const char *kernel, const uint32_t *code, size_t code_bytes);

// --- streams ---------------------------------------------------------------------------------------------------

// Recording: node, its accesses, its dispatches; next node. Failures while recording stick and are reported by
// vk_stream_end, so nothing in between needs a check. vk_stream_run may then be called any number of times.
struct vk_stream *vk_stream_create(struct vk *vk);
void vk_stream_free(struct vk_stream *s); // before vk_close; NULL is fine

// Starts a node. Its dispatches may run at the same time; what they touch is declared by vk_stream_access before the
// first of them, and barriers follow from the overlap of byte ranges with earlier nodes. A node without declared
// accesses is taken to touch everything. The label is copied; reports and the profile use it.
void vk_stream_node(struct vk_stream *s, const char *label);
void vk_stream_access(struct vk_stream *s, uint64_t address, uint64_t bytes, bool write); // write includes read
// args: the kernel's push constants, args_bytes at most 128 and a multiple of 4, copied. A NULL pipeline (its
// vk_pipeline failed) makes the stream fail. flops and bytes are what the dispatch is counted as in the profile.
void vk_stream_dispatch(struct vk_stream *s, struct vk_pipeline *pipeline, const void *args, uint32_t args_bytes,
                        const uint32_t groups[3], double flops, double bytes);
void vk_stream_fail(struct vk_stream *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool vk_stream_end(struct vk_stream *s, struct err *err);
const char *vk_stream_kernel(const struct vk_stream *s, int i); // of dispatch i; NULL after the last one

// Submits and waits until the device has finished. Submissions are cut so that each takes 50 to 100 ms.
bool vk_stream_run(struct vk_stream *s, struct err *err);

struct vk_stream_stats {
    int nodes, dispatches, barriers;
    int submissions; // of one run, as it is cut now
    int runs;
    double ms; // of the last run, wall clock
};
struct vk_stream_stats vk_stream_stats(const struct vk_stream *s);

// Splits count workgroups over x, y and z so that every dimension is within the device's limits. The product may be
// larger than count: the kernel compares group_index() (shaders/lib/types.glsl) with its own count.
void vk_groups(uint64_t count, const struct vk *vk, uint32_t out[3]);
