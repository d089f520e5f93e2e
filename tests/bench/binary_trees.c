/* SPDX-License-Identifier: MIT */
/*
 * W2: binary-trees, as in the Computer Language Benchmarks Game.  Complete
 * trees of 16-byte nodes are made, counted and dropped, beside one that lives
 * to the end.
 */
#include "adapter.h"
#include "bench.h"

struct node {
    struct node *left, *right;
};

enum { MAX_DEPTH = 18, MIN_DEPTH = 4 };

static struct node *long_lived;

static struct node *
make_tree(int depth)
{
    struct node *node = adapter_alloc(sizeof *node);

    if (depth == 0) {
        node->left = node->right = NULL;
    } else {
        node->left = make_tree(depth - 1);
        node->right = make_tree(depth - 1);
    }
    return node;
}

static size_t
count_nodes(const struct node *node)
{
    if (node->left == NULL)
        return 1;
    return 1 + count_nodes(node->left) + count_nodes(node->right);
}

static void
drop_tree(struct node *node)
{
    if (ADAPTER_COLLECTS)
        return;
    if (node->left != NULL) {
        drop_tree(node->left);
        drop_tree(node->right);
    }
    adapter_free(node);
}

static size_t
make_count_drop(int depth)
{
    struct node *tree = make_tree(depth);
    size_t nodes = count_nodes(tree);

    drop_tree(tree);
    return nodes;
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "binary_trees", ADAPTER_NAME);
    int max = MAX_DEPTH + bench_scaled_depth(&bench);
    size_t made = 0, expected = 0;

    if (max < MIN_DEPTH)
        bench_fail(&bench, "the scale is too small");
    adapter_begin(bench.heap);

    struct bench_span start = bench_now();

    make_count_drop(max + 1);
    long_lived = make_tree(max);
    for (int depth = MIN_DEPTH; depth <= max; depth += 2) {
        size_t trees = (size_t)1 << (max - depth + MIN_DEPTH);

        for (size_t i = 0; i < trees; i++)
            made += make_count_drop(depth);
        expected += trees * (((size_t)2 << depth) - 1);
    }
    made += count_nodes(long_lived);
    expected += ((size_t)2 << max) - 1;

    struct bench_span span = bench_since(start);

    if (made != expected)
        bench_fail(&bench, "nodes are missing");
    bench_report_time(&bench, "time", span, 1, "s");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
