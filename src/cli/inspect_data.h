// vkr1 inspect of a file of rows.
#pragma once
#include <stdbool.h>

#include "base/err.h"

// Whether the path is a file that begins as rows do: with { or [, packed or not, or as a format for which data/rows.h
// has a sentence. Standard input is not looked at.
bool inspect_is_data(const char *path);
// Prints form, rows, bad rows by line and the first problem. Fails when no row can be read.
bool inspect_data(const char *path, bool json, struct err *err);
