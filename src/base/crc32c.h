// CRC-32C (Castagnoli), RFC 3720 appendix B.4: against damage, not against forgery.
#pragma once
#include <stddef.h>
#include <stdint.h>

// crc: 0, or the checksum of what lies before the bytes.
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n);
