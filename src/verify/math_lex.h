// The tokenizer's parts: math_lex.c (characters), math_command.c (what begins with a backslash), math_number.c.
#pragma once
#include "verify/math_tokens.h"

enum { LEX_ENVIRONMENTS = 64 };

struct lexer {
    struct workspace *w;
    struct text t;
    size_t at;
    struct token *tokens;
    int count, room;
    bool bad;
    bool plain;        // no LaTeX: a comma may be a decimal one
    bool currency;     // the text has one $, which stands for dollars where a number follows
    bool words;        // inside \text: letters in a row are words
    bool space;        // white space stands before the next token
    int lists;         // open brackets in which commas separate
    size_t list_until; // up to here commas are known to separate
    int depth;         // of environments
    uint8_t environments[LEX_ENVIRONMENTS];
};

void lex_one(struct lexer *l);
void lex_command(struct lexer *l);
void lex_number(struct lexer *l);
void lex_inline(struct lexer *l, struct text t, bool words); // another text at this place
void lex_letters(struct lexer *l, size_t size);              // single letters
void lex_word(struct lexer *l, const struct word *word, size_t size);
void lex_emit(struct lexer *l, enum token_kind kind, size_t size); // of the text at the current place, and moves on
void lex_emit_op(struct lexer *l, enum token_kind kind, int op, const char *at, size_t size);
void lex_skip_space(struct lexer *l);
int lex_before(const struct lexer *l);              // the last token's kind, TOKEN_END when there is none
bool lex_after_value(const struct lexer *l);        // a number, a bracket, words: a unit may follow
int lex_peek(const struct lexer *l, size_t offset); // a byte, 0 after the end
