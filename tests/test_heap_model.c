/* SPDX-License-Identifier: MIT */
/*
 * The heap against a slow, obvious model of itself: a table of objects, their
 * links, and a flood fill.  After every exact cycle exactly what the model
 * reaches is alive, with its contents, and the statistics count just that.
 */
#include "support.h"

enum { OBJECTS = 2000, LINKS = 6, STEPS = 60000, NOBODY = -1 };

struct entry {
    hidden address;
    size_t bytes;
    wgc_kind kind;
    int links[LINKS];
    bool present;
    bool rooted;
    bool reached;
};

struct model {
    wgc_heap *heap;
    struct entry entries[OBJECTS];
    random_state random;
    wgc_kind bitmap;
    wgc_kind traced;
};

/* The first LINKS words are links and the next is the entry's number. */
static void
trace_links(wgc_tracer *tracer, const void *object, size_t bytes)
{
    void *const *words = object;
    assert_true(bytes >= (LINKS + 1) * sizeof(void *));
    for (size_t i = 0; i < LINKS; i++)
        wgc_visit(tracer, words[i]);
}

static int
pick_entry(struct model *model, bool present)
{
    for (int tries = 0; tries < 50; tries++) {
        int i = (int)random_below(&model->random, OBJECTS);
        if (model->entries[i].present == present)
            return i;
    }
    return NOBODY;
}

/* Objects of the model are rooted when born; roots[i] belongs to entry i. */
static void
add_entry(struct model *model)
{
    int i = pick_entry(model, false);
    if (i == NOBODY)
        return;
    struct entry *entry = &model->entries[i];
    const wgc_kind kinds[] = {WGC_KIND_CONSERVATIVE, WGC_KIND_LEAF,
                              model->bitmap, model->traced};
    size_t limit = random_below(&model->random, 50) ? 400 : 40000;
    *entry = (struct entry){
        .present = true,
        .rooted = true,
        .kind = kinds[random_below(&model->random, 4)],
        .bytes =
            (LINKS + 1) * sizeof(void *) + random_below(&model->random, limit),
        .links = {NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY},
    };
    uintptr_t *words = roots[i] =
        wgc_alloc_kind(model->heap, entry->kind, entry->bytes);
    assert_non_null(words);
    assert_true(all_bytes_are(words, entry->bytes, 0));
    words[LINKS] = (uintptr_t)i;
    entry->address = hide(words);
}

static void
link_entries(struct model *model)
{
    int from = pick_entry(model, true), to = pick_entry(model, true);
    if (from == NOBODY || to == NOBODY)
        return;
    size_t link = random_below(&model->random, LINKS);
    bool cut = random_below(&model->random, 3) == 0;
    void **words = reveal(model->entries[from].address);
    words[link] = cut ? NULL : reveal(model->entries[to].address);
    model->entries[from].links[link] = cut ? NOBODY : to;
}

static void
drop_root(struct model *model)
{
    int i = pick_entry(model, true);
    if (i == NOBODY)
        return;
    roots[i] = NULL;
    model->entries[i].rooted = false;
}

/* Links to a released object are cut, as a host has to. */
static void
release_entry(struct model *model)
{
    int i = pick_entry(model, true);
    if (i == NOBODY || random_below(&model->random, 8))
        return;
    for (int j = 0; j < OBJECTS; j++)
        for (size_t link = 0; link < LINKS; link++)
            if (model->entries[j].present &&
                model->entries[j].links[link] == i) {
                void **words = reveal(model->entries[j].address);
                words[link] = NULL;
                model->entries[j].links[link] = NOBODY;
            }
    assert_int_equal(wgc_free(model->heap, reveal(model->entries[i].address)),
                     WGC_OK);
    roots[i] = NULL;
    model->entries[i].present = false;
}

static void
resize_entry(struct model *model)
{
    int i = pick_entry(model, true);
    if (i == NOBODY)
        return;
    struct entry *entry = &model->entries[i];
    size_t bytes =
        (LINKS + 1) * sizeof(void *) + random_below(&model->random, 3000);
    void *moved = wgc_realloc(model->heap, reveal(entry->address), bytes);
    assert_non_null(moved);
    for (int j = 0; j < OBJECTS; j++)
        for (size_t link = 0; link < LINKS; link++)
            if (model->entries[j].present &&
                model->entries[j].links[link] == i) {
                bool itself = j == i;
                void **words =
                    itself ? moved : reveal(model->entries[j].address);
                words[link] = moved;
            }
    entry->address = hide(moved);
    entry->bytes = bytes;
    if (entry->rooted)
        roots[i] = moved;
}

static void
reach(struct model *model, int i)
{
    int pending[OBJECTS], count = 0;
    if (model->entries[i].reached)
        return;
    model->entries[i].reached = true;
    pending[count++] = i;
    while (count) {
        struct entry *entry = &model->entries[pending[--count]];
        for (size_t link = 0; link < LINKS; link++) {
            int next = entry->links[link];
            bool strong = entry->kind != WGC_KIND_LEAF && next != NOBODY;
            if (strong && !model->entries[next].reached) {
                model->entries[next].reached = true;
                pending[count++] = next;
            }
        }
    }
}

/* A leaf may have kept the number of an entry that dies here. */
static void
forget_dead(struct model *model)
{
    for (int i = 0; i < OBJECTS; i++)
        if (!model->entries[i].reached)
            model->entries[i].present = false;
    for (int i = 0; i < OBJECTS; i++) {
        struct entry *entry = &model->entries[i];
        for (size_t link = 0; entry->present && link < LINKS; link++) {
            int next = entry->links[link];
            if (next == NOBODY || model->entries[next].present)
                continue;
            assert_int_equal(entry->kind, WGC_KIND_LEAF);
            void **words = reveal(entry->address);
            words[link] = NULL;
            entry->links[link] = NOBODY;
        }
    }
}

static void
check_against_model(struct model *model)
{
    size_t objects = 0, bytes = 0;
    collect_exact(model->heap);
    for (int i = 0; i < OBJECTS; i++)
        model->entries[i].reached = false;
    for (int i = 0; i < OBJECTS; i++)
        if (model->entries[i].present && model->entries[i].rooted)
            reach(model, i);
    for (int i = 0; i < OBJECTS; i++) {
        struct entry *entry = &model->entries[i];
        if (!entry->present)
            continue;
        assert_int_equal(is_alive(model->heap, entry->address), entry->reached);
        if (!entry->reached)
            continue;
        uintptr_t *words = reveal(entry->address);
        assert_int_equal(words[LINKS], i);
        assert_int_equal(wgc_kind_of(model->heap, words), entry->kind);
        assert_true(wgc_size(model->heap, words) >= entry->bytes);
        objects++;
        bytes += wgc_size(model->heap, words);
    }
    wgc_stats stats = stats_of(model->heap);
    assert_int_equal(stats.live_objects, objects);
    assert_int_equal(stats.live_bytes, bytes);
    forget_dead(model);
}

static struct model *
new_model(uint64_t seed, wgc_heap *heap)
{
    static const uint64_t links = (1u << LINKS) - 1;
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->heap = heap;
    model->random = random_seeded(seed);
    model->bitmap = wgc_kind_new(
        heap, &(wgc_kind_info){.pointers = &links, .words = LINKS});
    model->traced = wgc_kind_new(heap, &(wgc_kind_info){.trace = trace_links});
    assert_int_not_equal(model->bitmap, WGC_KIND_INVALID);
    assert_int_not_equal(model->traced, WGC_KIND_INVALID);
    return model;
}

static void
run_model(struct model *model)
{
    for (size_t step = 1; step <= STEPS; step++) {
        switch (random_below(&model->random, 12)) {
        case 0:
        case 1:
        case 2:
        case 3:
            add_entry(model);
            break;
        case 4:
        case 5:
            drop_root(model);
            break;
        case 6:
            release_entry(model);
            break;
        case 7:
            resize_entry(model);
            break;
        default:
            link_entries(model);
        }
        if (step % 2000 == 0)
            check_against_model(model);
    }
    free(model);
}

/* Only explicit cycles: the model does not know what an automatic one took. */
static void
exactly_what_the_model_reaches_is_alive(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_disable(heap), WGC_OK);
    run_model(new_model(42, heap));
}

static void
an_arena_behaves_like_the_model_too(void **state)
{
    (void)state;
    enum { BYTES = 24 << 20 };
    char *arena = malloc(BYTES);
    assert_non_null(arena);
    wgc_heap *heap = exact_heap_with(
        (wgc_config){.arena = arena + 5, .arena_bytes = BYTES - 5});
    assert_non_null(heap);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    run_model(new_model(43, heap));
    close_heap(heap);
    free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(exactly_what_the_model_reaches_is_alive),
        cmocka_unit_test(an_arena_behaves_like_the_model_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
