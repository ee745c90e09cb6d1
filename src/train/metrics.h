// What a run reports: metrics.jsonl (a line a step), TensorBoard events, a progress line on the terminal.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum { METRICS_MAX = 96 };

struct metrics {
    FILE *lines, *events; // metrics.jsonl; tensorboard/events.out.tfevents.*
    const char *dir;      // for messages
    struct {
        char name[64];
        double value;
    } values[METRICS_MAX];
    int count;
};

// Opens DIR/metrics.jsonl for appending after dropping lines of steps behind last_step (a resumed run writes them
// again), and a new events file below DIR/tensorboard.
bool metrics_open(struct metrics *m, const char *dir, int64_t last_step, struct err *err);
// Sets a value of the coming line. NaN is left out of the line: "not known" never looks like a number.
void metrics_set(struct metrics *m, const char *name, double value);
double metrics_get(const struct metrics *m, const char *name); // NaN when not set
// Writes {"step": step, ...} and the events, flushed to the file, and starts a new line.
bool metrics_write(struct metrics *m, int64_t step, struct err *err);
void metrics_close(struct metrics *m); // accepts a zeroed struct

// The terminal: where stderr is one, a bar with the time left, from progress_begin to progress_end, that is redrawn in
// place; else nothing but the lines.
struct progress {
    const char *what; // "train", "eval"
    int64_t done, total;
    double start_s; // of the first call
    int64_t start_done;
    bool terminal;
};
void progress_begin(struct progress *p, const char *what, int64_t done, int64_t total);
void progress_step(struct progress *p, int64_t done, const char *note);
void progress_line(struct progress *p, const char *line); // a line above the bar
void progress_end(struct progress *p);
