// Which language words are of, and the reward that counts them.
#include "reward_rows.h"
#include "verify/language.h"

TEST(language, common_words_are_sorted)
{
    EXPECT(language_words_unsorted() == NULL, "%s is out of order", language_words_unsorted());
}

// Plain sentences as a reasoning has them.
static const struct {
    const char *text;
    enum language language;
} samples[] = {
    {"Okay, let me think about this. We need to find how many apples are left after she gives three of them away.",
     LANGUAGE_EN},
    {"First, compute the total cost. Then divide by two. Therefore the answer is 12.", LANGUAGE_EN},
    {"Zuerst berechnen wir die Anzahl der \xC3\x84pfel. Dann ziehen wir drei davon ab, also bleiben f\xC3\xBCnf.",
     LANGUAGE_DE},
    {"Wir suchen eine Zahl, die durch 7 teilbar ist und nicht gr\xC3\xB6\xC3\x9F"
     "er als 50.",
     LANGUAGE_DE},
    {"On cherche le nombre de pommes. Elle en donne trois, donc il reste cinq pommes pour les autres.", LANGUAGE_FR},
    {"La r\xC3\xA9ponse est 12 car le train part \xC3\xA0 huit heures et arrive \xC3\xA0 midi.", LANGUAGE_FR},
    {"Primero calculamos el n\xC3\xBAmero total de manzanas. Luego restamos las que se comen los ni\xC3\xB1os.",
     LANGUAGE_ES},
    {"\xC2\xBF"
     "Cu\xC3\xA1nto cuesta cada libro? Entonces el resultado es 15.",
     LANGUAGE_ES},
    {"Prima troviamo il numero totale delle mele, poi sottraiamo quelle che non ci sono.", LANGUAGE_IT},
    {"Primeiro vamos encontrar o n\xC3\xBAmero de ma\xC3\xA7\xC3\xA3s, depois n\xC3\xA3o precisamos das outras.",
     LANGUAGE_PT},
    {"Eerst berekenen we het aantal appels, dan trekken we er drie van af.", LANGUAGE_NL},
    {"\xD0\xA1\xD0\xBD\xD0\xB0\xD1\x87\xD0\xB0\xD0\xBB\xD0\xB0 \xD0\xBD\xD0\xB0\xD0\xB9\xD0\xB4\xD1\x91\xD0\xBC "
     "\xD1\x87\xD0\xB8\xD1\x81\xD0\xBB\xD0\xBE \xD1\x8F\xD0\xB1\xD0\xBB\xD0\xBE\xD0\xBA.",
     LANGUAGE_RU},
    {"\xE9\xA6\x96\xE5\x85\x88\xE6\x88\x91\xE4\xBB\xAC\xE8\xAE\xA1\xE7\xAE\x97\xE8\x8B\xB9\xE6\x9E\x9C\xE7\x9A\x84\xE6"
     "\x80\xBB\xE6\x95\xB0\xE3\x80\x82",
     LANGUAGE_ZH},
    {"\xE3\x81\xBE\xE3\x81\x9A\xE3\x80\x81\xE3\x82\x8A\xE3\x82\x93\xE3\x81\x94\xE3\x81\xAE\xE6\x95\xB0\xE3\x82\x92\xE8"
     "\xA8\x88\xE7\xAE\x97\xE3\x81\x97\xE3\x81\xBE\xE3\x81\x99\xE3\x80\x82",
     LANGUAGE_JA},
    {"\xEB\xA8\xBC\xEC\xA0\x80 \xEC\x82\xAC\xEA\xB3\xBC\xEC\x9D\x98 \xEC\x88\x98\xEB\xA5\xBC "
     "\xEA\xB3\x84\xEC\x82\xB0\xED\x95\xA9\xEB\x8B\x88\xEB\x8B\xA4.",
     LANGUAGE_KO},
};

TEST(language, of_sentences)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int l = language_of(text_of(samples[i].text));
        EXPECT(l == (int)samples[i].language, "%s: language %d, expected %d", samples[i].text, l, samples[i].language);
    }
    EXPECT(language_of(text_of("")) == -1 && language_of(text_of("12 + 3 = 15")) == -1, "nothing has no language");
    EXPECT(language_of(text_of("Potsdam Babelsberg")) == -1, "names alone leave it open");
}

static void expect_count(const char *text, long words, enum language l, long of)
{
    struct language_count c;
    language_count(text_of(text), &c);
    EXPECT(c.words == words && c.of[l] == of, "%s: %ld words, %ld of language %d; expected %ld and %ld", text, c.words,
           c.of[l], l, words, of);
}

TEST(language, what_counts_as_a_word)
{
    expect_count("The answer is 12.", 3, LANGUAGE_EN, 3);
    expect_count("don't it's the", 3, LANGUAGE_EN, 3);
    expect_count("Let $x = \\frac{a}{b} \\text{is here}$ be the one", 4, LANGUAGE_EN, 4);
    expect_count("so \\(alpha beta\\) and \\[gamma delta\\] or $$very long$$ then", 4, LANGUAGE_EN, 4);
    expect_count("the price of $5 and no more", 6, LANGUAGE_EN, 6); // a dollar that nothing closes
    expect_count(
        "see https://example.org/the/path and `some code` or\n```python\nfor line in text: print(line)\n```\nthen", 4,
        LANGUAGE_EN, 4);
    expect_count("<think>the <b>number</b>", 2, LANGUAGE_EN, 2);
    expect_count("x y z a b I", 0, LANGUAGE_EN, 0);
    expect_count("GCD LHS sin cos log x1 a_b 3x", 0, LANGUAGE_EN, 0);
    expect_count("\\alpha \\beta{gamma} the", 2, LANGUAGE_EN, 2);
    expect_count("\xE6\x95\xB0\xE5\xAD\xA6\xE9\xA2\x98", 2, LANGUAGE_ZH, 2); // three characters
    expect_count("\xFF\xFE the \xC3", 1, LANGUAGE_EN, 1);
    expect_count("\xD1\x97\xD0\xB6\xD0\xB0\xD0\xBA", 1, LANGUAGE_RU, 0);             // Ukrainian
    expect_count("\xCE\xBB\xCF\x8C\xCE\xB3\xCE\xBF\xCF\x82 the", 2, LANGUAGE_EN, 1); // Greek
}

TEST(language, reward)
{
    static const struct reward_row en[] = {
        {"<think>We add the two numbers.</think><answer>\xE4\xB8\x89</answer>", NULL, 1},
        {"We add the two numbers.", NULL, 1},
        {"<think>12 + 3 = 15</think> the answer is 15", NULL, 0},
        {"", NULL, 0},
        // four English words, and a run of four characters that counts as two
        {"<think>We have the number \xE8\x8B\xB9\xE6\x9E\x9C\xE6\x95\xB0\xE9\x87\x8F</think>", NULL, 4.0 / 6},
        {"Wir haben die Zahl gefunden. This is the end of it.", NULL, 6.0 / 11},
    };
    EXPECT_ROWS("language", en);
    static const struct reward_row zh[] = {
        {"<think>\xE6\x88\x91\xE4\xBB\xAC\xE8\xAE\xA1\xE7\xAE\x97 $x+1$</think>", NULL, 1},
        {"<think>\xE6\x88\x91\xE4\xBB\xAC\xE8\xAE\xA1\xE7\xAE\x97 the answer</think>", NULL, 0.5},
    };
    EXPECT_ROWS("language(target=zh)", zh);
    EXPECT(test_reward("language(part=all)", "<think>We add.</think> \xD0\xB4\xD0\xB0 \xD0\xB4\xD0\xB0", NULL) == 0.5,
           "part=all");
    struct problem german = {.prompt = "Wie viele \xC3\x84pfel hat sie noch?"}, nothing = {.prompt = "12+3="};
    const char *wir = "Wir rechnen und finden die Zahl.";
    EXPECT(test_reward_n("language(target=prompt)", wir, strlen(wir), &german) == 1, "the prompt's language");
    EXPECT(isnan(test_reward_n("language(target=prompt)", wir, strlen(wir), &nothing)), "no language");
    EXPECT(isnan(test_reward("language(target=prompt)", wir, NULL)), "no prompt");
}
