// Numbers, expressions, symbols, words.
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "verify/math_compare.h"
#include "verify/math_numeric.h"

enum { ROUNDING = 1000000 }; // Math-Verify's float_rounding = 6 digits

bool as_written(struct workspace *w, const struct expr *e, struct written *n)
{
    bool negative = false;
    while (e->kind == EXPR_PRODUCT && e->count == 2 && e->args[0]->kind == EXPR_NUMBER &&
           mpq_cmp_si(e->args[0]->value, -1, 1) == 0) {
        workspace_step(w, 1);
        negative = !negative;
        e = e->args[1];
    }
    if (e->kind != EXPR_NUMBER)
        return false;
    *n = (struct written){e->value, e->percent, e->decimals >= 0};
    if (negative) {
        struct expr *copy = expr_new(w, EXPR_NUMBER, 0, NULL, 0);
        mpq_init(copy->value);
        mpq_neg(copy->value, e->value);
        n->value = copy->value;
    }
    return true;
}

static bool is_whole(mpq_srcptr v)
{
    return mpz_cmp_ui(mpq_denref(v), 1) == 0;
}

// floor(v * ROUNDING + 1/2)
static void rounded(struct workspace *w, mpz_ptr out, mpq_srcptr v)
{
    mpz_t half;
    mpz_init(half);
    size_t n = mpz_size(mpq_numref(v)), m = mpz_size(mpq_denref(v));
    workspace_step_divide(w, n, m);
    mpz_mul_ui(out, mpq_numref(v), 2 * ROUNDING);
    mpz_add(out, out, mpq_denref(v));
    mpz_mul_2exp(half, mpq_denref(v), 1);
    mpz_fdiv_q(out, out, half);
}

// 28 % is 0.28 and also 28: a whole number of percent says the same as the whole number.
static bool percent_of(struct workspace *w, const struct written *percent, const struct written *plain)
{
    mpq_t hundredfold;
    if (!percent->percent || plain->percent || percent->decimal || plain->decimal || !is_whole(plain->value))
        return false;
    workspace_step(w, 50);
    mpq_init(hundredfold);
    mpq_set_si(hundredfold, 100, 1);
    mpq_mul(hundredfold, hundredfold, percent->value);
    return mpq_equal(hundredfold, plain->value);
}

// Decimals are rounded to 6 digits, except beside a whole number, which has none to round. What is rounded to 0 is not
// 0.
static bool compare_numbers(struct workspace *w, const struct written *a, const struct written *b)
{
    mpz_t x, y;
    if (mpq_equal(a->value, b->value) || percent_of(w, a, b) || percent_of(w, b, a))
        return true;
    if ((!a->decimal && !b->decimal) || (!a->decimal && is_whole(a->value)) || (!b->decimal && is_whole(b->value)))
        return false;
    mpz_inits(x, y, NULL);
    rounded(w, x, a->value);
    rounded(w, y, b->value);
    return mpz_cmp(x, y) == 0 && mpz_sgn(x) != 0;
}

static bool is_euler(const struct expr *e)
{
    return (e->kind == EXPR_CONSTANT && e->op == EXPR_E) ||
           (e->kind == EXPR_SYMBOL && (strcmp(e->name, "e") == 0 || strcmp(e->name, "E") == 0));
}

// The letters of a word, a symbol or a product of symbols without spaces, in lower case; false for anything else.
static bool letters(struct workspace *w, const struct expr *e, char *out, size_t room)
{
    size_t n = strlen(out);
    workspace_step(w, 4);
    if (e->kind == EXPR_CONSTANT && (e->op == EXPR_E || e->op == EXPR_I)) {
        if (n + 2 > room)
            return false;
        strcpy(out + n, e->op == EXPR_E ? "e" : "i");
        return true;
    }
    if (e->kind == EXPR_SYMBOL || e->kind == EXPR_TEXT || e->kind == EXPR_LITERAL) {
        for (const char *s = e->name; *s; s++) {
            if (*s == ' ')
                continue;
            if (n + 2 > room)
                return false;
            out[n++] = (char)tolower((unsigned char)*s);
        }
        out[n] = 0;
        return true;
    }
    if (e->kind != EXPR_PRODUCT)
        return false;
    bool all = true;
    workspace_enter(w);
    for (int i = 0; i < e->count && all; i++)
        all = e->args[i]->kind != EXPR_TEXT && e->args[i]->kind != EXPR_LITERAL && letters(w, e->args[i], out, room);
    workspace_leave(w);
    return all;
}

// 3:30 says as much as 3:30 pm.
static bool compare_times(const struct expr *a, const struct expr *b)
{
    size_t n = strlen(a->name), m = strlen(b->name), least = n < m ? n : m;
    const char *rest = n < m ? b->name + least : a->name + least;
    return strchr(a->name, ':') && strncmp(a->name, b->name, least) == 0 &&
           (strcmp(rest, "am") == 0 || strcmp(rest, "pm") == 0);
}

// 10 am and 10:00 am.
static bool is_hour(const struct expr *time, const struct expr *number)
{
    char text[16];
    if (time->kind != EXPR_LITERAL || number->kind != EXPR_NUMBER || !number->unit || strlen(number->unit) > 2 ||
        mpz_cmp_ui(mpq_denref(number->value), 1) != 0 || mpq_cmp_si(number->value, 0, 1) < 0 ||
        mpq_cmp_si(number->value, 12, 1) > 0)
        return false;
    snprintf(text, sizeof text, "%ld:00%s", mpz_get_si(mpq_numref(number->value)), number->unit);
    return strcmp(text, time->name) == 0;
}

// Words compare by their letters, also with products of symbols: "east" may have been read as e a s t.
static bool compare_words(struct workspace *w, const struct expr *a, const struct expr *b)
{
    char x[256] = "", y[256] = "";
    if (a->name && b->name && strcmp(a->name, b->name) == 0)
        return true;
    if (a->kind == EXPR_LITERAL && b->kind == EXPR_LITERAL && compare_times(a, b))
        return true;
    return letters(w, a, x, sizeof x) && letters(w, b, y, sizeof y) && strcmp(x, y) == 0;
}

static bool is_word(const struct expr *e)
{
    return e->kind == EXPR_TEXT || e->kind == EXPR_LITERAL;
}

static bool is_long_symbol(const struct expr *e)
{
    return e->kind == EXPR_SYMBOL && strlen(e->name) > 1;
}

const struct expr *expr_in_radians(struct workspace *w, const struct expr *degrees)
{
    const struct expr *pi = expr_constant(w, EXPR_PI);
    return expr_product(w, degrees, expr_quotient(w, pi, expr_integer(w, 180)));
}

bool expr_is_degrees(const struct expr *e)
{
    return e->unit && strcmp(e->unit, "degree") == 0;
}

static bool compare_values(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    struct written a, b;
    bool gold_number = as_written(w, gold, &a), pred_number = as_written(w, pred, &b);
    if (gold_number && pred_number)
        return compare_numbers(w, &a, &b);
    if (is_word(gold) || is_word(pred))
        return is_hour(gold, pred) || is_hour(pred, gold) || compare_words(w, gold, pred);
    if (is_euler(gold) && is_euler(pred))
        return true;
    if (gold->kind == EXPR_SYMBOL && pred->kind == EXPR_SYMBOL)
        return strlen(gold->name) > 1 ? strcasecmp(gold->name, pred->name) == 0 : strcmp(gold->name, pred->name) == 0;
    if ((is_long_symbol(gold) && pred->kind == EXPR_PRODUCT) || (is_long_symbol(pred) && gold->kind == EXPR_PRODUCT))
        if (compare_words(w, gold, pred))
            return true;
    int order;
    if (numeric_infinite(gold) || numeric_infinite(pred))
        return numeric_infinite(gold) && numeric_infinite(pred) && numeric_order(w, gold, pred, &order) && order == 0;
    enum exact_verdict exact = exact_compare(w, gold, pred);
    if (exact == EXACT_EQUAL || (exact == EXACT_UNKNOWN && numeric_compare(w, gold, pred) == NUMERIC_EQUAL))
        return true;
    // 1.414214 is sqrt(2); 1 is not 1.0000001.
    if (gold_number ? !a.decimal : pred_number ? !b.decimal : true)
        return false;
    return numeric_rounds_alike(w, gold, pred, ROUNDING);
}

// 45 degrees are pi / 4.
static bool compare_angles(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (expr_is_degrees(gold) && !pred->unit && !pred->percent)
        return compare_values(w, expr_in_radians(w, gold), pred);
    return expr_is_degrees(pred) && !gold->unit && !gold->percent && compare_values(w, gold, expr_in_radians(w, pred));
}

bool compare_scalars(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    return compare_values(w, gold, pred) || compare_angles(w, gold, pred);
}
