// JSON, read through cJSON. // and /* */ comments are allowed where `comments` says so (our configs).
// Values are borrowed from the document and live until json_close. Every accessor accepts NULL as "absent".
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct json; // a value: object, array, string, number, true, false or null

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

// Parses text of n bytes (need not be zero-terminated). NULL on failure, with err naming `what` (a file, a line)
// and the line and column. Nesting is limited to 1000. Anything but white space after the value is an error, and so are
// NaN and Infinity, which Python writes but JSON does not have.
struct json *json_parse(const char *text, size_t n, bool comments, const char *what, struct err *err);
struct json *json_open(const char *path, bool comments, struct err *err); // a file
struct json *json_read(const char *path, bool comments, struct err *err); // also a pipe, /dev/stdin and the like
void json_close(struct json *root);                                       // NULL is fine

enum json_kind json_kind(const struct json *v);
// NULL when absent. Of two members with the same key the last counts, as in Python.
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t i); // linear: iterate with json_first instead
size_t json_count(const struct json *array_or_object);
const struct json *json_first(const struct json *array_or_object);
const struct json *json_next(const struct json *element);
const char *json_key(const struct json *member);                      // of an object's member
const char *json_string(const struct json *v, const char *otherwise); // otherwise when not a string
// Appends a string's bytes, or those of a member's key, to out; nothing when v is no string. Here a \u0000 in the text
// is a zero byte; json_string and json_key show it as the two bytes C0 80, which valid UTF-8 does not have.
struct str;
void json_text(const struct json *v, struct str *out);
void json_key_text(const struct json *member, struct str *out);
double json_number(const struct json *v, double otherwise);
// A number as it was written: 9007199254740993, 1.0, 1e17; json_print writes it so too. NULL when v is no number.
const char *json_number_text(const struct json *v);
int64_t json_int(const struct json *v, int64_t otherwise); // otherwise when not an integral number within +-2^53
bool json_bool(const struct json *v, bool otherwise);
// Replaces or adds object[key] = value parsed from text; for --set and resolved configs.
bool json_set(struct json *object, const char *key, const char *value_text, struct err *err);
void json_print(const struct json *v, struct str *out, bool pretty);
// A value as it stands in a file, for messages about it: at most 60 bytes, then "..."; "nothing" when absent. Returns
// out.
enum { JSON_SHOWN = 64 };
const char *json_show(const struct json *v, char out[JSON_SHOWN]);
