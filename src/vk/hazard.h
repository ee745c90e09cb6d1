// Where barriers come from: the byte ranges that nodes touch. The one place that decides them.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hazard_range {
    uint64_t first, last; // byte addresses, both inclusive
    bool write;
};

struct hazard {                // zeroed is ready
    struct hazard_range *open; // of nodes since the last barrier
    size_t open_count, open_room;
    struct hazard_range *node; // of the node that is being declared
    size_t node_count, node_room;
};

// Declares a range of the current node; zero bytes declare nothing.
void hazard_access(struct hazard *h, uint64_t address, uint64_t bytes, bool write);

// Ends the declaration of the current node: returns true when it must wait for earlier ones (it reads what they
// write, or writes what they read or write), and then forgets those. A node that declared nothing touches everything.
bool hazard_node(struct hazard *h);

void hazard_finish(struct hazard *h); // accepts a zeroed one
