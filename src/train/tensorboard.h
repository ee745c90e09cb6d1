// TensorBoard event files: TFRecords of `Event` messages (tensorflow/core/util/event.proto, record_writer.h).
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// The version record that every file starts with; with first_step >= 0 also the record by which TensorBoard drops what
// earlier files of the directory have from that step on (a resumed run writes it again).
bool tensorboard_begin(FILE *f, double wall_time, int64_t first_step);
bool tensorboard_scalar(FILE *f, double wall_time, int64_t step, const char *tag, float value);
