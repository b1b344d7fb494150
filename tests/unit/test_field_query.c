#include "unit.h"

#include "directory/field_query.h"

static const char *const fields[] = { "team_name", "Location", "routing.skills" };

/* "rest" and then " FIELDS=words" of each term, in one text. */
static const char *taken_apart(const char *text, size_t field_count)
{
    static char words[512];
    struct field_query query;
    assert_int_equal(field_query_read(&query, text, fields, field_count), ERR_OK);
    size_t len = (size_t)snprintf(words, sizeof words, "%s", query.names.text);
    for (size_t i = 0; i < query.count; i++) {
        const struct name_query *asked = &query.terms[i].words;
        len += (size_t)snprintf(words + len, sizeof words - len, "|%u", query.terms[i].fields);
        for (size_t k = 0; k < asked->count; k++)
            len += (size_t)snprintf(words + len, sizeof words - len, " %s", asked->words[k].plain);
    }
    field_query_free(&query);
    return words;
}

static void a_field_is_told_from_text(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *read;
    } rows[] = {
        { "bob", "bob" },
        { " bob  baker", " bob  baker" },
        { "team_name:billing", "|1 billing" },
        { "team:billing", "|1 billing" },
        { "name:billing", "|1 billing" },
        { "TEAM:Billing", "|1 billing" },
        { "team-name:billing", "|1 billing" },
        { "team-names:billing", "team-names:billing" },
        { "skill:es", "|4 es" },
        { "skills:es", "|4 es" },
        { "routing.skills:es", "|4 es" },
        { "kills:es", "kills:es" },
        { "l\xc3\xb6"
          "c:berlin",
          "|2 berlin" },
        { "bob team:Billing baker", "bob baker|1 billing" },
        { "team:a location:b team:c", "|1 a|2 b|1 c" },
        { "team: billing baker", "baker|1 billing" },
        { "team:", "|1" },
        { "team:\xc3\x84rzte-Nord", "|1 arzte nord" },
        { "location:\"new york\"", "york\"|2 new" },
        { "team\xef\xbc\x9a"
          "billing\xe3\x80\x80"
          "bob",
          "bob|1 billing" },
        { "client:bob", "client:bob" },
        { ":bob team", ":bob team" },
        { "time:12:30", "time:12:30" },
        { "team:12:30", "|1 12 30" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(taken_apart(rows[i].typed, COUNT(fields)), rows[i].read);
    assert_string_equal(taken_apart("team:billing", 0), "team:billing");
}

static void a_beginning_may_be_several_fields(void **state)
{
    (void)state;
    static const char *const similar[] = { "team", "team_lead", "steam" };
    struct field_query query;
    assert_int_equal(field_query_read(&query, "team:x", similar, COUNT(similar)), ERR_OK);
    assert_int_equal(query.terms[0].fields, 3);
    field_query_free(&query);
}

static void what_is_too_much_is_text(void **state)
{
    (void)state;
    char text[FIELD_QUERY_TERMS_MAX * 8 + 16] = "";
    size_t len = 0;
    for (size_t i = 0; i < FIELD_QUERY_TERMS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "team:a ");
    snprintf(text + len, sizeof text - len, "team:b");
    struct field_query query;
    assert_int_equal(field_query_read(&query, text, fields, COUNT(fields)), ERR_OK);
    assert_int_equal(query.count, FIELD_QUERY_TERMS_MAX);
    assert_string_equal(query.names.text, "team:b");
    field_query_free(&query);
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "\xff", "\xff:a", "team:\xff", "team:a \xff",
                                         "a team:b\xc3" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct field_query query;
        assert_row(i, field_query_read(&query, texts[i], fields, COUNT(fields)) == ERR_INPUT);
        field_query_free(&query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_told_from_text),
        cmocka_unit_test(a_beginning_may_be_several_fields),
        cmocka_unit_test(what_is_too_much_is_text),
        cmocka_unit_test(what_is_not_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
