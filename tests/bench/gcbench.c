/* SPDX-License-Identifier: MIT */
/*
 * W1: GCBench, after the benchmark of John Ellis, Pete Kovac and Hans Boehm.
 * Beside one tree and one array that live to the end, complete binary trees of
 * growing depth are made and dropped, half of them from the root down (old
 * nodes come to point at new ones), half from the leaves up.  So that the heap
 * reaches its size at once, a tree of the greatest depth comes first.
 */
#include "adapter.h"
#include "bench.h"

struct node {
    struct node *left, *right;
    int i, j;
};

enum { STRETCH_DEPTH = 18, LONG_DEPTH = 16, MIN_DEPTH = 4, DOUBLES = 500000 };

/* In data segments, where collectors look for roots by themselves. */
static struct node *long_lived;
static double *doubles;

static size_t
tree_nodes(int depth)
{
    return ((size_t)2 << depth) - 1;
}

static struct node *
make_node(struct node *left, struct node *right)
{
    struct node *node = adapter_alloc(sizeof *node);

    node->left = left;
    node->right = right;
    node->i = node->j = 0;
    return node;
}

static void
populate(struct node *node, int depth)
{
    if (depth == 0)
        return;
    node->left = make_node(NULL, NULL);
    node->right = make_node(NULL, NULL);
    populate(node->left, depth - 1);
    populate(node->right, depth - 1);
}

static struct node *
make_tree(int depth)
{
    if (depth == 0)
        return make_node(NULL, NULL);

    struct node *left = make_tree(depth - 1);
    struct node *right = make_tree(depth - 1);

    return make_node(left, right);
}

static void
drop_tree(struct node *node)
{
    if (ADAPTER_COLLECTS || node == NULL)
        return;
    drop_tree(node->left);
    drop_tree(node->right);
    adapter_free(node);
}

static size_t
count_nodes(const struct node *node)
{
    if (node == NULL)
        return 0;
    return 1 + count_nodes(node->left) + count_nodes(node->right);
}

static void
make_and_drop(int depth, size_t trees)
{
    for (size_t i = 0; i < trees; i++) {
        struct node *root = make_node(NULL, NULL);

        populate(root, depth);
        drop_tree(root);
    }
    for (size_t i = 0; i < trees; i++)
        drop_tree(make_tree(depth));
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "gcbench", ADAPTER_NAME);
    int more = bench_scaled_depth(&bench);
    int stretch = STRETCH_DEPTH + more, lasting = LONG_DEPTH + more;
    size_t array = bench_scaled(&bench, DOUBLES);

    if (lasting < MIN_DEPTH)
        bench_fail(&bench, "the scale is too small");
    adapter_begin(bench.heap);

    struct bench_span start = bench_now();

    drop_tree(make_tree(stretch));
    long_lived = make_node(NULL, NULL);
    populate(long_lived, lasting);
    doubles = adapter_alloc_leaf(array * sizeof *doubles);
    for (size_t i = 0; i < array; i++)
        doubles[i] = 1.0 / (double)(i + 1);
    for (int depth = MIN_DEPTH; depth <= lasting; depth += 2)
        make_and_drop(depth, 2 * tree_nodes(stretch) / tree_nodes(depth));

    struct bench_span span = bench_since(start);

    if (count_nodes(long_lived) != tree_nodes(lasting) ||
        doubles[array - 1] != 1.0 / (double)array)
        bench_fail(&bench, "the long-lived data was damaged");
    bench_report_time(&bench, "time", span, 1, "s");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
