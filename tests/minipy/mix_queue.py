# SPDX-License-Identifier: MIT
# A small program: breadth-first search, priority queue, linked list.
def heap_push(heap, item):
    heap.append(item)
    child = len(heap) - 1
    while child > 0:
        parent = (child - 1) // 2
        if heap[parent] <= heap[child]:
            break
        heap[parent], heap[child] = heap[child], heap[parent]
        child = parent


def heap_pop(heap):
    last = heap.pop()
    if not heap:
        return last
    top, heap[0] = heap[0], last
    i = 0
    while True:
        child = 2 * i + 1
        if child >= len(heap):
            return top
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if heap[i] <= heap[child]:
            return top
        heap[i], heap[child] = heap[child], heap[i]
        i = child


graph = {
    "a": {"b": 7, "c": 9, "f": 14},
    "b": {"a": 7, "c": 10, "d": 15},
    "c": {"a": 9, "b": 10, "d": 11, "f": 2},
    "d": {"b": 15, "c": 11, "e": 6},
    "e": {"d": 6, "f": 9},
    "f": {"a": 14, "c": 2, "e": 9},
}


def shortest(start):
    distance, heap = {}, [(0, start, None)]
    while heap:
        d, node, previous = heap_pop(heap)
        if node in distance:
            continue
        distance[node] = (d, previous)
        for other, weight in graph[node].items():
            if other not in distance:
                heap_push(heap, (d + weight, other, node))
    return distance


result = shortest("a")
for node in sorted(result):
    print(node, result[node])
path, node = [], "e"
while node:
    path.append(node)
    node = result[node][1]
print(" -> ".join(reversed(path)))
