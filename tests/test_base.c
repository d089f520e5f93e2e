/* SPDX-License-Identifier: MIT */
/*
 * src/base.h: ranges of bits against one bit at a time, and the index against a
 * list of its nodes in the order in which they came.
 */
#include "base.h"

#include "support.h"

/* ---- Bits ------------------------------------------------------------- */

enum { WORDS = 4, BITS = WORDS * 64 };

struct bits {
    uint64_t real[WORDS];
    bool model[BITS];
};

static void
check_bits(const struct bits *bits)
{
    for (size_t i = 0; i < BITS; i++)
        if (wgc__bit_get(bits->real, i) != bits->model[i])
            fail_msg("bit %zu", i);
}

static size_t
find_in_model(const struct bits *bits, size_t low, size_t high, bool value)
{
    while (low < high && bits->model[low] != value)
        low++;
    return low;
}

static void
randomize(struct bits *bits, random_state *random, size_t density)
{
    memset(bits->real, 0, sizeof bits->real);
    for (size_t i = 0; i < BITS; i++) {
        bits->model[i] = random_below(random, 8) < density;
        if (bits->model[i])
            wgc__bit_set(bits->real, i);
    }
}

static void
every_range_is_set_and_cleared_to_the_bit(void **state)
{
    (void)state;
    for (size_t low = 0; low <= BITS; low++)
        for (size_t high = low; high <= BITS; high++) {
            struct bits set = {0}, clear;
            memset(&clear, 0xff, sizeof clear.real);
            for (size_t i = 0; i < BITS; i++) {
                set.model[i] = i >= low && i < high;
                clear.model[i] = !set.model[i];
            }
            wgc__bits_set(set.real, low, high);
            wgc__bits_clear(clear.real, low, high);
            for (size_t word = 0; word < WORDS; word++)
                assert_true(set.real[word] == ~clear.real[word]);
            if ((low + high) % 7 == 0)
                check_bits(&set);
            assert_int_equal(wgc__bits_find_set(set.real, 0, BITS),
                             low < high ? low : BITS);
        }
}

static void
the_first_bit_of_a_range_is_found_wherever_it_begins(void **state)
{
    (void)state;
    random_state random = random_seeded(1);
    struct bits bits;
    for (size_t density = 0; density <= 8; density++) {
        randomize(&bits, &random, density);
        for (size_t low = 0; low <= BITS; low++)
            for (size_t high = low; high <= BITS; high++) {
                assert_int_equal(wgc__bits_find_set(bits.real, low, high),
                                 find_in_model(&bits, low, high, true));
                assert_int_equal(wgc__bits_find_clear(bits.real, low, high),
                                 find_in_model(&bits, low, high, false));
            }
    }
}

static void
random_ranges_leave_their_neighbours_alone(void **state)
{
    (void)state;
    random_state random = random_seeded(2);
    struct bits bits = {0};
    for (int round = 0; round < 20000; round++) {
        size_t low = random_below(&random, BITS + 1);
        size_t high = low + random_below(&random, BITS + 1 - low);
        bool value = random_below(&random, 2);
        if (value)
            wgc__bits_set(bits.real, low, high);
        else
            wgc__bits_clear(bits.real, low, high);
        memset(bits.model + low, value, high - low);
        check_bits(&bits);
    }
}

static void
single_bits_are_counted_and_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++)
        for (unsigned j = i; j < 64; j++) {
            uint64_t bits = UINT64_C(1) << i | UINT64_C(1) << j;
            assert_int_equal(wgc__bit_lowest(bits), i);
            assert_int_equal(wgc__bit_highest(bits), j);
            assert_int_equal(wgc__bit_count(bits), i == j ? 1 : 2);
        }
}

static void
values_are_aligned_and_powers_recognised(void **state)
{
    (void)state;
    for (size_t value = 0; value < 300; value++) {
        size_t bits = 0;
        for (size_t v = value; v != 0; v >>= 1)
            bits += v & 1;
        assert_int_equal(wgc__is_power_of_two(value), bits == 1);
        for (size_t alignment = 1; alignment <= 64; alignment *= 2) {
            assert_int_equal(wgc__align_down(value, alignment),
                             value / alignment * alignment);
            assert_int_equal(wgc__align_up(value, alignment),
                             (value + alignment - 1) / alignment * alignment);
        }
    }
    assert_true(wgc__align_down(SIZE_MAX, 4096) == SIZE_MAX - 4095);
}

/* ---- Index ------------------------------------------------------------ */

enum { NODES = 600 };

struct model {
    struct wgc__index index;
    struct wgc__node nodes[NODES];
    wgc__word keys[NODES];
    size_t ages[NODES]; /* 0: not in it */
    size_t clock, count;
    void *buckets;
};

/* The newest node of a key that is older than `before`. */
static struct wgc__node *
newest(struct model *model, wgc__word key, size_t before)
{
    size_t best = 0;
    struct wgc__node *found = NULL;
    for (size_t i = 0; i < NODES; i++)
        if (model->ages[i] > best && model->ages[i] < before &&
            model->keys[i] == key) {
            best = model->ages[i];
            found = &model->nodes[i];
        }
    return found;
}

static void
check_key(struct model *model, wgc__word key)
{
    size_t before = SIZE_MAX;
    struct wgc__node *node = wgc__index_find(&model->index, key);
    for (; node != NULL; node = wgc__index_next(node)) {
        assert_ptr_equal(node, newest(model, key, before));
        before = model->ages[node - model->nodes];
    }
    assert_null(newest(model, key, before));
}

static void
take_key(struct model *model, wgc__word key)
{
    wgc__index_prefetch(&model->index, key); /* changes nothing */
    struct wgc__node *node = wgc__index_take(&model->index, key);
    for (; node != NULL; node = node->next) {
        assert_ptr_equal(node, newest(model, key, SIZE_MAX));
        model->ages[node - model->nodes] = 0;
        model->count--;
    }
    assert_null(newest(model, key, SIZE_MAX));
    assert_null(wgc__index_find(&model->index, key));
    assert_int_equal(model->index.count, model->count);
}

static void
rebucket(struct model *model, size_t count)
{
    void *buckets =
        count > WGC__INDEX_FEW ? calloc(count, sizeof(void *)) : NULL;
    void *old = wgc__index_rebucket(&model->index, buckets, count);
    assert_ptr_equal(old, model->buckets);
    free(old);
    model->buckets = buckets;
    assert_int_equal(model->index.count, model->count);
}

/* Keys as addresses are: multiples of 16, many of them shared. */
static wgc__word
some_key(random_state *random)
{
    return (wgc__word)0x7f0000001000 + 16 * random_below(random, 90);
}

static void
toggle_node(struct model *model, random_state *random)
{
    size_t i = random_below(random, NODES);
    if (model->ages[i] != 0) {
        assert_true(wgc__index_remove(&model->index, &model->nodes[i]));
        assert_false(wgc__index_remove(&model->index, &model->nodes[i]));
        model->ages[i] = 0;
        model->count--;
    } else {
        model->keys[i] = some_key(random);
        wgc__index_add(&model->index, &model->nodes[i], model->keys[i]);
        model->ages[i] = ++model->clock;
        model->count++;
    }
    assert_int_equal(model->index.count, model->count);
}

static void
nodes_of_one_key_come_newest_first_through_every_rebucket(void **state)
{
    (void)state;
    random_state random = random_seeded(3);
    struct model *model = calloc(1, sizeof *model);
    wgc__index_init(&model->index);
    for (int round = 0; round < 20000; round++) {
        toggle_node(model, &random);
        if (random_below(&random, 100) == 0)
            rebucket(model, (size_t)16 << random_below(&random, 8));
        check_key(model, some_key(&random));
        if (random_below(&random, 20) == 0)
            take_key(model, some_key(&random));
    }
    rebucket(model, 0);
    for (size_t i = 0; i < 90; i++)
        check_key(model, (wgc__word)0x7f0000001000 + 16 * i);
    free(model);
}

static void
an_index_wishes_for_buckets_in_proportion_to_its_nodes(void **state)
{
    (void)state;
    struct model *model = calloc(1, sizeof *model);
    wgc__index_init(&model->index);
    for (size_t i = 0; i < NODES; i++) {
        wgc__index_add(&model->index, &model->nodes[i], 16 * i);
        model->count++;
        size_t wish = wgc__index_wish(&model->index);
        if (wish == 0)
            continue;
        assert_true(wgc__is_power_of_two(wish));
        assert_true(wish > model->count && wish <= 8 * model->count);
        rebucket(model, wish);
        assert_int_equal(wgc__index_wish(&model->index), 0);
    }
    for (size_t i = 0; i < NODES; i++) {
        wgc__index_remove(&model->index, &model->nodes[i]);
        model->count--;
        size_t wish = wgc__index_wish(&model->index);
        if (wish != 0) {
            assert_true(wgc__is_power_of_two(wish));
            assert_true(wish >= model->count);
            rebucket(model, wish);
            assert_int_equal(wgc__index_wish(&model->index), 0);
        }
    }
    assert_null(model->index.buckets); /* back in the few that are built in */
    free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_is_set_and_cleared_to_the_bit),
        cmocka_unit_test(the_first_bit_of_a_range_is_found_wherever_it_begins),
        cmocka_unit_test(random_ranges_leave_their_neighbours_alone),
        cmocka_unit_test(single_bits_are_counted_and_bounded),
        cmocka_unit_test(values_are_aligned_and_powers_recognised),
        cmocka_unit_test(
            nodes_of_one_key_come_newest_first_through_every_rebucket),
        cmocka_unit_test(
            an_index_wishes_for_buckets_in_proportion_to_its_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
