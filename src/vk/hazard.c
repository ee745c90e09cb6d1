#include "vk/hazard.h"

#include <string.h>

#include "base/arena.h"

static void push(struct hazard_range **list, size_t *count, size_t *room, struct hazard_range r)
{
    if (*count == *room) {
        size_t wider = *room ? *room * 2 : 64;
        *list = block_resize(*list, *room * sizeof r, wider * sizeof r);
        *room = wider;
    }
    (*list)[(*count)++] = r;
}

void hazard_access(struct hazard *h, uint64_t address, uint64_t bytes, bool write)
{
    if (bytes)
        push(
            &h->node, &h->node_count, &h->node_room,
            (struct hazard_range){address, bytes - 1 > UINT64_MAX - address ? UINT64_MAX : address + bytes - 1, write});
}

static bool conflicts(const struct hazard *h, const struct hazard_range *r)
{
    for (size_t i = 0; i < h->open_count; i++) {
        const struct hazard_range *o = &h->open[i];
        if ((r->write || o->write) && r->first <= o->last && o->first <= r->last)
            return true;
    }
    return false;
}

bool hazard_node(struct hazard *h)
{
    if (!h->node_count)
        hazard_access(h, 0, UINT64_MAX, true);
    bool wait = false;
    for (size_t i = 0; i < h->node_count && !wait; i++)
        wait = conflicts(h, &h->node[i]);
    if (wait)
        h->open_count = 0;
    for (size_t i = 0; i < h->node_count; i++)
        push(&h->open, &h->open_count, &h->open_room, h->node[i]);
    h->node_count = 0;
    return wait;
}

void hazard_finish(struct hazard *h)
{
    block_free(h->open);
    block_free(h->node);
    memset(h, 0, sizeof *h);
}
