#include "verify/math_print.h"

enum { OUT_BYTES = 1 << 16 }; // a longer text says nothing to anybody

static void print_poly(const struct atoms *a, struct poly p, struct str *out);

void print_rational(struct workspace *w, mpq_srcptr value, struct str *out)
{
    size_t limbs = mpz_size(mpq_numref(value)) + mpz_size(mpq_denref(value));
    size_t room = mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 3;
    workspace_step_divide(w, limbs, limbs);
    if (out->size + room > OUT_BYTES)
        workspace_give_up(w, "too large");
    char *text = workspace_alloc(w, room);
    str_puts(out, mpq_get_str(text, 10, value));
}

static void print_arguments(const struct atoms *a, const struct atom *x, struct str *out)
{
    for (int i = 0; i < x->count; i++) {
        str_puts(out, i ? ", " : "(");
        print_fraction(a, x->args[i], out);
    }
    str_puts(out, ")");
}

static void print_atom(const struct atoms *a, const struct atom *x, struct str *out)
{
    switch (x->kind) {
    case ATOM_SYMBOL:
        str_puts(out, x->name);
        return;
    case ATOM_PI:
        str_puts(out, "pi");
        return;
    case ATOM_E:
        str_puts(out, "e");
        return;
    case ATOM_MINUS_ONE:
        str_puts(out, "(-1)");
        return;
    case ATOM_PRIME: {
        mpq_t value;
        mpq_init(value);
        workspace_step(a->w, (long)mpz_size(x->value));
        mpq_set_z(value, x->value);
        print_rational(a->w, value, out);
        return;
    }
    case ATOM_ROOT:
        print_arguments(a, x, out);
        return;
    case ATOM_POWER:
        str_puts(out, "power");
        print_arguments(a, x, out);
        return;
    case ATOM_FUNCTION:
        str_puts(out, x->name ? x->name : expr_function_name((enum expr_function)x->op));
        print_arguments(a, x, out);
        return;
    }
}

static void print_factor(const struct atoms *a, const struct factor *f, struct str *out)
{
    const struct atom *x = &a->list[f->atom];
    if (x->kind == ATOM_MINUS_ONE && f->num == 1 && f->den == 2) {
        str_puts(out, "i");
        return;
    }
    print_atom(a, x, out);
    if (f->den != 1)
        str_printf(out, "^(%d/%d)", f->num, f->den);
    else if (f->num != 1)
        str_printf(out, "^%d", f->num);
}

static void print_term(const struct atoms *a, const struct term *t, struct str *out)
{
    bool one = mpz_cmp_ui(mpq_denref(t->value), 1) == 0 && mpz_cmpabs_ui(mpq_numref(t->value), 1) == 0;
    if (one && t->count)
        str_puts(out, mpq_sgn(t->value) < 0 ? "-" : "");
    else
        print_rational(a->w, t->value, out);
    for (int i = 0; i < t->count; i++) {
        workspace_step(a->w, 4);
        if (i || !one)
            str_putc(out, '*');
        print_factor(a, &t->factors[i], out);
    }
}

static void print_poly(const struct atoms *a, struct poly p, struct str *out)
{
    if (!p.count)
        str_puts(out, "0");
    for (int i = 0; i < p.count; i++) {
        workspace_step(a->w, 8);
        if (out->size > OUT_BYTES)
            workspace_give_up(a->w, "too large");
        if (i && mpq_sgn(p.terms[i].value) > 0)
            str_putc(out, '+');
        print_term(a, &p.terms[i], out);
    }
}

void print_fraction(const struct atoms *a, struct fraction f, struct str *out)
{
    workspace_enter(a->w);
    if (fraction_is_plain(f)) {
        print_poly(a, f.num, out);
    } else {
        str_putc(out, '(');
        print_poly(a, f.num, out);
        str_puts(out, ")/(");
        print_poly(a, f.den, out);
        str_putc(out, ')');
    }
    workspace_leave(a->w);
}

void print_monic(struct atoms *a, struct poly p, bool sign, struct str *out)
{
    mpq_t c;
    if (!p.count)
        workspace_give_up(a->w, "nothing is left");
    workspace_step(a->w, 10);
    mpq_init(c);
    mpq_inv(c, p.terms[0].value);
    if (sign)
        mpq_abs(c, c);
    print_poly(a, poly_scale(a, p, c), out);
}
