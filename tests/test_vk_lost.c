// Work that a driver loses: what the message of a lost device names, and the canary.
#include "test.h"

#include "vk/stream.h"
#include "vk_device.h"
#include "vk_run.h"

TEST(vk_lost, lost_work_is_noticed)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, 4096, &b, &err), "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    put_fill(vk, s, b.address, 100, 1);
    put_add(vk, s, b.address, b.address, b.address, 100);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    vk->canary_expected += 5; // the host has counted submissions whose last dispatch never wrote
    EXPECT(!vk_stream_run(s, &err), "a lost submission passes");
    EXPECT_ERR(&err, "the last dispatch was lost in submission 1 of 1, nodes fill, add (last kernel add)");
    vk->canary_expected -= 5;
    run(s);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

// ---- a lost device: the loader's functions are replaced by ones that fail from their n-th call on.

static PFN_vkQueueSubmit real_submit;
static PFN_vkWaitSemaphores real_wait;
static int good_calls; // that are left

static VKAPI_ATTR VkResult VKAPI_CALL lost_submit(VkQueue q, uint32_t n, const VkSubmitInfo *s, VkFence f)
{
    return good_calls-- > 0 ? real_submit(q, n, s, f) : VK_ERROR_DEVICE_LOST;
}

static VKAPI_ATTR VkResult VKAPI_CALL lost_wait(VkDevice d, const VkSemaphoreWaitInfo *i, uint64_t ns)
{
    return good_calls-- > 0 ? real_wait(d, i, ns) : VK_ERROR_DEVICE_LOST;
}

static VKAPI_ATTR VkResult VKAPI_CALL full_wait(VkDevice d, const VkSemaphoreWaitInfo *i, uint64_t ns)
{
    (void)d, (void)i, (void)ns;
    return VK_ERROR_OUT_OF_HOST_MEMORY;
}

static void break_device(int good_submits, PFN_vkWaitSemaphores wait, int good_waits)
{
    real_submit = vkQueueSubmit;
    real_wait = vkWaitSemaphores;
    good_calls = wait ? good_waits : good_submits;
    if (wait)
        vkWaitSemaphores = wait;
    else
        vkQueueSubmit = lost_submit;
}

static void mend_device(struct vk *vk)
{
    vkQueueSubmit = real_submit;
    vkWaitSemaphores = real_wait;
    EXPECT(vk_wait(vk, vk->submitted, UINT64_MAX) == VK_SUCCESS, "what was submitted does not end");
}

static void expect_lost(const struct vk *vk, bool ok, const struct err *err, const char *flight)
{
    static const char advice[] =
        ". Its driver reset it; the kernel's log says why. Continue from the last checkpoint, with "
        "smaller batches if it happens again";
    char want[1024];
    snprintf(want, sizeof want, "%s: the device was lost while %s%s", vk->info.name, flight, advice);
    EXPECT(!ok, "a lost device passes");
    EXPECT(strcmp(err->text, want) == 0, "message is \"%s\", expected \"%s\"", err->text, want);
}

// fill, then seven times add; a submission of two dispatches each when the device is slow.
static struct vk_stream *eight_dispatches(struct vk *vk, uint64_t at)
{
    struct err err = {{0}};
    struct vk_stream *s = vk_stream_create(vk);
    put_fill(vk, s, at, 64, 0x3f800000u);
    for (int i = 0; i < 7; i++)
        put_add(vk, s, at, at, at, 64);
    for (size_t i = 0; i < s->count; i++)
        s->dispatches[i].ms = 30;
    EXPECT(vk_stream_end(s, &err) && vk_stream_stats(s).submissions == 4, "%s", err.text);
    return s;
}

TEST(vk_lost, a_lost_device_names_the_dispatches_in_flight)
{
    static const char *const last = "no dispatch was in flight, the last one before was that of add (last kernel add)";
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, 4096, &b, &err), "%s", err.text);
    struct vk_stream *s = eight_dispatches(vk, b.address);
    char want[256];
    bool alone = vk->info.timestamp_ns == 0; // then every submission is waited for
    vk->flight = (struct vk_flight){0};      // what other tests ran
    break_device(0, NULL, 0);
    expect_lost(vk, vk_stream_run(s, &err), &err, "work was submitted to it; no dispatch was in flight");
    mend_device(vk);

    // The third submission is refused: the first two were on their way.
    err.text[0] = 0;
    break_device(2, NULL, 0);
    snprintf(want, sizeof want, "work was submitted to it; %s",
             alone ? last : "in flight were dispatches 3 to 4 of 8, nodes add, add (last kernel add)");
    expect_lost(vk, vk_stream_run(s, &err), &err, want);
    mend_device(vk);

    // The first wait fails.
    err.text[0] = 0;
    break_device(0, lost_wait, 0);
    snprintf(want, sizeof want, "the host waited for it; in flight were dispatches 1 to %s",
             alone ? "2 of 8, nodes fill, add (last kernel add)"
                   : "4 of 8, nodes fill, add, add, add (last kernel add)");
    expect_lost(vk, vk_stream_run(s, &err), &err, want);
    mend_device(vk);

    // The last wait fails.
    err.text[0] = 0;
    break_device(0, lost_wait, 3);
    expect_lost(vk, vk_stream_run(s, &err), &err,
                "the host waited for it; in flight were dispatches 7 to 8 of 8, nodes add, add (last kernel add)");
    mend_device(vk);

    err.text[0] = 0;
    break_device(0, full_wait, 0);
    EXPECT(!vk_stream_run(s, &err), "an error of the driver passes");
    EXPECT_ERR(&err, "while the host waited for it; in flight were dispatches 1 to ");
    EXPECT(!strstr(err.text, "checkpoint") && !strstr(err.text, "lost"), "%s", err.text);
    mend_device(vk);

    // A run that succeeds, then one whose first submission is refused.
    run(s);
    err.text[0] = 0;
    break_device(0, NULL, 0);
    snprintf(want, sizeof want, "work was submitted to it; %s", last);
    expect_lost(vk, vk_stream_run(s, &err), &err, want);
    mend_device(vk);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk_lost, a_device_lost_in_a_copy_names_the_last_dispatch)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    bool mapped = vk->info.mapped;
    vk->info.mapped = false; // copies go through the staging buffer
    EXPECT(vk_block_alloc(vk, 4096, &b, &err) && !b.map, "%s", err.text);
    vk->info.mapped = mapped;
    struct vk_stream *s = eight_dispatches(vk, b.address);
    const uint32_t word = 7;
    uint32_t got;
    run(s);
    for (int how = 0; how < 4; how++) { // submitted or waited for, after a stream's run or after its end
        char want[256];
        if (how == 2)
            vk_stream_free(s);
        snprintf(want, sizeof want, "data was copied to or from it; no dispatch was in flight%s",
                 how < 2 ? ", the last one before was that of add (last kernel add)" : "");
        err.text[0] = 0;
        break_device(0, how % 2 ? lost_wait : NULL, 0);
        expect_lost(vk, vk_read(vk, &b, 0, &got, 4, &err), &err, want);
        mend_device(vk);
        err.text[0] = 0;
        break_device(0, how % 2 ? lost_wait : NULL, 0);
        expect_lost(vk, vk_fill(vk, &b, 0, 16, 0, &err), &err, want);
        mend_device(vk);
        err.text[0] = 0;
        break_device(0, how % 2 ? lost_wait : NULL, 0);
        EXPECT(vk_write(vk, &b, 0, &word, 4, &err), "a small write waits: %s", err.text);
        expect_lost(vk, vk_flush(vk, &err), &err, want);
        mend_device(vk);
    }
    vk_block_free(vk, &b);
}
