#include "verify/language.h"

#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"

enum {
    EN = 1 << LANGUAGE_EN,
    DE = 1 << LANGUAGE_DE,
    FR = 1 << LANGUAGE_FR,
    ES = 1 << LANGUAGE_ES,
    IT = 1 << LANGUAGE_IT,
    PT = 1 << LANGUAGE_PT,
    NL = 1 << LANGUAGE_NL
};
enum { FIRST_LATIN = LANGUAGE_EN }; // the first one of that script; all after it are too

// clang-format off
// Common words, in lower case and without apostrophes, sorted by their bytes. A word of several languages votes for all.
static const struct common {
    const char *word;
    int languages;
} common[] = {
    {"aan", NL}, {"abbiamo", IT}, {"aber", DE}, {"about", EN}, {"after", EN}, {"agora", PT}, {"ahora", ES},
    {"ainsi", FR}, {"al", ES | IT}, {"all", EN}, {"alla", IT}, {"alle", DE | NL}, {"alles", DE}, {"allora", IT},
    {"alors", FR}, {"als", DE | NL}, {"also", EN | DE}, {"am", DE}, {"an", EN | DE}, {"anche", IT}, {"and", EN},
    {"another", EN}, {"answer", EN}, {"antwoord", NL}, {"antwort", DE}, {"any", EN}, {"ao", PT}, {"après", FR},
    {"are", EN}, {"as", EN | PT}, {"assim", PT}, {"así", ES}, {"at", EN}, {"au", FR}, {"auch", DE}, {"auf", DE},
    {"aufgabe", DE}, {"aus", DE}, {"aussi", FR}, {"autre", FR}, {"aux", FR}, {"avant", FR}, {"avec", FR},
    {"avoir", FR}, {"be", EN}, {"because", EN}, {"before", EN}, {"bei", DE}, {"beim", DE}, {"betekent", NL},
    {"between", EN}, {"bien", FR}, {"bij", NL}, {"bis", DE}, {"both", EN}, {"but", EN}, {"by", EN}, {"cada", ES | PT},
    {"calcolare", IT}, {"calcular", ES | PT}, {"calculer", FR}, {"calculons", FR}, {"can", EN}, {"cant", EN},
    {"car", FR}, {"ce", FR}, {"cela", FR}, {"ces", FR}, {"cest", FR}, {"cette", FR}, {"che", IT}, {"check", EN},
    {"ci", IT}, {"com", PT}, {"come", IT}, {"comme", FR}, {"como", ES | PT}, {"con", ES | IT}, {"cosa", IT},
    {"così", IT}, {"could", EN}, {"cual", ES}, {"cuando", ES}, {"cuál", ES}, {"da", PT}, {"daarna", NL},
    {"daher", DE}, {"dal", IT}, {"dalla", IT}, {"damit", DE}, {"dan", NL}, {"dann", DE}, {"dans", FR},
    {"das", DE | PT}, {"dass", DE}, {"dat", NL}, {"de", FR | ES | PT | NL}, {"debe", ES}, {"decir", ES}, {"dei", IT},
    {"dein", DE}, {"del", ES | IT}, {"della", IT}, {"delle", IT}, {"dem", DE}, {"den", DE}, {"depois", PT},
    {"der", DE}, {"des", DE | FR}, {"deshalb", DE}, {"después", ES}, {"deux", FR}, {"deve", IT | PT}, {"deze", NL},
    {"di", IT}, {"die", DE | NL}, {"diese", DE}, {"dieser", DE}, {"dieses", DE}, {"dit", NL}, {"do", EN | PT},
    {"doch", DE}, {"doesnt", EN}, {"dois", PT}, {"doit", FR}, {"domanda", IT}, {"donc", FR}, {"donde", ES},
    {"donne", FR}, {"dont", EN}, {"door", NL}, {"dopo", IT}, {"dos", ES | PT}, {"dove", IT}, {"drei", DE},
    {"drie", NL}, {"du", FR}, {"duas", PT}, {"due", IT}, {"dun", FR}, {"dune", FR}, {"durch", DE}, {"dus", NL},
    {"each", EN}, {"een", NL}, {"eerst", NL}, {"ein", DE}, {"eine", DE}, {"einem", DE}, {"einen", DE}, {"einer", DE},
    {"eines", DE}, {"el", ES}, {"eles", PT}, {"elk", NL}, {"ella", ES}, {"elle", FR}, {"elles", FR}, {"ellos", ES},
    {"em", PT}, {"en", FR | ES | NL}, {"encontrar", ES | PT}, {"ensuite", FR}, {"entonces", ES},
    {"entre", FR | ES | PT}, {"então", PT}, {"equals", EN}, {"er", DE | NL}, {"era", IT}, {"ergibt", DE},
    {"es", DE | ES}, {"esa", ES}, {"ese", ES}, {"eso", ES}, {"essere", IT}, {"est", FR}, {"esta", ES | PT},
    {"estas", ES | PT}, {"este", ES | PT}, {"estes", PT}, {"esto", ES}, {"estos", ES}, {"está", ES | PT},
    {"están", ES}, {"estão", PT}, {"et", FR}, {"eu", PT}, {"fait", FR}, {"find", EN}, {"first", EN}, {"foi", PT},
    {"follows", EN}, {"for", EN}, {"fra", IT}, {"frage", DE}, {"from", EN}, {"fue", ES}, {"für", DE}, {"geeft", NL},
    {"gegeben", DE}, {"gelijk", NL}, {"gesucht", DE}, {"get", EN}, {"getal", NL}, {"gilt", DE}, {"given", EN},
    {"gives", EN}, {"gleich", DE}, {"gli", IT}, {"ha", ES | IT}, {"haben", DE}, {"had", EN}, {"han", ES},
    {"hanno", IT}, {"has", EN}, {"hat", DE}, {"have", EN}, {"hay", ES}, {"he", EN}, {"hebben", NL}, {"heeft", NL},
    {"hence", EN}, {"here", EN}, {"het", NL}, {"hier", DE}, {"hij", NL}, {"hoe", NL}, {"how", EN}, {"há", PT},
    {"ich", DE}, {"if", EN}, {"igual", ES | PT}, {"ihr", DE}, {"ik", NL}, {"il", FR | IT}, {"ils", FR},
    {"im", EN | DE}, {"in", EN | DE | IT | NL}, {"into", EN}, {"io", IT}, {"is", EN | NL}, {"isnt", EN}, {"isso", PT},
    {"ist", DE}, {"isto", PT}, {"it", EN}, {"its", EN}, {"je", FR | NL}, {"jetzt", DE}, {"just", EN}, {"já", PT},
    {"kan", NL}, {"kann", DE}, {"know", EN}, {"kunnen", NL}, {"können", DE}, {"la", FR | ES | IT}, {"las", ES},
    {"le", FR | ES | IT}, {"les", FR | ES}, {"let", EN}, {"lets", EN}, {"leur", FR}, {"leurs", FR}, {"lhe", PT},
    {"like", EN}, {"lo", ES | IT}, {"lon", FR}, {"loro", IT}, {"los", ES}, {"luego", ES}, {"lösung", DE},
    {"ma", FR | IT}, {"maar", NL}, {"mais", FR | PT}, {"make", EN}, {"mal", DE}, {"man", DE}, {"mas", PT},
    {"maybe", EN}, {"me", ES | PT}, {"means", EN}, {"mehr", DE}, {"mein", DE}, {"mes", FR}, {"met", NL},
    {"mi", ES | IT}, {"mit", DE}, {"moet", NL}, {"moeten", NL}, {"mon", FR}, {"more", EN}, {"muito", PT},
    {"muss", DE}, {"must", EN}, {"muy", ES}, {"my", EN}, {"más", ES}, {"même", FR}, {"müssen", DE}, {"na", PT},
    {"naar", NL}, {"nach", DE}, {"nas", PT}, {"ne", FR}, {"need", EN}, {"needs", EN}, {"nel", IT}, {"nella", IT},
    {"nest", FR}, {"next", EN}, {"nicht", DE}, {"niet", NL}, {"no", EN | ES | PT}, {"noch", DE}, {"nog", NL},
    {"noi", IT}, {"nombre", FR}, {"non", IT}, {"nos", ES | PT}, {"nosotros", ES}, {"not", EN}, {"notre", FR},
    {"nous", FR}, {"now", EN}, {"nu", NL}, {"nuestro", ES}, {"number", EN}, {"numero", IT}, {"nun", DE}, {"nur", DE},
    {"não", PT}, {"nós", PT}, {"número", ES | PT}, {"ob", DE}, {"oder", DE}, {"of", EN | NL}, {"ogni", IT},
    {"okay", EN}, {"om", NL}, {"omdat", NL}, {"on", EN | FR}, {"onde", PT}, {"only", EN}, {"ont", FR}, {"ook", NL},
    {"op", NL}, {"or", EN}, {"ora", IT}, {"os", PT}, {"other", EN}, {"otra", ES}, {"otro", ES}, {"ou", FR | PT},
    {"our", EN}, {"out", EN}, {"over", NL}, {"où", FR}, {"par", FR}, {"para", ES | PT}, {"pas", FR}, {"per", IT},
    {"perché", IT}, {"pergunta", PT}, {"pero", ES}, {"peut", FR}, {"più", IT}, {"plus", FR}, {"pode", PT},
    {"podemos", ES | PT}, {"poi", IT}, {"por", ES | PT}, {"porque", ES | PT}, {"possiamo", IT}, {"pour", FR},
    {"pregunta", ES}, {"prima", IT}, {"primero", ES}, {"problem", EN}, {"problema", ES | IT | PT}, {"puede", ES},
    {"puis", FR}, {"può", IT}, {"qual", PT}, {"quale", IT}, {"quando", IT | PT}, {"que", FR | ES | PT},
    {"questa", IT}, {"queste", IT}, {"questi", IT}, {"question", EN | FR}, {"questo", IT}, {"qui", FR}, {"quil", FR},
    {"quindi", IT}, {"quon", FR}, {"qué", ES}, {"resposta", PT}, {"respuesta", ES}, {"right", EN}, {"risposta", IT},
    {"réponse", FR}, {"sa", FR}, {"same", EN}, {"sans", FR}, {"schon", DE}, {"se", FR | ES | IT | PT}, {"second", EN},
    {"sehr", DE}, {"sein", DE}, {"sem", PT}, {"ser", ES | PT}, {"ses", FR}, {"seu", PT}, {"seus", PT}, {"she", EN},
    {"should", EN}, {"si", FR | ES | IT}, {"sich", DE}, {"sie", DE}, {"significa", ES | IT | PT}, {"sin", ES},
    {"since", EN}, {"sind", DE}, {"so", EN | DE}, {"sobre", ES | PT}, {"soit", FR}, {"some", EN}, {"somit", DE},
    {"son", FR | ES}, {"sono", IT}, {"sont", FR}, {"sous", FR}, {"su", ES | IT}, {"sua", PT}, {"suas", PT},
    {"sur", FR}, {"sus", ES}, {"são", PT}, {"también", ES}, {"também", PT}, {"tanto", ES}, {"te", ES | PT | NL},
    {"temos", PT}, {"tenemos", ES}, {"than", EN}, {"that", EN}, {"thats", EN}, {"the", EN}, {"their", EN},
    {"them", EN}, {"then", EN}, {"there", EN}, {"therefore", EN}, {"these", EN}, {"they", EN}, {"think", EN},
    {"this", EN}, {"thus", EN}, {"ti", IT}, {"times", EN}, {"to", EN}, {"toda", ES | PT}, {"todas", ES}, {"todo", ES},
    {"todos", ES | PT}, {"total", EN}, {"tous", FR}, {"tout", FR}, {"toute", FR}, {"toutes", FR}, {"tra", IT},
    {"tre", IT}, {"tres", ES}, {"trois", FR}, {"trouver", FR}, {"trovare", IT}, {"très", FR}, {"três", PT},
    {"tu", FR | ES}, {"tudo", PT}, {"tutti", IT}, {"tutto", IT}, {"twee", NL}, {"two", EN}, {"tú", ES},
    {"uguale", IT}, {"uit", NL}, {"um", DE | PT}, {"uma", PT}, {"umas", PT}, {"un", FR | ES | IT}, {"una", ES | IT},
    {"unas", ES}, {"und", DE}, {"une", FR}, {"uno", IT}, {"unos", ES}, {"uns", DE | PT}, {"up", EN}, {"using", EN},
    {"vamos", ES | PT}, {"van", NL}, {"vi", IT}, {"você", PT}, {"vom", DE}, {"von", DE}, {"voor", NL}, {"vor", DE},
    {"votre", FR}, {"vous", FR}, {"vraag", NL}, {"waar", NL}, {"wait", EN}, {"wanneer", NL}, {"want", EN},
    {"war", DE}, {"was", EN | DE | NL}, {"wat", NL}, {"we", EN | NL}, {"weil", DE}, {"well", EN}, {"wenn", DE},
    {"werden", DE}, {"were", EN}, {"what", EN}, {"when", EN}, {"where", EN}, {"which", EN}, {"wie", DE}, {"wij", NL},
    {"will", EN}, {"wir", DE}, {"wird", DE}, {"with", EN}, {"wont", EN}, {"worden", NL}, {"wordt", NL}, {"would", EN},
    {"ya", ES}, {"yo", ES}, {"you", EN}, {"your", EN}, {"zahl", DE}, {"zal", NL}, {"ze", NL}, {"zij", NL},
    {"zijn", NL}, {"zo", NL}, {"zu", DE}, {"zuerst", DE}, {"zum", DE}, {"zur", DE}, {"zwei", DE}, {"zwischen", DE},
    {"égal", FR}, {"él", ES}, {"été", FR}, {"être", FR}, {"über", DE},
};
// clang-format on

const char *language_words_unsorted(void)
{
    for (size_t i = 1; i < sizeof common / sizeof *common; i++)
        if (strcmp(common[i - 1].word, common[i].word) >= 0)
            return common[i].word;
    return NULL;
}

static int languages_of_word(const char *word)
{
    size_t low = 0, high = sizeof common / sizeof *common;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(word, common[middle].word);
        if (order == 0)
            return common[middle].languages;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

// Letters that only some of the languages write.
static int languages_of_letter(uint32_t c)
{
    switch (c) {
    case 0xDF: // sharp s
        return DE;
    case 0xF1: // n with tilde
    case 0xA1: // inverted marks
    case 0xBF:
        return ES;
    case 0xE3: // a, o with tilde
    case 0xF5:
        return PT;
    case 0xEA: // e with circumflex, c with cedilla
    case 0xE7:
        return FR | PT;
    case 0xEE: // i, u with circumflex, oe
    case 0xFB:
    case 0x153:
        return FR;
    case 0xE4: // a, o with diaeresis
    case 0xF6:
        return DE;
    default:
        return 0;
    }
}

enum script { NO_LETTER, LATIN, CYRILLIC, HAN, KANA, HANGUL, OTHER_SCRIPT };

static enum script script_of(uint32_t c)
{
    if (c < 0x80)
        return (c | 32) >= 'a' && (c | 32) <= 'z' ? LATIN : NO_LETTER;
    if ((c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF) || (c >= 0xFF66 && c <= 0xFF9D))
        return KANA;
    if ((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x323AF) || c == 0x3005)
        return HAN;
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    if (k > UTF8PROC_CATEGORY_ME || k < UTF8PROC_CATEGORY_LU) // letters and the marks on them
        return NO_LETTER;
    if ((c >= 0xC0 && c <= 0x24F) || (c >= 0x300 && c <= 0x36F) || (c >= 0x1E00 && c <= 0x1EFF))
        return LATIN;
    if (c >= 0x400 && c <= 0x52F)
        return CYRILLIC;
    if ((c >= 0xAC00 && c <= 0xD7AF) || (c >= 0x1100 && c <= 0x11FF) || (c >= 0x3130 && c <= 0x318F))
        return HANGUL;
    return OTHER_SCRIPT;
}

// What a sentence has shown so far.
struct sentence {
    long latin, cyrillic, han, kana, hangul, other; // words
    long votes[LANGUAGES];
    bool not_russian; // letters that Russian does not have
    bool chinese;     // characters that Chinese writes and Japanese does not
};

// Frequent characters that Japanese does not use, simplified ones and particles.
static bool is_chinese(uint32_t c)
{
    static const uint32_t characters[] = {0x4EEC, 0x4F60, 0x5417, 0x5462, 0x5427, 0x548C, 0x7684, 0x8FD9,
                                          0x90A3, 0x4E48, 0x4E3A, 0x5BF9, 0x8BF4, 0x8FC7, 0x8BA1, 0x95EE,
                                          0x9898, 0x6570, 0x8FD8, 0x4ECE, 0x4E24, 0x4E2A, 0x5C31, 0x8BA9,
                                          0x5219, 0x6240, 0x4EE5, 0x662F, 0x6211, 0x5E94, 0x8BE5, 0x53EF};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (c == characters[i])
            return true;
    return false;
}

static void end_sentence(struct sentence *s, struct language_count *out)
{
    long most = 0;
    for (int l = FIRST_LATIN; l < LANGUAGES; l++)
        most = s->votes[l] > most ? s->votes[l] : most;
    for (int l = FIRST_LATIN; l < LANGUAGES; l++)
        out->of[l] += s->votes[l] == most ? s->latin : 0;
    long east = s->han + s->kana;
    out->of[LANGUAGE_RU] += s->not_russian ? 0 : s->cyrillic;
    out->of[LANGUAGE_KO] += s->hangul;
    if (s->kana || !s->chinese)
        out->of[LANGUAGE_JA] += east;
    if (!s->kana)
        out->of[LANGUAGE_ZH] += east;
    out->words += s->latin + s->cyrillic + east + s->hangul + s->other;
    *s = (struct sentence){0};
}

// ---- what is no prose

struct reader {
    struct text t;
    size_t at;
    bool no_dollar, no_round, no_square, no_fence; // nothing closes after here: the marks are text
};

// Jumps after `close` when it follows; else remembers that it does not.
static bool jump(struct reader *r, size_t from, const char *close, bool *none)
{
    size_t end = *none ? (size_t)-1 : text_find(r->t, from, close);
    *none = end == (size_t)-1;
    if (!*none)
        r->at = end + strlen(close);
    return !*none;
}

static bool ascii_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static void pass_while_letters(struct reader *r)
{
    while (r->at < r->t.size && ascii_letter(r->t.at[r->at]))
        r->at++;
}

// Passes over a formula, a piece of code, a tag or a command that begins here. False when none does.
static bool pass_over(struct reader *r)
{
    struct text rest = {r->t.at + r->at, r->t.size - r->at};
    if (text_starts(rest, "```"))
        return jump(r, r->at + 3, "```", &r->no_fence);
    if (text_starts(rest, "$$"))
        return jump(r, r->at + 2, "$$", &r->no_dollar);
    if (*rest.at == '$')
        return jump(r, r->at + 1, "$", &r->no_dollar);
    if (text_starts(rest, "\\("))
        return jump(r, r->at + 2, "\\)", &r->no_round);
    if (text_starts(rest, "\\["))
        return jump(r, r->at + 2, "\\]", &r->no_square);
    if (*rest.at == '\\') {
        r->at++;
        pass_while_letters(r);
        return true;
    }
    if (*rest.at == '`' || *rest.at == '<') {
        char close = *rest.at == '`' ? '`' : '>';
        for (size_t i = 1; i < rest.size && i < 200 && rest.at[i] != '\n'; i++)
            if (rest.at[i] == close) {
                bool tag = close == '`' || ascii_letter(rest.at[1]) || rest.at[1] == '/';
                r->at += tag ? i + 1 : 0;
                return tag;
            }
    }
    return false;
}

// ---- words

enum { WORD_BYTES = 48 };

struct word {
    enum script script;
    long letters, capitals;
    bool digits;            // or underscores: an identifier
    char lower[WORD_BYTES]; // in lower case, without apostrophes; cut where it is longer
    size_t size;
    int special;  // languages whose letters it has
    bool foreign; // Cyrillic letters that are not Russian
};

static bool is_function(const char *word)
{
    static const char *const names[] = {"arccos", "arcsin", "arctan", "cos", "cosh", "cot",  "csc", "deg",
                                        "det",    "exp",    "gcd",    "lcm", "lim",  "ln",   "log", "max",
                                        "min",    "mod",    "sec",    "sin", "sinh", "sqrt", "tan", "tanh"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], word) == 0)
            return true;
    return false;
}

static void end_word(struct word *w, struct sentence *s)
{
    if (w->digits && (w->script == LATIN || w->script == CYRILLIC))
        return;
    if (w->script == HAN || w->script == KANA) {
        *(w->script == KANA ? &s->kana : &s->han) += (w->letters + 1) / 2;
    } else if (w->script == HANGUL) {
        s->hangul++;
    } else if (w->letters > 1 && w->script == CYRILLIC) {
        s->cyrillic++;
        s->not_russian |= w->foreign;
    } else if (w->letters > 1 && w->script == LATIN && !(w->capitals == w->letters && w->letters <= 5) &&
               !is_function(w->lower)) {
        int languages = languages_of_word(w->lower);
        s->latin++;
        for (int l = FIRST_LATIN; l < LANGUAGES; l++)
            s->votes[l] += (languages >> l & 1) + (w->special >> l & 1);
    } else if (w->letters > 1 && w->script == OTHER_SCRIPT) {
        s->other++;
    }
}

static void add_letter(struct word *w, uint32_t c, enum script script)
{
    uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
    char bytes[4];
    int n = utf8_encode(lower, bytes);
    w->script = w->script == NO_LETTER || script == KANA ? script : w->script;
    w->letters++;
    w->capitals += lower != c;
    w->special |= script == LATIN ? languages_of_letter(lower) : 0;
    w->foreign |= script == CYRILLIC && (lower < 0x430 || lower > 0x451 || lower == 0x450);
    if (w->size + (size_t)n < WORD_BYTES) {
        memcpy(w->lower + w->size, bytes, (size_t)n);
        w->size += (size_t)n;
        w->lower[w->size] = 0;
    }
}

// Scripts whose characters may stand in one word.
static bool same_word(enum script a, enum script b)
{
    bool east = (a == HAN || a == KANA) && (b == HAN || b == KANA);
    return a == NO_LETTER || a == b || east;
}

static bool ends_sentence(struct text t, size_t at, uint32_t c, size_t n)
{
    if (c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF1B || c == '\n' || c == '!' || c == '?' || c == ';')
        return true;
    return c == '.' && (at + n >= t.size || strchr(" \t\r\n\")", t.at[at + n]));
}

void language_count(struct text t, struct language_count *out)
{
    struct reader r = {.t = t};
    struct sentence s = {0};
    struct word w = {.script = NO_LETTER};
    *out = (struct language_count){0};
    while (r.at < t.size) {
        uint32_t c;
        int n = utf8_decode(t.at + r.at, t.size - r.at, &c);
        enum script script = n ? script_of(c) : NO_LETTER;
        size_t here = r.at;
        if (n && script != NO_LETTER && same_word(w.script, script)) {
            add_letter(&w, c, script);
            s.chinese |= script == HAN && is_chinese(c);
            r.at += (size_t)n;
            continue;
        }
        if (n && ((c >= '0' && c <= '9') || c == '_')) { // "x1", "a_b"; "12 Uhr" is another word
            w.digits = true;
            r.at++;
            continue;
        }
        if (n && (c == '\'' || c == 0x2019) && w.script == LATIN) { // don't
            r.at += (size_t)n;
            continue;
        }
        bool address =
            w.script == LATIN && n && c == ':' && t.size - here > 2 && t.at[here + 1] == '/' && t.at[here + 2] == '/';
        if (address) {
            while (r.at < t.size && !strchr(" \t\r\n", t.at[r.at]))
                r.at++;
        } else {
            end_word(&w, &s);
        }
        w = (struct word){.script = NO_LETTER};
        if (address || (n && script != NO_LETTER) || pass_over(&r))
            continue;
        for (int l = FIRST_LATIN; n && c >= 0x80 && l < LANGUAGES; l++)
            s.votes[l] += languages_of_letter(c) >> l & 1; // inverted marks
        if (n && ends_sentence(t, here, c, (size_t)n))
            end_sentence(&s, out);
        r.at += n ? (size_t)n : 1;
    }
    end_word(&w, &s);
    end_sentence(&s, out);
}

int language_of(struct text t)
{
    struct language_count c;
    int best = -1;
    bool alone = false;
    language_count(t, &c);
    for (int l = 0; l < LANGUAGES; l++) {
        if (c.of[l] && (best < 0 || c.of[l] > c.of[best])) {
            best = l;
            alone = true;
        } else if (best >= 0 && c.of[l] == c.of[best]) {
            alone = false;
        }
    }
    return alone ? best : -1;
}
