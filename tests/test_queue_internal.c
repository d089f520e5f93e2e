/* SPDX-License-Identifier: MIT */
/*
 * src/queue.h without a heap: the order in which a batch is delivered (R15, Q6)
 * against a plain sort, whatever order the objects were found dead in.
 */
#include "queue.h"

#include "support.h"

enum { RECORDS = 3000 };

struct model {
    struct wgc__queue queue;
    struct wgc__delivery delivery;
    struct wgc__record records[RECORDS];
    uint64_t first[RECORDS]; /* by target: when it got its first record */
    size_t targets[RECORDS]; /* by record */
    size_t count;
};

static struct model *current; /* for compare and callback */
static size_t order[RECORDS], ran;

/* Addresses that are no memory at all will do for targets. */
static void *
target_at(size_t target)
{
    return (void *)(0x10000 + 16 * target);
}

static void
note(void *object, void *data)
{
    assert_null(object);
    order[ran++] = (size_t)data;
}

static int
compare(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    uint64_t x = current->first[current->targets[i]];
    uint64_t y = current->first[current->targets[j]];
    if (x != y)
        return x < y ? -1 : 1;
    return i > j ? -1 : 1; /* of one object, the newest first */
}

static void
register_all(struct model *model, random_state *random, size_t targets)
{
    for (size_t i = 0; i < model->count; i++) {
        size_t target = random_below(random, targets);
        model->targets[i] = target;
        wgc__queue_register(&model->queue, &model->records[i],
                            WGC__RECORD_AFTER, target_at(target),
                            (wgc__callback *)note, (void *)i);
        if (model->first[target] == 0)
            model->first[target] = model->records[i].registration;
    }
}

/* Each of some targets once, in random order. */
static void
condemn_some(struct model *model, random_state *random, size_t targets,
             bool *dead)
{
    for (size_t n = 0; n < 2 * targets; n++) {
        size_t target = random_below(random, targets);
        if (!dead[target] && random_below(random, 3)) {
            dead[target] = true;
            assert_null(wgc__queue_condemn(
                &model->queue, (uintptr_t)target_at(target), NULL, true));
        }
    }
}

static void
deliver_and_compare(struct model *model, const bool *dead)
{
    size_t expected[RECORDS], count = 0;
    for (size_t i = 0; i < model->count; i++)
        if (dead[model->targets[i]])
            expected[count++] = i;
    current = model;
    qsort(expected, count, sizeof expected[0], compare);
    wgc__queue_add_batch(&model->queue);
    assert_int_equal(model->queue.pending, count);
    ran = 0;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    /* In portions, which must not change the order. */
    while (model->queue.pending != 0)
        assert_true(
            wgc__queue_deliver(&model->queue, &model->delivery, 7, here) <= 7);
    assert_int_equal(ran, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(order[i], expected[i]);
}

static void
R15_Q6_batches_are_sorted_as_a_plain_sort_does(void **state)
{
    (void)state;
    random_state random = random_seeded(7);
    for (int round = 0; round < 300; round++) {
        struct model *model = calloc(1, sizeof *model);
        bool dead[RECORDS] = {false};
        wgc__queue_init(&model->queue);
        wgc__queue_join(&model->queue, &model->delivery);
        model->count = random_below(&random, round % 10 ? 60 : RECORDS);
        size_t targets = 1 + random_below(&random, model->count + 1);
        if (targets > RECORDS)
            targets = RECORDS;
        register_all(model, &random, targets);
        condemn_some(model, &random, targets, dead);
        deliver_and_compare(model, dead);
        for (size_t i = 0; i < model->count; i++) {
            uint64_t flags = model->records[i].flags;
            assert_int_equal((flags & WGC__RECORD_ALIVE) != 0,
                             !dead[model->targets[i]]);
            assert_int_equal(flags & WGC__RECORD_LINKED, 0);
        }
        free(model);
    }
}

static void
a_list_gives_back_in_order_what_was_pushed(void **state)
{
    (void)state;
    struct wgc__list list = {NULL, NULL, 0};
    struct wgc__record records[5] = {{.type = WGC__RECORD_SHORT}};
    for (int i = 0; i < 5; i++)
        wgc__list_push(&list, &records[i]);
    assert_int_equal(list.count, 5);
    for (int i = 5; i-- > 0;) {
        assert_int_equal(records[i].flags, WGC__RECORD_LINKED);
        assert_ptr_equal(wgc__list_pop(&list), &records[i]);
        assert_int_equal(records[i].flags, 0);
    }
    assert_null(wgc__list_pop(&list));
    assert_null(list.last);
    assert_int_equal(list.count, 0);
}

static void
records_of_a_target_are_found_newest_first_and_by_type(void **state)
{
    (void)state;
    struct model *model = calloc(1, sizeof *model);
    wgc__queue_init(&model->queue);
    wgc__queue_join(&model->queue, &model->delivery);
    const enum wgc__record_type types[] = {WGC__RECORD_SHORT, WGC__RECORD_AFTER,
                                           WGC__RECORD_LONG, WGC__RECORD_SHORT,
                                           WGC__RECORD_GUARD};
    for (int i = 0; i < 5; i++)
        wgc__queue_register(&model->queue, &model->records[i], types[i],
                            target_at(1), NULL, NULL);
    const unsigned references =
        1U << WGC__RECORD_SHORT | 1U << WGC__RECORD_LONG;
    const int expected[] = {3, 2, 0};
    const struct wgc__record *record = NULL;
    for (int i = 0; i < 3; i++) {
        record =
            wgc__queue_find(&model->queue, target_at(1), references, record);
        assert_ptr_equal(record, &model->records[expected[i]]);
    }
    assert_null(
        wgc__queue_find(&model->queue, target_at(1), references, record));
    assert_null(wgc__queue_find(&model->queue, target_at(2), ~0U, NULL));
    wgc__queue_retarget(&model->queue, (uintptr_t)target_at(1),
                        (uintptr_t)target_at(2));
    assert_null(wgc__queue_find(&model->queue, target_at(1), ~0U, NULL));
    record = NULL;
    for (int i = 5; i-- > 0;) {
        record = wgc__queue_find(&model->queue, target_at(2), ~0U, record);
        assert_ptr_equal(record, &model->records[i]); /* the order stays */
    }
    free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R15_Q6_batches_are_sorted_as_a_plain_sort_does),
        cmocka_unit_test(a_list_gives_back_in_order_what_was_pushed),
        cmocka_unit_test(
            records_of_a_target_are_found_newest_first_and_by_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
