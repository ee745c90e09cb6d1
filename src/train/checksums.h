// checksums.json of a checkpoint: the CRC-32C of each of its files, so that a changed file, or one of another step, is
// noticed.
#pragma once
#include <stdint.h>

#include "base/err.h"

// Writes dir/checksums.json over all files of dir.
bool checksums_write(const char *dir, struct err *err);
// Fails, naming the first file that is missing or has other bytes. A directory without checksums.json, which an earlier
// version wrote, is passed with a warning.
bool checksums_verify(const char *dir, struct err *err);

bool checksum_file(const char *path, uint32_t *crc, struct err *err);
