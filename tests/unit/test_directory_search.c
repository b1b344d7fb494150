#include "unit.h"

#include <stdlib.h>

#include "directory/directory_search.h"
#include "directory_fixture.h"

static struct directory_result search(const struct directory *directory, const char *text,
                                      size_t limit, bool include_offline, const char *without)
{
    struct directory_result result;
    const struct directory_query query = {
        .text = text,
        .without_sid = without,
        .include_offline = include_offline,
        .limit = limit,
    };
    assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
    return result;
}

/* All names of an answer, best first, with "|" between. */
static const char *names(const struct directory_result *result)
{
    static char text[4096];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? "|" : "",
                                result->agents[i].name);
    }
    return text;
}

static struct directory *people(void)
{
    static const struct {
        const char *name;
        bool available;
    } list[] = {
        { "Łukasz Kowalski", true },
        { "Søren Jensen", true },
        { "Đorđe Babić", true },
        { "Þór Jónsson", true },
        { "Jörg Straße", true },
        { "İrem Yılmaz", true },
        { "ＦＵＬＬ Width", true },
        { "Conan O’Neil", true },
        { "Anne-Marie Dupont", true },
        { "Marie Curie", true },
        { "Rosemarie Weber", true },
        { "Maria Anna Mozart", true },
        { "Anna", true },
        { "Banana Anna", true },
        { "Johanna Berg", true },
        { "Annabel Offline", false },
        { "Zoë Anna", false },
        { "山田 太郎", true },
        { "", true },
        { "<b>&\"", true },
    };
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.busy_known = true;
    for (size_t i = 0; i < COUNT(list); i++)
        fixture_add(&draft, i, list[i].name, list[i].available);
    return fixture_open(&draft);
}

static void names_are_found_however_they_are_typed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *found;
    } table[] = {
        { "lukasz", "Łukasz Kowalski" },
        { "ŁUKASZ", "Łukasz Kowalski" },
        { "soren", "Søren Jensen" },
        { "Sören", "Søren Jensen" },
        { "dorde", "Đorđe Babić" },
        { "babic", "Đorđe Babić" },
        { "thor", "Þór Jónsson" },
        { "jons", "Þór Jónsson" },
        { "strasse", "Jörg Straße" },
        { "STRASSE", "Jörg Straße" },
        { "irem yilmaz", "İrem Yılmaz" },
        { "IREM", "İrem Yılmaz" },
        { "full width", "ＦＵＬＬ Width" },
        { "ｗｉｄｔｈ", "ＦＵＬＬ Width" },
        { "o'neil", "Conan O’Neil" },
        { "oneil", "Conan O’Neil" },
        { "neil", "Conan O’Neil" },
        { "anne-marie", "Anne-Marie Dupont" },
        { "anne marie", "Anne-Marie Dupont" },
        { "dupont anne", "Anne-Marie Dupont" },
        { "  kowal   luk ", "Łukasz Kowalski" },
        { "mozart, anna", "Maria Anna Mozart" },
        { "太郎", "山田 太郎" },
        { "kowalski soren", "" },
        { "nobody", "" },
        { "luk\nkow", "Łukasz Kowalski" },
        { "i\nsoren", "" }, /* the text can't reach from one name into the next */
    };
    struct directory *directory = people();
    for (size_t i = 0; i < COUNT(table); i++) {
        struct directory_result result = search(directory, table[i].text, 50, false, NULL);
        assert_string_equal(names(&result), table[i].found);
        assert_int_equal(result.total, result.count);
    }
    directory_close(directory);
}

static void the_best_matches_come_first(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool include_offline;
        const char *found;
    } table[] = {
        /* The beginning of the name, of another word, anywhere else; by name within each. */
        { "anna", false, "Anna|Banana Anna|Maria Anna Mozart|Johanna Berg" },
        { "marie", false, "Marie Curie|Anne-Marie Dupont|Rosemarie Weber" },
        /* Offline ones come after all others, however well they fit. */
        { "anna", true,
          "Anna|Banana Anna|Maria Anna Mozart|Johanna Berg|Annabel Offline|Zoë Anna" },
        /* One word that stands inside makes the match as weak as that. */
        { "anna ma", false, "Maria Anna Mozart" },
    };
    struct directory *directory = people();
    for (size_t i = 0; i < COUNT(table); i++) {
        struct directory_result result =
            search(directory, table[i].text, 50, table[i].include_offline, NULL);
        assert_string_equal(names(&result), table[i].found);
    }
    directory_close(directory);
}

static void no_text_means_everybody(void **state)
{
    (void)state;
    static const char *const texts[] = { NULL, "", "   ", "-", "'" };
    struct directory *directory = people();
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct directory_result some = search(directory, texts[i], 50, false, NULL);
        struct directory_result all = search(directory, texts[i], 50, true, NULL);
        assert_int_equal(some.total, 18);
        assert_int_equal(all.total, 20);
        assert_int_equal(all.count, 20);
        assert_true(all.agents[17].available);
        assert_string_equal(all.agents[18].name, "Annabel Offline");
        assert_false(all.agents[18].available);
        assert_string_equal(all.agents[19].name, "Zoë Anna");
    }
    directory_close(directory);
}

static void the_asker_is_left_out(void **state)
{
    (void)state;
    char sid[SID_SIZE];
    struct directory *directory = people();
    fixture_sid(sid, "WK", 12);
    struct directory_result result = search(directory, "anna", 50, false, sid);
    assert_string_equal(names(&result), "Banana Anna|Maria Anna Mozart|Johanna Berg");
    assert_int_equal(result.total, 3);
    result = search(directory, "", 50, false, sid);
    assert_int_equal(result.total, 17);
    assert_int_equal(result.count, 17);
    fixture_sid(sid, "WK", 15); /* offline: only missing where they would be shown */
    assert_int_equal(search(directory, "", 50, false, sid).total, 18);
    assert_int_equal(search(directory, "", 50, true, sid).total, 19);
    assert_int_equal(search(directory, "", 50, true, "WKunknown").total, 20);
    directory_close(directory);
}

static void the_limit_cuts_the_list_and_not_the_total(void **state)
{
    (void)state;
    struct directory *directory = people();
    struct directory_result result = search(directory, "anna", 2, true, NULL);
    assert_string_equal(names(&result), "Anna|Banana Anna");
    assert_int_equal(result.total, 6);
    result = search(directory, "anna", 5, true, NULL);
    assert_int_equal(result.count, 5);
    assert_string_equal(result.agents[4].name, "Annabel Offline");
    result = search(directory, "", 1, true, NULL);
    assert_int_equal(result.count, 1);
    assert_int_equal(result.total, 20);
    directory_close(directory);
}

static struct directory_result from_offset(const struct directory *directory, const char *text,
                                           size_t offset, size_t limit)
{
    struct directory_result result;
    const struct directory_query query = {
        .text = text,
        .include_offline = true,
        .limit = limit,
        .offset = offset,
    };
    assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
    return result;
}

/* Each page is what the whole list has there, whichever way it is found. */
static void offsets_cut_the_list_into_pages(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "a", "an", "e a", "straße", "zzz" };
    struct directory *directory = fixture_many(450);
    for (size_t t = 0; t < COUNT(texts); t++) {
        size_t total = from_offset(directory, texts[t], 0, 1).total;
        for (size_t from = 0; from <= total; from += 150) {
            struct directory_result page = from_offset(directory, texts[t], from, 150);
            assert_int_equal(page.total, total);
            assert_int_equal(page.count, total - from < 150 ? total - from : 150);
            for (size_t i = 0; i < page.count; i += 7) {
                struct directory_result one = from_offset(directory, texts[t], from + i, 1);
                assert_string_equal(one.agents[0].sid, page.agents[i].sid);
            }
        }
    }
    char sid[SID_SIZE];
    fixture_sid(sid, "WK", 7);
    assert_int_equal(from_offset(directory, sid, 0, 50).count, 1);
    struct directory_result beyond = from_offset(directory, sid, 1, 50);
    assert_int_equal(beyond.count, 0);
    assert_int_equal(beyond.total, 1);
    assert_int_equal(from_offset(directory, "", DIRECTORY_OFFSET_MAX, 50).count, 0);
    directory_close(directory);
}

/* Longer than any name: words may come again, but no name has 257 of them. */
static void a_long_text_finds_whom_it_finds(void **state)
{
    (void)state;
    static char text[1024];
    struct directory *directory = people();
    for (size_t len = 0; len < 256 * 3; len += 3)
        memcpy(text + len, "an ", 4);
    struct directory_result result = search(directory, text, 50, true, NULL);
    assert_string_equal(names(&result),
                        "Anna|Anne-Marie Dupont|Banana Anna|Maria Anna Mozart|Conan O’Neil|Johanna "
                        "Berg|Annabel Offline|Zoë Anna");
    memcpy(text + 256 * 3, "an", 3);
    assert_int_equal(search(directory, text, 50, true, NULL).total, 0);
    directory_close(directory);
}

static struct directory *neighbors(void)
{
    static const char *const list[] = {
        "Jörg Müller",  "Joerg Mueller", "Jorg Muller", "Jan van den Berg", "Ronald Mc Donald",
        "Ian McDonald", "Anne-Marie K",  "山田 太郎",   "김 민수",          "Åse Sørensen",
        "مصطفى علی",    "タナカ ユキ",   "O′Neil Pat",  "Jörg Müller",
    };
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.busy_known = true;
    for (size_t i = 0; i < COUNT(list); i++)
        fixture_add(&draft, i, list[i], i % 2 == 0);
    return fixture_open(&draft);
}

static void names_are_found_however_they_are_spelled(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *found;
    } rows[] = {
        { "müller jo", "Jorg Muller|Jörg Müller|Joerg Mueller|Jörg Müller" },
        { "mueller", "Jörg Müller|Joerg Mueller|Jörg Müller" },
        { "muller", "Jorg Muller|Jörg Müller|Jörg Müller" },
        { "joerg müller", "Jörg Müller|Joerg Mueller|Jörg Müller" },
        { "vandenberg", "Jan van den Berg" },
        { "jan vandenb", "Jan van den Berg" },
        { "van den berg", "Jan van den Berg" },
        { "mcdonald", "Ronald Mc Donald|Ian McDonald" },
        { "mc donald", "Ronald Mc Donald|Ian McDonald" },
        { "annemarie", "Anne-Marie K" },
        { "山田太郎", "山田 太郎" },
        { "山田　太郎", "山田 太郎" },
        { "김민수", "김 민수" },
        { "기", "김 민수" }, /* as it looks while it is typed */
        { "aase soerensen", "Åse Sørensen" },
        { "ase sorensen", "Åse Sørensen" },
        { "مصطفي علي", "مصطفى علی" },
        { "たなか", "タナカ ユキ" },
        { "ﾀﾅｶﾕｷ", "タナカ ユキ" },
        { "oneil", "O′Neil Pat" },
        { "o´neil", "O′Neil Pat" },
    };
    struct directory *directory = neighbors();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct directory_result result = search(directory, rows[i].text, 50, true, NULL);
        if (strcmp(names(&result), rows[i].found) != 0)
            fail_msg("%s: %s", rows[i].text, names(&result));
    }
    directory_close(directory);
}

/* Who shares a name, or a spelling of it, is told from the others by the friendly name. */
static void namesakes_have_their_friendly_names(void **state)
{
    (void)state;
    struct directory *directory = neighbors();
    struct directory_result result = search(directory, "", 50, true, NULL);
    size_t told = 0;
    for (size_t i = 0; i < result.count; i++) {
        bool has_one = result.agents[i].friendly_name[0] != '\0';
        bool needs_one = strstr(result.agents[i].name, "rg M") != NULL;
        assert_row(i, has_one == needs_one);
        told += has_one ? 1 : 0;
    }
    assert_int_equal(told, 4);
    directory_close(directory);
}

static void what_cannot_be_asked_is_refused(void **state)
{
    (void)state;
    const struct directory_query wrong[] = {
        { .limit = 0 },
        { .limit = DIRECTORY_LIMIT_MAX + 1 },
        { .limit = 50, .offset = DIRECTORY_OFFSET_MAX + 1 },
        { .limit = 50, .text = "\xFF" },
    };
    struct directory *directory = people();
    struct directory_result result;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(directory_search(directory, &wrong[i], &result), ERR_INPUT);
    directory_close(directory);
}

static void busy_is_what_was_found_out(void **state)
{
    (void)state;
    for (int known = 0; known <= 1; known++) {
        char task[SID_SIZE];
        char worker[SID_SIZE];
        struct directory_draft draft;
        directory_draft_init(&draft);
        draft.busy_known = known != 0;
        fixture_add(&draft, 1, "Ana", true);
        fixture_add(&draft, 2, "Bob", true);
        fixture_sid(task, "WT", 1);
        fixture_sid(worker, "WK", 2);
        assert_int_equal(directory_draft_hold(&draft, task, worker, 0, true), ERR_OK);
        fixture_sid(task, "WT", 2);
        fixture_sid(worker, "WK", 99); /* deleted meanwhile */
        assert_int_equal(directory_draft_hold(&draft, task, worker, 0, true), ERR_OK);
        struct directory *directory = fixture_open(&draft);
        struct directory_result result = search(directory, "", 50, false, NULL);
        assert_int_equal(result.agents[0].busy, known ? DIRECTORY_FREE : DIRECTORY_BUSY_UNKNOWN);
        assert_int_equal(result.agents[1].busy, known ? DIRECTORY_BUSY : DIRECTORY_BUSY_UNKNOWN);
        directory_close(directory);
    }
}

/* What a search has to count, found the slow way. */
static size_t count_slowly(const struct directory *directory, const char *folded_word)
{
    size_t count = 0;
    for (size_t i = 0; i < directory->header->available_count; i++) {
        const char *line = directory->folded + directory->records[i].folded;
        const char *hit = strstr(line, folded_word);
        const char *end = strchr(line, '\n');
        count += hit != NULL && hit < end;
    }
    return count;
}

static void every_size_is_searched_to_its_end(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 1001, 15000 };
    static const char *const words[] = { "a", "an", "ana", "straße", "r 1", "0", "9", "zzz" };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct directory *directory = fixture_many(sizes[i]);
        struct directory_result all = search(directory, "", DIRECTORY_LIMIT_MAX, true, NULL);
        assert_int_equal(all.total, sizes[i]);
        for (size_t w = 0; w < COUNT(words); w++) {
            struct directory_result result = search(directory, words[w], 10, false, NULL);
            assert_int_equal(result.count, result.total < 10 ? result.total : 10);
            if (strchr(words[w], ' ') == NULL && strcmp(words[w], "straße") != 0)
                assert_int_equal(result.total, count_slowly(directory, words[w]));
        }
        directory_close(directory);
    }
}

/* One letter has a short way of its own; the same letter twice means the same and has not. */
static void a_letter_finds_what_the_long_way_finds(void **state)
{
    (void)state;
    struct directory *directory = fixture_many(3000);
    for (char letter = '0'; letter <= 'z'; letter = letter == '9' ? 'a' : (char)(letter + 1)) {
        const char once[] = { letter, '\0' };
        const char twice[] = { letter, ' ', letter, '\0' };
        for (size_t asker = 0; asker < 60; asker++) {
            char sid[SID_SIZE];
            fixture_sid(sid, "WK", asker);
            for (size_t limit = 1; limit <= DIRECTORY_LIMIT_MAX; limit += 66) {
                struct directory_result quick = search(directory, once, limit, true, sid);
                struct directory_result slow = search(directory, twice, limit, true, sid);
                assert_int_equal(quick.total, slow.total);
                assert_int_equal(quick.count, slow.count);
                for (size_t i = 0; i < quick.count; i++)
                    assert_string_equal(quick.agents[i].sid, slow.agents[i].sid);
            }
        }
    }
    directory_close(directory);
}

/* The same numbers in each run. */
static size_t next_number(size_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005 + 1442695040888963407;
    return (size_t)(state >> 33) % below;
}

/* A piece of a name or two, as somebody could have typed them. */
static void type_something(char *text, size_t size)
{
    static const char *const letters[] = { "a", "an", "zz", "ö", "ü", "m", "太", "' ", "e r" };
    size_t len = 0;
    text[0] = '\0';
    for (size_t words = 1 + next_number(3); words > 0; words--) {
        char name[FIXTURE_NAME_SIZE];
        fixture_name(name, next_number(3000));
        size_t from = next_number(strlen(name));
        size_t most = 1 + next_number(5);
        const char *piece =
            next_number(4) == 0 ? letters[next_number(COUNT(letters))] : name + from;
        len += (size_t)snprintf(text + len, size - len, "%.*s%s", (int)most, piece,
                                words > 1 ? " " : "");
    }
}

static void assert_same(const struct directory_query *query, const struct directory *indexed,
                        const struct directory *bare)
{
    struct directory_result quick;
    struct directory_result slow;
    enum err rc = directory_search(indexed, query, &quick);
    assert_int_equal(directory_search(bare, query, &slow), rc);
    if (rc != ERR_OK) return; /* a character cut in two */
    if (quick.total != slow.total || quick.count != slow.count)
        fail_msg("%s: %zu and %zu", query->text, quick.total, slow.total);
    for (size_t i = 0; i < quick.count; i++) {
        if (strcmp(quick.agents[i].sid, slow.agents[i].sid) != 0)
            fail_msg("%s: %zu", query->text, i);
    }
}

static void the_index_finds_what_reading_all_names_finds(void **state)
{
    (void)state;
    struct directory *directories[] = { fixture_many(3000), people(), neighbors() };
    for (size_t i = 0; i < COUNT(directories); i++) {
        struct directory_header header = *directories[i]->header;
        struct directory bare = *directories[i];
        assert_true(header.gram_count > 0);
        header.gram_count = 0;
        bare.header = &header;
        for (size_t k = 0; k < 1500; k++) {
            char text[256];
            char sid[SID_SIZE];
            fixture_sid(sid, "WK", next_number(100));
            type_something(text, sizeof text);
            const struct directory_query query = {
                .text = text,
                .without_sid = sid,
                .include_offline = next_number(2) == 1,
                .limit = 1 + next_number(DIRECTORY_LIMIT_MAX),
            };
            assert_same(&query, directories[i], &bare);
        }
        directory_close(directories[i]);
    }
}

static void each_agent_of_many_is_found_by_name(void **state)
{
    (void)state;
    struct directory *directory = fixture_many(15000);
    for (size_t i = 0; i < 15000; i += 97) {
        char sid[SID_SIZE];
        char name[FIXTURE_NAME_SIZE];
        fixture_sid(sid, "WK", i);
        fixture_name(name, i);
        struct directory_result result = search(directory, name, 50, true, NULL);
        bool found = false;
        for (size_t k = 0; k < result.count; k++)
            found = found || strcmp(result.agents[k].sid, sid) == 0;
        assert_true(found);
    }
    directory_close(directory);
}

static void the_tag_changes_with_the_answer(void **state)
{
    (void)state;
    char tags[10][DIRECTORY_ETAG_SIZE];
    struct directory *directory = people();
    struct directory *same = people();
    struct directory *other = fixture_many(3);
    struct directory_query query = { .text = "a", .without_sid = "WK1", .limit = 50 };
    directory_query_etag(directory, &query, false, tags[0]);
    directory_query_etag(directory, &query, true, tags[1]);
    directory_query_etag(other, &query, false, tags[2]);
    query.limit = 49;
    directory_query_etag(directory, &query, false, tags[3]);
    query.include_offline = true;
    directory_query_etag(directory, &query, false, tags[4]);
    query.without_sid = "WK2";
    directory_query_etag(directory, &query, false, tags[5]);
    query.text = "aW";
    query.without_sid = "K2";
    directory_query_etag(directory, &query, false, tags[6]);
    query.text = "";
    directory_query_etag(directory, &query, false, tags[7]);
    query = (struct directory_query){ .text = "a", .without_sid = "WK1", .limit = 50 };
    directory_query_etag(same, &query, false, tags[8]);
    query.offset = 1;
    directory_query_etag(same, &query, false, tags[9]);
    assert_string_equal(tags[0], tags[8]);
    tags[8][0] = '\0';
    for (size_t a = 0; a < COUNT(tags); a++) {
        for (size_t b = a + 1; b < COUNT(tags); b++)
            assert_string_not_equal(tags[a], tags[b]);
    }
    assert_int_equal(strlen(tags[0]), 18);
    directory_close(other);
    directory_close(same);
    directory_close(directory);
}

/* One agent who goes offline: nothing changes but how many come first. */
static void the_tag_knows_who_is_available(void **state)
{
    (void)state;
    char tags[2][DIRECTORY_ETAG_SIZE];
    const struct directory_query query = { .limit = 50 };
    for (int available = 0; available <= 1; available++) {
        struct directory_draft draft;
        directory_draft_init(&draft);
        const struct draft_agent agent = {
            .sid = "WK00000000000000000000000000000001",
            .name = "Ana",
            .friendly_name = "ana",
            .contact_uri = "client:ana",
            .activity = "Here",
            .user = "ana",
            .available = available != 0,
        };
        assert_int_equal(directory_draft_add(&draft, &agent), ERR_OK);
        struct directory *directory = fixture_open(&draft);
        directory_query_etag(directory, &query, false, tags[available]);
        directory_close(directory);
    }
    assert_string_not_equal(tags[0], tags[1]);
}

static void users_are_counted_by_exact_text(void **state)
{
    (void)state;
    struct directory_agent found[2] = { { .sid = "untouched" } };
    struct directory_draft draft;
    directory_draft_init(&draft);
    fixture_add(&draft, 1, "ana@example.com", true);
    fixture_add(&draft, 2, "twin", true);
    fixture_add(&draft, 3, "twin", false);
    fixture_add(&draft, 4, "", true);
    fixture_add(&draft, 5, "seen twice", true);
    fixture_add(&draft, 5, "seen twice", true);
    struct directory *directory = fixture_open(&draft);
    assert_int_equal(directory_search_users(directory, "nobody", found), 0);
    assert_int_equal(directory_search_users(directory, "Ana@example.com", found), 0);
    assert_int_equal(directory_search_users(directory, "", found), 0);
    assert_string_equal(found[0].sid, "untouched");
    assert_int_equal(directory_search_users(directory, "ana@example.com", found), 1);
    assert_string_equal(found[0].sid, "WK00000000000000000000000000000001");
    assert_int_equal(directory_search_users(directory, "twin", found), 2);
    assert_string_equal(found[0].sid, "WK00000000000000000000000000000002");
    assert_string_equal(found[1].sid, "WK00000000000000000000000000000003");
    assert_int_equal(directory_search_users(directory, "seen twice", found), 1);
    directory_close(directory);
}

static void add_named(struct directory_draft *draft, size_t number, const char *friendly_name,
                      const char *contact_uri)
{
    char sid[SID_SIZE];
    fixture_sid(sid, "WK", number);
    const struct draft_agent agent = {
        .sid = sid,
        .name = friendly_name,
        .friendly_name = friendly_name,
        .contact_uri = contact_uri,
        .activity = "Available",
        .user = friendly_name,
        .available = true,
    };
    assert_int_equal(directory_draft_add(draft, &agent), ERR_OK);
}

static void owners_are_counted_by_what_they_may_have(void **state)
{
    (void)state;
    static const struct {
        int identity;
        const char *address;
        size_t entitled;
        size_t owners;
    } rows[] = {
        { CONFIG_IDENTITY_FRIENDLY_NAME, "client:ana", 1, 1 },
        { CONFIG_IDENTITY_FRIENDLY_NAME, "client:a_40b", 2, 2 }, /* a@b, and a_40b itself */
        { CONFIG_IDENTITY_FRIENDLY_NAME, "client:2", 0, 1 },
        { CONFIG_IDENTITY_FRIENDLY_NAME, "client:a@b", 0, 0 },
        { CONFIG_IDENTITY_FRIENDLY_NAME, "", 0, 0 },
        { CONFIG_IDENTITY_CONTACT_URI, "client:2", 1, 1 },
        { CONFIG_IDENTITY_CONTACT_URI, "client:a_40b", 0, 0 },
    };
    struct directory_draft draft;
    directory_draft_init(&draft);
    add_named(&draft, 1, "ana", "client:ana");
    add_named(&draft, 2, "a@b", "client:2");
    add_named(&draft, 3, "a_40b", "");
    struct directory *directory = fixture_open(&draft);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct directory_agent found[2];
        const struct config config = { .identity = rows[i].identity };
        assert_row(i, directory_search_entitled(directory, &config, rows[i].address, found) ==
                          rows[i].entitled);
        assert_row(i, directory_search_owners(directory, &config, rows[i].address, found) ==
                          rows[i].owners);
    }
    directory_close(directory);
}

static void an_address_finds_its_agent_alone(void **state)
{
    (void)state;
    struct directory *directory = people();
    char sid[SID_SIZE];
    fixture_sid(sid, "WK", 15); /* offline */
    struct directory_result result = search(directory, sid, 50, true, NULL);
    assert_string_equal(names(&result), "Annabel Offline");
    assert_int_equal(result.total, 1);
    assert_int_equal(search(directory, sid, 50, false, NULL).total, 0);
    assert_int_equal(search(directory, sid, 50, true, sid).total, 0);
    fixture_sid(sid, "WK", 999);
    assert_int_equal(search(directory, sid, 50, true, NULL).total, 0);
    result = search(directory, "client:9", 50, true, NULL);
    assert_string_equal(names(&result), "Marie Curie");
    directory_close(directory);
}

static void sids_find_their_agents(void **state)
{
    (void)state;
    struct directory *directory = people();
    char text[4 * SID_SIZE];
    char marie[SID_SIZE];
    static const size_t numbers[] = { 15, 9, 999, 12 };
    for (size_t i = 0; i < COUNT(numbers); i++) {
        fixture_sid(text + i * SID_SIZE, "WK", numbers[i]);
        if (i + 1 < COUNT(numbers)) text[i * SID_SIZE + SID_LEN] = ' ';
    }
    fixture_sid(marie, "WK", 9);
    struct directory_result result = search(directory, text, 50, true, NULL);
    assert_string_equal(names(&result), "Annabel Offline|Marie Curie|Anna");
    assert_int_equal(result.total, 3);
    result = search(directory, text, 1, false, NULL);
    assert_string_equal(names(&result), "Marie Curie");
    assert_int_equal(result.total, 2);
    result = search(directory, text, 50, false, marie);
    assert_string_equal(names(&result), "Anna");
    text[SID_LEN] = ','; /* that is something else, and nobody's name */
    assert_int_equal(search(directory, text, 50, true, NULL).total, 0);
    directory_close(directory);
}

/* carol claims what only alice may have; "+1" is nobody's to have, and one has it. */
static void an_address_that_several_have_finds_whom_it_belongs_to(void **state)
{
    (void)state;
    static const struct {
        int identity; /* of struct config; -1: none is given */
        const char *address;
        const char *found; /* NULL: the text is looked for in names */
    } rows[] = {
        { CONFIG_IDENTITY_FRIENDLY_NAME, "client:alice", "alice" },
        { CONFIG_IDENTITY_CONTACT_URI, "client:alice", NULL },
        { -1, "client:alice", NULL },
        { CONFIG_IDENTITY_FRIENDLY_NAME, "+1", "dave" },
        { -1, "+1", "dave" },
    };
    struct directory_draft draft;
    directory_draft_init(&draft);
    add_named(&draft, 1, "alice", "client:alice");
    add_named(&draft, 2, "carol", "client:alice");
    add_named(&draft, 3, "dave", "+1");
    struct directory *directory = fixture_open(&draft);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct config config = { .identity = rows[i].identity };
        const struct directory_query query = {
            .config = rows[i].identity >= 0 ? &config : NULL,
            .text = rows[i].address,
            .include_offline = true,
            .limit = 50,
        };
        struct directory_result result;
        assert_row(i, directory_search(directory, &query, &result) == ERR_OK);
        assert_row(i, result.count == (rows[i].found != NULL ? 1 : 0));
        if (rows[i].found != NULL) assert_row(i, strcmp(result.agents[0].name, rows[i].found) == 0);
    }
    directory_close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_however_they_are_typed),
        cmocka_unit_test(an_address_finds_its_agent_alone),
        cmocka_unit_test(sids_find_their_agents),
        cmocka_unit_test(an_address_that_several_have_finds_whom_it_belongs_to),
        cmocka_unit_test(the_best_matches_come_first),
        cmocka_unit_test(no_text_means_everybody),
        cmocka_unit_test(the_asker_is_left_out),
        cmocka_unit_test(the_limit_cuts_the_list_and_not_the_total),
        cmocka_unit_test(offsets_cut_the_list_into_pages),
        cmocka_unit_test(a_long_text_finds_whom_it_finds),
        cmocka_unit_test(names_are_found_however_they_are_spelled),
        cmocka_unit_test(namesakes_have_their_friendly_names),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
        cmocka_unit_test(busy_is_what_was_found_out),
        cmocka_unit_test(every_size_is_searched_to_its_end),
        cmocka_unit_test(a_letter_finds_what_the_long_way_finds),
        cmocka_unit_test(the_index_finds_what_reading_all_names_finds),
        cmocka_unit_test(each_agent_of_many_is_found_by_name),
        cmocka_unit_test(the_tag_changes_with_the_answer),
        cmocka_unit_test(the_tag_knows_who_is_available),
        cmocka_unit_test(users_are_counted_by_exact_text),
        cmocka_unit_test(owners_are_counted_by_what_they_may_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
