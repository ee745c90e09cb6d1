// What a run reports: metrics.jsonl, TensorBoard events, a progress line on the terminal.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum { METRICS_MAX = 96 };

struct json;
struct str;

struct metric_values { // of the coming line; a checkpoint keeps them, as steps before it count in a line after it
    struct {
        char name[64];
        double sum; // of `count` numbers: the value is their mean
        int64_t count;
    } values[METRICS_MAX];
    int count;
};

// {"loss": [SUM, COUNT], ...}, which reads back to the same values.
void metric_values_print(const struct metric_values *v, struct str *out);
// NULL: no values. False when it is no such object.
bool metric_values_read(struct metric_values *v, const struct json *object);

struct metrics {
    FILE *lines, *events; // metrics.jsonl; tensorboard/events.out.tfevents.*
    const char *dir;      // for messages
    struct metric_values *coming;
};

// Opens DIR/metrics.jsonl for appending after dropping lines of steps after last_step (a resumed run writes them
// again; -1: a run that begins), and a new events file below DIR/tensorboard. The coming line goes on from what
// `coming` (borrowed) holds.
bool metrics_open(struct metrics *m, const char *dir, int64_t last_step, struct metric_values *coming, struct err *err);
// A value of the coming line: metrics_set takes the place of an earlier one, of metrics_add's the line has the mean.
// What is not finite, and so no number of JSON, is left out: "not known" never looks like a number, and does not spoil
// a mean.
void metrics_set(struct metrics *m, const char *name, double value);
void metrics_add(struct metrics *m, const char *name, double value);
double metrics_get(const struct metrics *m, const char *name); // as the line will have it; NaN when not set
// Writes {"step": step, ...} with the values whose names begin with `prefix` ("": all), and their events, flushed to
// the files, and forgets these values. Without any there is no line.
bool metrics_write(struct metrics *m, int64_t step, const char *prefix, struct err *err);
void metrics_close(struct metrics *m); // accepts a zeroed struct

// The terminal: where stderr is one, a bar with the time left, from progress_begin to progress_end, that is redrawn in
// place; else nothing but the lines.
struct progress {
    const char *what; // "train", "eval"
    int64_t done, total;
    double start_s; // of the first call
    int64_t start_done;
    const char *phase; // of the step in hand, "sampling"; NULL between two
    char count[64];    // and how far it is, "1234 tokens"
    double drawn_s;    // when the bar was last drawn
    bool terminal;
};
void progress_begin(struct progress *p, const char *what, int64_t done, int64_t total);
void progress_phase(struct progress *p, const char *phase); // a static text
// How far the phase is; of: 0 when that is not known. Redraws ten times a second at most, and costs nothing without a
// terminal.
void progress_count(struct progress *p, int64_t done, int64_t of, const char *unit);
void progress_step(struct progress *p, int64_t done);
void progress_line(struct progress *p, const char *line); // a line above the bar
void progress_end(struct progress *p);
