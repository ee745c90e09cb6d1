// The table of VKR1_PROFILE on the CPU: time of every op, apart by the rows of its first input.
#pragma once

struct node;

void profile_add(const struct node *n, double seconds);
// Prints the table to stderr when anything was added, and empties it.
void profile_print(void);
