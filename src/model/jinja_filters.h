// Filters that are written in two files (jinja_filters.c has the table).
#pragma once
#include "model/jinja_parts.h"

#define FILTER(name)                                                                                                   \
    struct jinja_value name(struct jinja *j, struct jinja_value self, struct jinja_value *const *arg,                  \
                            const struct jinja_args *all)

jinja_call filter_tojson, filter_trim, filter_length, filter_string, filter_safe, filter_default, filter_upper,
    filter_lower, filter_capitalize, filter_title, filter_replace, filter_indent, filter_int, filter_float, filter_abs;
jinja_call filter_list, filter_items, filter_join, filter_map, filter_select, filter_reject, filter_selectattr,
    filter_rejectattr, filter_dictsort, filter_sort, filter_unique, filter_min, filter_max, filter_first, filter_last,
    filter_reverse, filter_sum;
