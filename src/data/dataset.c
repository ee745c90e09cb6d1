#include "data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/rng.h"
#include "base/str.h"
#include "data/form.h"
#include "data/rows.h"

static const uint32_t SPLIT_EPOCH = 0xFFFFFFFF; // an epoch that no run reaches: the split's own permutation

struct build { // while a dataset is being read or generated
    struct dataset *d;
    uint32_t room;
};

static struct problem *build_add(struct build *b, struct json *row)
{
    struct dataset *d = b->d;
    if (d->count == b->room) {
        uint32_t room = b->room ? 2 * b->room : 64;
        d->problems = block_resize(d->problems, b->room * sizeof *d->problems, room * sizeof *d->problems);
        d->rows = block_resize(d->rows, b->room * sizeof *d->rows, room * sizeof *d->rows);
        b->room = room;
    }
    struct problem *p = &d->problems[d->count];
    *p = (struct problem){.index = d->count, .row = row};
    d->rows[d->count++] = row;
    return p;
}

static void bad_rows_add(struct bad_rows *b, size_t line, const char *why)
{
    enum { KEPT = 1000 };
    b->count++;
    if (b->kept == KEPT)
        return;
    b->rows = block_resize(b->rows, sizeof *b->rows * b->kept, sizeof *b->rows * (b->kept + 1));
    b->rows[b->kept++] = (struct bad_row){line, arena_strdup(&b->memory, why)};
}

void bad_rows_finish(struct bad_rows *b)
{
    block_free(b->rows);
    arena_finish(&b->memory);
    *b = (struct bad_rows){0};
}

bool dataset_read(struct dataset *d, const struct dataset_options *o, struct bad_rows *bad, struct err *err)
{
    struct build b = {.d = d};
    struct rows rows = {0};
    struct json *row;
    bool known = false; // the form: that of the first row which has one
    *d = (struct dataset){.seed = o->seed, .shuffle = o->shuffle};
    if (!o->path || !*o->path)
        return fail(err, "the dataset needs a path to a file of rows");
    bool ok = rows_open(&rows, o->path, err);
    d->array = rows.array;
    while (ok) {
        struct err why = {0};
        enum rows_next next = rows_next(&rows, &row, &why);
        if (next == ROWS_END)
            break;
        ok = next != ROWS_FAILED || fail(err, "%s", why.text);
        if (next == ROWS_ROW) {
            struct form own = d->form;
            bool found = known || form_find(&own, o, row);
            if (known)
                form_add_choices(&own, o, row);
            struct problem *p = build_add(&b, row);
            p->line = rows.array ? rows.count : rows.line;
            if (problem_read(p, &own, row, &d->memory, rows.where.data, &why)) {
                d->form = known ? d->form : own;
                known = found;
                d->row_bytes += rows.bytes;
            } else {
                problem_finish(p);
                json_close(d->rows[--d->count]);
            }
        }
        if (ok && why.text[0])
            bad_rows_add(bad, rows.line, why.text);
    }
    rows_close(&rows);
    return ok && !err->text[0];
}

// Says how many rows cannot be read and what is wrong with the first of them.
static bool judge_bad_rows(const struct dataset *d, const struct dataset_options *o, const struct bad_rows *bad,
                           struct err *err)
{
    size_t all = d->count + bad->count;
    struct str s = {0};
    for (size_t i = 0; i < bad->count && i < 3; i++)
        str_printf(&s, "%s%.240s", i ? "; " : "", bad->rows[i].why);
    bool ok = bad->count <= o->max_bad_rows;
    if (!ok && bad->count == 1)
        fail(err, "%s (data.max_bad_rows = 1 leaves this row out)", s.data);
    else if (!ok)
        fail(err, "%zu of the %zu rows of %s cannot be read, data.max_bad_rows allows %u: %s%s", bad->count, all,
             o->path, o->max_bad_rows, s.data, bad->count > 3 ? "; ..." : "");
    else if (bad->count)
        log_info("%zu of the %zu rows of %s are left out, since they cannot be read: %s%s", bad->count, all, o->path,
                 s.data, bad->count > 3 ? "; ..." : "");
    str_finish(&s);
    return ok && (d->count || fail(err, "%s holds no problem: it has no row", o->path));
}

static bool read_file(struct dataset *d, const struct dataset_options *o, struct err *err)
{
    struct bad_rows bad = {0};
    struct str form = {0};
    bool ok = dataset_read(d, o, &bad, err) && judge_bad_rows(d, o, &bad, err);
    if (ok) {
        form_describe(&d->form, &form);
        log_info("%s: %u rows of %s", o->path, d->count, form.data);
    }
    str_finish(&form);
    bad_rows_finish(&bad);
    return ok;
}

// Prompts seen so far, by open addressing; for telling repeated ones.
struct prompt_set {
    const char **slots;
    uint32_t size; // power of two, at least twice the entries
};

static uint32_t hash_text(const char *s)
{
    uint32_t h = 2166136261u; // FNV-1a
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

static void prompts_init(struct prompt_set *set, uint32_t entries, struct arena *memory)
{
    for (set->size = 16; set->size / 2 < entries; set->size *= 2)
        ;
    set->slots = arena_array(memory, const char *, set->size);
}

// Whether s is in the set; puts it there if `add`.
static bool prompts_have(struct prompt_set *set, const char *s, bool add)
{
    uint32_t i = hash_text(s) & (set->size - 1);
    for (; set->slots[i]; i = (i + 1) & (set->size - 1))
        if (strcmp(set->slots[i], s) == 0)
            return true;
    if (add)
        set->slots[i] = s;
    return false;
}

// Generates held-out problems first, then training problems, all different.
static bool generate(struct build *b, const struct dataset_options *o, uint32_t held_out, struct err *err)
{
    const struct arithmetic *a = &o->arithmetic;
    if (!arithmetic_check(a, err))
        return false;
    uint64_t wanted = (uint64_t)a->count + held_out, tries = 1000 + 100 * wanted;
    if (wanted > 10000000)
        return fail(err, "%llu generated problems are asked for; at most 10 million are made",
                    (unsigned long long)wanted);
    struct prompt_set seen;
    prompts_init(&seen, (uint32_t)wanted, &b->d->memory);
    for (uint32_t i = 0; i < tries && b->d->count < wanted; i++) {
        struct problem p = {0};
        if (!arithmetic_problem(a, i, &p, &b->d->memory) || prompts_have(&seen, p.prompt, true))
            continue;
        struct problem *kept = build_add(b, NULL);
        p.index = kept->index;
        *kept = p;
    }
    return b->d->count == wanted ||
           fail(err,
                "only %u different arithmetic problems were found with these options, but count %u and held_out %u are "
                "asked for; lower them or allow more digits, terms or operations",
                b->d->count, a->count, held_out);
}

static bool held_out_size(const struct dataset_options *o, uint32_t total, uint32_t *n, struct err *err)
{
    double size = o->held_out < 1 ? (double)total * o->held_out + 0.5 : o->held_out;
    if (!(o->held_out >= 0) || size >= total)
        return fail(err, "held_out is %g, but there are %u problems and at least one must be left for training",
                    o->held_out, total);
    *n = (uint32_t)size;
    return true;
}

static bool split(struct dataset *d, const struct dataset_options *o, struct err *err)
{
    uint32_t held = 0;
    if (!held_out_size(o, d->count, &held, err))
        return false;
    uint32_t *order = arena_array(&d->memory, uint32_t, d->count);
    bool *is_held = arena_array(&d->memory, bool, d->count);
    struct prompt_set prompts;
    prompts_init(&prompts, held, &d->memory);
    rng_permutation(o->split_seed, RNG_SHUFFLE, SPLIT_EPOCH, order, d->count);
    d->held_out = order;
    d->held_out_count = held;
    for (uint32_t i = 0; i < held; i++) {
        is_held[order[i]] = true;
        prompts_have(&prompts, d->problems[order[i]].prompt, true);
    }
    d->train = arena_array(&d->memory, uint32_t, d->count);
    for (uint32_t i = 0; i < d->count; i++)
        if (!is_held[i] && !prompts_have(&prompts, d->problems[i].prompt, false))
            d->train[d->train_count++] = i;
    uint32_t dropped = d->count - held - d->train_count;
    if (dropped)
        log_info("%u training problems are left out: their prompts are held out too", dropped);
    return d->train_count || fail(err, "no training problem is left: every prompt is also a held-out one");
}

bool dataset_open(struct dataset *d, const struct dataset_options *o, struct err *err)
{
    *d = (struct dataset){.seed = o->seed, .shuffle = o->shuffle};
    bool ok;
    if (o->kind == PROBLEM_ARITHMETIC) {
        // `count` is what is left for training, so a share of the whole makes the whole larger.
        double held = o->held_out < 1 ? o->arithmetic.count * (o->held_out / (1 - o->held_out)) + 0.5 : o->held_out;
        ok = (o->held_out >= 0 && held < 1e7) ||
             fail(err, "held_out is %g; it must be from 0 to 10 million", o->held_out);
        struct dataset_options exact = *o;
        exact.held_out = ok ? (double)(uint32_t)held : 0;
        ok = ok && generate(&(struct build){.d = d}, o, (uint32_t)exact.held_out, err) && split(d, &exact, err);
    } else {
        ok = read_file(d, o, err) && split(d, o, err);
    }
    if (!ok) {
        dataset_close(d);
        return false;
    }
    d->order = arena_array(&d->memory, uint32_t, d->train_count);
    d->epoch = UINT64_MAX;
    return true;
}

void dataset_close(struct dataset *d)
{
    for (uint32_t i = 0; i < d->count; i++) {
        problem_finish(&d->problems[i]);
        json_close(d->rows[i]);
    }
    block_free(d->rows);
    block_free(d->problems);
    arena_finish(&d->memory);
    *d = (struct dataset){0};
}

const struct problem *dataset_next(struct dataset *d)
{
    uint64_t epoch = d->position / d->train_count;
    uint32_t at = (uint32_t)(d->position % d->train_count);
    d->position++;
    if (d->shuffle && d->epoch != epoch) {
        rng_permutation(d->seed, RNG_SHUFFLE, (uint32_t)epoch, d->order, d->train_count);
        d->epoch = epoch;
    }
    return &d->problems[d->train[d->shuffle ? d->order[at] : at]];
}

void dataset_seek(struct dataset *d, uint64_t position)
{
    d->position = position;
}

const struct problem *dataset_held_out(const struct dataset *d, uint32_t i)
{
    check(i < d->held_out_count, "held-out problem %u of %u", i, d->held_out_count);
    return &d->problems[d->held_out[i]];
}

const char *dataset_place(const struct dataset *d, const struct problem *p, char out[32])
{
    if (p->line)
        snprintf(out, 32, "%s %zu", d->array ? "row" : "line", p->line);
    else
        snprintf(out, 32, "problem %u", p->index + 1);
    return out;
}
