// One row of vkr1 score.
#pragma once
#include "rl/reward.h"

// Makes a problem and an item of a JSON object: "completion" (a text, or messages), the gold answer (problem_gold),
// "prompt" (a text, or messages), "nums" and "target", "completion_ids". `where` ("line 7") begins the messages. Both
// borrow from row; what is made lies in `memory`.
bool score_row_read(const struct json *row, struct problem *problem, struct reward_item *item, struct arena *memory,
                    const char *where, struct err *err);
