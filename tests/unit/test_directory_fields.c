#include "unit.h"

#include <stdlib.h>

#include "directory/directory_fields.h"
#include "directory/directory_search.h"
#include "directory_fixture.h"

static const struct list_fields three = { .count = 3, .names = { "team_name", "place", "skills" } };

static struct directory *people(void)
{
    static const struct {
        const char *name;
        const char *fields[3];
        bool available;
    } list[] = {
        { "Ana Silva", { "Billing", "New York", "es, fr" }, true },
        { "Bob Baker", { "Sales", "Berlin", "test, salesforce" }, true },
        { "Carol Berlin", { "Billing", "S\xc3\xa3o Paulo", "" }, true },
        { "Dave Dufour", { "Billing-EU", "Berlin", "es" }, false },
        { "Erik Es", { "", "M\xc3\xbcnchen", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" }, true },
        { "Fay Team", { " \xe2\x80\x8b", "", "" }, true },
    };
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.busy_known = true;
    draft.fields = three;
    for (size_t i = 0; i < COUNT(list); i++)
        fixture_add_with(&draft, i, list[i].name, list[i].available, list[i].fields);
    return fixture_open(&draft);
}

/* The first letters of those who are found, best first, and their number where it is another. */
static const char *found(const struct directory *directory, const char *text, size_t limit,
                         size_t offset)
{
    static char letters[DIRECTORY_LIMIT_MAX + 32];
    static struct directory_result result;
    const struct directory_query query = {
        .text = text,
        .include_offline = true,
        .limit = limit,
        .offset = offset,
        .without_sid = "WK00000000000000000000000000000063",
    };
    assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
    for (size_t i = 0; i < result.count; i++)
        letters[i] = result.agents[i].name[0];
    letters[result.count] = '\0';
    if (result.total != result.count) snprintf(letters + result.count, 32, "/%zu", result.total);
    return letters;
}

static void values_are_found_after_names(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *found;
    } rows[] = {
        { "", "ABCEFD" },        { "billing", "ACD" },   { "BILLING", "ACD" },  { "illing", "" },
        { "berlin", "CBD" }, /* the name, and then two places */
        { "es", "EAD" },     /* and not "test" */
        { "ana billing", "A" },  { "billing ana", "A" }, { "bob billing", "" }, { "new york", "A" },
        { "york es", "A" },      { "sao", "C" },         { "muenchen", "E" },   { "munchen", "E" },
        { "\xe6\x9c\xac", "E" },                   /* within a word of a script without spaces */
        { "nobody", "" },        { "e", "EBCFD" }, /* a letter alone asks for names */
        { "n", "AC" },           { "erik n", "" },       { "ana n", "A" }, /* New York: more than a
                                                                               letter has been typed
                                                                             */
    };
    struct directory *directory = people();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(found(directory, rows[i].typed, 50, 0), rows[i].found);
    directory_close(directory);
}

static void a_field_is_asked_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *found;
    } rows[] = {
        { "team:billing", "ACD" },
        { "team:billing-eu", "D" },
        { "team:berlin", "" },
        { "place:berlin", "BD" },
        { "place:berlin team:billing", "D" },
        { "skill:es", "AD" },
        { "skill:e", "AD" },
        { "skill:sales", "B" },
        { "carol team:billing", "C" },
        { "team:billing berlin", "CD" },
        { "team:billing zzz", "" },
        { "team:zzz", "" },
        { "team:zzz ana", "" },
        { "team:", "ABCEFD" },
        { "shift:billing", "" }, /* no field: text, which nobody has */
    };
    struct directory *directory = people();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(found(directory, rows[i].typed, 50, 0), rows[i].found);
    assert_string_equal(found(directory, "berlin", 1, 0), "C/3");
    assert_string_equal(found(directory, "berlin", 1, 1), "B/3");
    assert_string_equal(found(directory, "berlin", 2, 2), "D/3");
    assert_string_equal(found(directory, "team:billing", 2, 1), "CD/3");
    directory_close(directory);
}

static void each_agent_has_what_was_read(void **state)
{
    (void)state;
    struct directory *directory = people();
    const char *names[LIST_FIELDS_MAX];
    assert_int_equal(directory_fields_names(directory, names), 3);
    assert_string_equal(names[0], "team_name");
    assert_string_equal(directory_fields_value(directory, 0, 1), "New York");
    assert_string_equal(directory_fields_value(directory, 2, 2), "");
    assert_string_equal(directory_fields_value(directory, 4, 0), ""); /* nothing to be seen */
    assert_int_equal(directory->header->value_count, 11);             /* each once */
    directory_close(directory);
}

/* As many words as fit, and one more: then they are looked for in names alone. */
static void more_words_than_fit(void **state)
{
    (void)state;
    char text[DIRECTORY_FIELD_WORDS_MAX * 8 + 32] = "";
    size_t len = 0;
    struct directory *directory = people();
    for (size_t i = 0; i < DIRECTORY_FIELD_WORDS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%sbilling", i > 0 ? " " : "");
    assert_string_equal(found(directory, text, 50, 0), "ACD");
    snprintf(text + len, sizeof text - len, " billing");
    assert_string_equal(found(directory, text, 50, 0), "");
    snprintf(text, sizeof text, "team:b-i-l-l-i-n-g-b-i-l-l-i-n-g-b-i-l-l-i-n-g");
    assert_string_equal(found(directory, text, 50, 0), "");
    directory_close(directory);
}

/* Fields cost nobody a place, whatever they hold. */
static void what_does_not_fit_is_left_out(void **state)
{
    (void)state;
    enum { AGENTS = 15000 };
    static const char sentence[] = "\xef\xb7\xba"; /* one character that folds to a sentence */
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.fields = three;
    for (size_t i = 0; i < AGENTS; i++) {
        char value[128];
        size_t len = (size_t)snprintf(value, sizeof value, "%zu", i);
        while (len + sizeof sentence <= sizeof value)
            len += (size_t)snprintf(value + len, sizeof value - len, "%s", sentence);
        fixture_add_with(&draft, i, "A", true, (const char *const[]){ value, value, "few" });
    }
    struct directory *directory = fixture_open(&draft);
    assert_int_equal(directory->header->count, AGENTS);
    assert_true(directory->header->value_count > 1000);
    assert_true(directory->header->value_count < AGENTS);
    assert_true(directory->size < 2 * DIRECTORY_VALUES_MAX);
    directory_close(directory);
}

/* How many are found when each agent's team is a part of the name, one agent at a time. */
static size_t found_one_by_one(const struct directory *directory, const char *text)
{
    size_t total = 0;
    for (size_t i = 0; i < directory->header->count; i++) {
        char name[256];
        static struct directory_result result;
        const struct directory_query query = { .text = text, .limit = 1 };
        struct directory_draft draft;
        directory_draft_init(&draft);
        snprintf(name, sizeof name, "%s | %s", directory->strings + directory->records[i].name,
                 directory_fields_value(directory, i, 0));
        fixture_add(&draft, 1, name, true);
        struct directory *alone = fixture_open(&draft);
        assert_int_equal(directory_search(alone, &query, &result), ERR_OK);
        total += result.total;
        directory_close(alone);
    }
    return total;
}

static void what_is_found_among_many_is_found_one_by_one(void **state)
{
    (void)state;
    enum { AGENTS = 600 };
    static const char *const teams[] = { "", "Billing", "Sales North", "S\303\274d", "Ana" };
    static const char *const texts[] = { "billing",    "north sales", "sued",        "sud",
                                         "ana",        "b an",        "ana billing", "sales mari",
                                         "garcia ana", "nobody" };
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.fields = (struct list_fields){ .count = 1, .names = { "team" } };
    for (size_t i = 0; i < AGENTS; i++) {
        char name[FIXTURE_NAME_SIZE];
        fixture_name(name, i);
        fixture_add_with(&draft, i, name, i % 3 > 0, &teams[i % COUNT(teams)]);
    }
    struct directory *directory = fixture_open(&draft);
    for (size_t i = 0; i < COUNT(texts); i++) {
        static struct directory_result result;
        const struct directory_query query = { .text = texts[i],
                                               .limit = 1,
                                               .include_offline = true };
        assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
        if (result.total != found_one_by_one(directory, texts[i]))
            fail_msg("%s: %zu", texts[i], result.total);
    }
    directory_close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_after_names),
        cmocka_unit_test(a_field_is_asked_by_its_name),
        cmocka_unit_test(each_agent_has_what_was_read),
        cmocka_unit_test(more_words_than_fit),
        cmocka_unit_test(what_does_not_fit_is_left_out),
        cmocka_unit_test(what_is_found_among_many_is_found_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
