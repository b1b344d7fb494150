#include "unit.h"

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    for (int round = 0; round < 2; round++) {
        for (size_t size = 0; size < 100; size++) {
            unsigned char *memory = arena_alloc(&arena, size);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
            memset(memory, 0xA5, size);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void the_ceiling_holds_and_resets(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 100000);
    assert_null(arena_alloc(&arena, 100001));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_strndup(&arena, "x", SIZE_MAX));
    assert_non_null(arena_alloc(&arena, 60000));
    assert_null(arena_alloc(&arena, 60000));
    assert_non_null(arena_alloc(&arena, 30000));
    arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    assert_non_null(arena_alloc(&arena, 60000));
    arena_free(&arena);
    arena_free(&arena);
}

static void one_block_outlives_a_reset(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    for (int i = 0; i < 1000; i++)
        assert_non_null(arena_alloc(&arena, 100));
    arena_reset(&arena);
    const struct arena_block *kept = arena.blocks;
    assert_non_null(kept);
    assert_non_null(arena_alloc(&arena, 100));
    assert_ptr_equal(arena.blocks, kept);
    arena_free(&arena);
}

static void nothing_is_left_of_a_request(void **state)
{
    (void)state;
    static const char token[] = "eyJhbGciOiJkaXIifQ";
    struct arena arena;
    arena_init(&arena, 4096);
    const char *copy = arena_strdup(&arena, token);
    arena_reset(&arena);
    for (size_t i = 0; i < sizeof token; i++)
        assert_int_equal(copy[i], 0); /* the block is kept */
    arena_free(&arena);
}

static void copies_end_with_nul(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    assert_string_equal(arena_strdup(&arena, "alice"), "alice");
    assert_string_equal(arena_strndup(&arena, "alice", 2), "al");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(the_ceiling_holds_and_resets),
        cmocka_unit_test(one_block_outlives_a_reset),
        cmocka_unit_test(nothing_is_left_of_a_request),
        cmocka_unit_test(copies_end_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
