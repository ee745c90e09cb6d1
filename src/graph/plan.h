// The memory that programs share by turns: places of tensors from the times at which they live.
//
//     plan_turn(&p); plan_graph(&p, &train);
//     plan_turn(&p); plan_graph(&p, &prefill); plan_graph(&p, &decode); plan_hold(&p, cache);
//     plan_place(&p, &device, true, 0, &err);   p.blocks is known
#pragma once
#include "graph/device.h"
#include "graph/graph.h"

struct plan_item;

struct plan {
    struct plan_item *items;
    int count, room;
    int turns, end;               // so far; the time counts the nodes of all graphs
    struct blocks blocks;         // set by plan_place
    const struct tensor *largest; // the same
    struct err err;               // of the first graph that has failed; plan_place reports it
    struct arena arena;
};

void plan_turn(struct plan *p); // what follows shares no content with what was before
// The activations of g, from the node that first touches one to the last. Nothing is added to g afterwards.
void plan_graph(struct plan *p, struct graph *g);
void plan_hold(struct plan *p, struct tensor *t); // lives during the whole turn, in all of its graphs
// Sets p->blocks and gives every tensor a block and an offset, so that those that live at the same time share no byte.
// guard_bytes are left free after each (tests). reuse = false gives each memory of its own, so that all values can be
// compared after a run. Fails where a graph has failed and for a tensor that d cannot hold.
bool plan_place(struct plan *p, const struct device *d, bool reuse, uint64_t guard_bytes, struct err *err);
void plan_finish(struct plan *p); // accepts a zeroed struct; tensors keep their places

// The plan of one graph that has its work space for itself; a failure sticks to the graph. g->blocks is what it takes.
void graph_plan(struct graph *g, const struct device *d, bool reuse, uint64_t guard_bytes);
