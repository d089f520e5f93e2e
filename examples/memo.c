/* SPDX-License-Identifier: MIT */
/*
 * A memo cache: what was computed from an expression is remembered, and
 * forgotten with it.
 *
 * The keys are weak, and two expressions that are equal are one key, for the map
 * is given a hash and an equality.  The derivative of an expression shares parts
 * of it, so a result often reaches its own argument; and it is an argument in
 * turn, so that entries hang on entries.  A cycle follows such a chain while its
 * first key lives, and lets go of all of it when that key dies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wgc/wgc.h>

/* A number, the variable x, or a sum or product of two expressions. */
typedef struct expression {
    char kind; /* '0', 'x', '+', '*' */
    int number;
    struct expression *left, *right;
} expression;

static wgc_heap *heap;
static wgc_weakmap *derivatives;
static unsigned computed, remembered;
/* What the program has at present. */
static struct {
    expression *formula, *result;
} kept;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "memo: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

static expression *
make(char kind, int number, expression *left, expression *right)
{
    expression *fresh = need(wgc_alloc(heap, sizeof *fresh));

    *fresh = (expression){kind, number, left, right};
    return fresh;
}

static size_t
hash(const void *key, void *data)
{
    const expression *e = key;
    size_t own = (size_t)e->kind * 31 + (size_t)e->number;

    if (e->left) {
        own = own * 1000003 ^ hash(e->left, data) * 7 ^ hash(e->right, data);
    }
    return own;
}

static bool
equal(const void *one, const void *other, void *data)
{
    const expression *a = one, *b = other;

    if (a == b) {
        return true;
    }
    return a->kind == b->kind && a->number == b->number &&
           (!a->left ||
            (equal(a->left, b->left, data) && equal(a->right, b->right, data)));
}

static expression *derivative(expression *e);

static expression *
derive(expression *e)
{
    switch (e->kind) {
    case 'x':
        return make('0', 1, NULL, NULL);
    case '+':
        return make('+', 0, derivative(e->left), derivative(e->right));
    case '*':
        return make('+', 0, make('*', 0, derivative(e->left), e->right),
                    make('*', 0, e->left, derivative(e->right)));
    default:
        return make('0', 0, NULL, NULL);
    }
}

static expression *
derivative(expression *e)
{
    expression *found = wgc_weakmap_get(derivatives, e);

    if (found) {
        remembered++;
        return found;
    }
    computed++;
    found = derive(e);
    if (wgc_weakmap_set(derivatives, e, found) != WGC_OK) {
        need(NULL);
    }
    return found;
}

static expression *
power(int exponent)
{
    expression *x = make('x', 0, NULL, NULL), *product = x;

    for (int i = 1; i < exponent; i++) {
        product = make('*', 0, product, x);
    }
    return product;
}

static int
evaluate(const expression *e, int x)
{
    switch (e->kind) {
    case 'x':
        return x;
    case '+':
        return evaluate(e->left, x) + evaluate(e->right, x);
    case '*':
        return evaluate(e->left, x) * evaluate(e->right, x);
    default:
        return e->number;
    }
}

static void
report(const char *what)
{
    printf("%s: %u computed, %u remembered, %zu in the cache\n", what, computed,
           remembered, wgc_weakmap_count(derivatives));
    computed = remembered = 0;
}

int
main(void)
{
    const wgc_weakmap_info info = {
        .weak_keys = true, .hash = hash, .equal = equal};

    heap = need(wgc_heap_new(NULL));
    derivatives = need(wgc_weakmap_new(heap, &info));
    /* Static variables are roots, unless the compiler finds that nobody reads
       them and leaves them out; this one it cannot. */
    if (wgc_root_add(heap, &kept, &kept + 1) != WGC_OK) {
        need(NULL);
    }

    kept.formula = power(5);
    kept.result = derivative(kept.formula);
    printf("the derivative of x^5 at 2 is %d\n", evaluate(kept.result, 2));
    report("x^5");
    kept.result = derivative(power(5)); /* another one, but equal */
    report("x^5 again");

    /* All that is alive is in static variables, so the stack, where a stale
       address may lie, need not be looked at. */
    wgc_collect_exact(heap);
    report("with x^5 in use");
    kept.formula = kept.result = NULL;
    wgc_collect_exact(heap);
    report("without");
    return wgc_heap_free(heap);
}
