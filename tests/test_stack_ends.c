/* SPDX-License-Identifier: MIT */
/*
 * BS3: the ends of a stack, which may be misaligned, swapped where stacks grow
 * upward, or the same; and the spill of the registers below them.  Looks
 * inside: src/stack.h.
 */
#include "stack.h"

#include "support.h"

enum { WORDS = 64 };

/* What was reported, as one bit for each word of the emulated stack. */
struct report {
    uintptr_t *words;
    uint64_t seen;
    size_t outside; /* bytes beyond the emulated stack */
    size_t crooked; /* ends that are not aligned */
};

static void
take_range(const void *low, const void *high, void *data)
{
    struct report *report = data;
    const char *first = (const char *)report->words;
    const char *end = (const char *)(report->words + WORDS);
    const char *from = low, *to = high;
    report->crooked += (uintptr_t)low % sizeof(void *) != 0;
    report->crooked += (uintptr_t)high % sizeof(void *) != 0;
    for (const char *at = from; at + sizeof(void *) <= to;
         at += sizeof(void *)) {
        if (at >= first && at < end)
            report->seen |= UINT64_C(1) << ((at - first) / 8);
        else
            report->outside++;
    }
}

static uint64_t
words_between(uintptr_t *words, const char *hot_end, const char *base)
{
    struct report report = {.words = words};
    struct wgc__stack stack = {.base = base};
    wgc__stack_save(&stack, hot_end);
    wgc__stack_report(&stack, take_range, &report);
    assert_int_equal(report.crooked, 0);
    /* A sanitizer's own frames are reported too, and lie elsewhere. */
    if (!UNDER_ASAN)
        assert_int_equal(report.outside, 0);
    return report.seen;
}

/* Bits of the words that lie wholly in [low, high), as byte offsets. */
static uint64_t
whole_words(size_t low, size_t high)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < WORDS; i++)
        if (8 * i >= low && 8 * i + 8 <= high)
            bits |= UINT64_C(1) << i;
    return bits;
}

static void
BS3_misaligned_ends_lose_no_whole_word(void **state)
{
    (void)state;
    uintptr_t *words = calloc(WORDS, sizeof *words);
    const char *start = (const char *)words;
    for (size_t low = 0; low <= 24; low++)
        for (size_t high = low; high <= 8 * WORDS; high += 1 + high / 50)
            assert_int_equal(words_between(words, start + low, start + high),
                             whole_words(low, high));
    free(words);
}

static void
BS3_a_stack_that_grows_upward_is_the_same_words(void **state)
{
    (void)state;
    uintptr_t *words = calloc(WORDS, sizeof *words);
    const char *start = (const char *)words;
    for (size_t low = 0; low <= 24; low++)
        for (size_t high = low; high <= 8 * WORDS; high += 1 + high / 50)
            assert_int_equal(words_between(words, start + high, start + low),
                             whole_words(low, high));
    free(words);
}

static void
BS3_the_exact_ends_are_the_first_and_the_last_word(void **state)
{
    (void)state;
    uintptr_t *words = calloc(WORDS, sizeof *words);
    const char *start = (const char *)words;
    assert_int_equal(words_between(words, start, start + 8 * WORDS),
                     UINT64_MAX);
    assert_int_equal(words_between(words, start + 8, start + 8 * WORDS - 8),
                     UINT64_MAX >> 2 << 1);
    assert_int_equal(words_between(words, start + 8, start + 16), 2);
    for (size_t at = 0; at < 16; at++)
        assert_int_equal(words_between(words, start + at, start + at), 0);
    free(words);
}

/* ---- The spill -------------------------------------------------------- */

struct spill {
    uintptr_t hot_end;
    uintptr_t frame;
    uintptr_t values[6];
    bool found[6];
};

static void
note_words(const void *low, const void *high, void *data)
{
    struct spill *spill = data;
    for (const uintptr_t *at = low; at < (const uintptr_t *)high; at++)
        for (size_t i = 0; i < 6; i++)
            spill->found[i] |= *at == ~spill->values[i];
}

static void
look_above(void *hot_end, void *data)
{
    struct spill *spill = data;
    spill->hot_end = (uintptr_t)hot_end;
    note_words(hot_end, (const void *)spill->frame, spill);
}

#if defined(__x86_64__)
/* Loads ~values into the six callee-saved registers, and spills. */
static __attribute__((naked, noinline)) void
spill_with_values(__attribute__((unused)) wgc__stack_fn *fn,
                  __attribute__((unused)) struct spill *spill,
                  __attribute__((unused)) const uintptr_t *values,
                  __attribute__((unused)) void (*run)(wgc__stack_fn *, void *))
{
    __asm__("push %rbx\n\tpush %rbp\n\tpush %r12\n\t"
            "push %r13\n\tpush %r14\n\tpush %r15\n\t"
            "sub $8, %rsp\n\t"
            "mov 0(%rdx), %rbx\n\tnot %rbx\n\t"
            "mov 8(%rdx), %rbp\n\tnot %rbp\n\t"
            "mov 16(%rdx), %r12\n\tnot %r12\n\t"
            "mov 24(%rdx), %r13\n\tnot %r13\n\t"
            "mov 32(%rdx), %r14\n\tnot %r14\n\t"
            "mov 40(%rdx), %r15\n\tnot %r15\n\t"
            "call *%rcx\n\t"
            "add $8, %rsp\n\t"
            "pop %r15\n\tpop %r14\n\tpop %r13\n\t"
            "pop %r12\n\tpop %rbp\n\tpop %rbx\n\t"
            "ret");
}

static __attribute__((no_sanitize("address"))) NOINLINE void
BS3_every_callee_saved_register_lies_above_the_hot_end(void **state)
{
    (void)state;
    struct spill *spill = calloc(1, sizeof *spill);
    spill->frame = (uintptr_t)__builtin_frame_address(0);
    for (size_t i = 0; i < 6; i++)
        spill->values[i] = ~(UINT64_C(0x1234567812345600) + i);
    spill_with_values(look_above, spill, spill->values, wgc__stack_spill);
    for (size_t i = 0; i < 6; i++)
        assert_true(spill->found[i]);
    assert_true(spill->hot_end < spill->frame);
    assert_true(spill->frame - spill->hot_end < 65536);
    assert_int_equal(spill->hot_end % sizeof(void *), 0);
    free(spill);
}

/* The red zone below the stack pointer belongs to leaf functions, of which
   there is none between the caller and the spill: what is above is enough. */
static __attribute__((no_sanitize("address"))) NOINLINE void
BS3_the_callee_is_called_on_an_aligned_stack(void **state)
{
    (void)state;
    struct spill *spill = calloc(1, sizeof *spill);
    spill->frame = (uintptr_t)__builtin_frame_address(0);
    wgc__stack_spill(look_above, spill);
    assert_int_equal(spill->hot_end % 16, 0);
    free(spill);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(BS3_misaligned_ends_lose_no_whole_word),
        cmocka_unit_test(BS3_a_stack_that_grows_upward_is_the_same_words),
        cmocka_unit_test(BS3_the_exact_ends_are_the_first_and_the_last_word),
#if defined(__x86_64__)
        cmocka_unit_test(
            BS3_every_callee_saved_register_lies_above_the_hot_end),
        cmocka_unit_test(BS3_the_callee_is_called_on_an_aligned_stack),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
