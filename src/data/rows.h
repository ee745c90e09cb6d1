// Files of rows, one value of JSON after the other, as data sets lie on the disk: lines (JSONL) or one array, compact
// or over many lines; either may be packed by gzip. One row is in memory at a time. Other formats (Parquet, zstd, ...)
// are refused with the command that turns them into lines.
#pragma once
#include "base/json.h"
#include "base/lines.h"

struct rows {
    struct lines lines;
    bool array, ended; // in an array: its ] was read, or it cannot be read on
    size_t count;      // rows so far, bad ones included
    size_t line;       // of the file, where the current row begins
    size_t bytes;      // of the current row's text
    size_t newlines;   // an array: read so far
    struct str where;  // "FILE, line 7", for messages about the current row
    struct str text;
};

enum rows_next { ROWS_ROW, ROWS_BAD, ROWS_END, ROWS_FAILED };

// "-" is standard input. Fails where there is no such file, or it is in a format that is not read here.
bool rows_open(struct rows *r, const char *path, struct err *err);
// ROWS_ROW: *row is the next one, the caller's to close. ROWS_BAD: it cannot be read, err says why and where, and one
// may go on with a fresh err. ROWS_FAILED: the file cannot be read on. Blank lines are passed over.
enum rows_next rows_next(struct rows *r, struct json **row, struct err *err);
// Whether the next rows_next may have to wait for more input.
bool rows_wait(const struct rows *r);
void rows_close(struct rows *r); // accepts a zeroed struct
