# SPDX-License-Identifier: MIT
# A cache that does not keep its values.
import gc
import weakref


class Image:
    def __init__(self, name):
        self.name = name
        self.me = self


class Cache:
    def __init__(self):
        self.refs = {}
        self.loads = 0

    def get(self, name):
        ref = self.refs.get(name)
        image = ref() if ref else None
        if image is None:
            self.loads += 1
            image = Image(name)

            def forget(ref):
                if self.refs.get(name) is ref:
                    del self.refs[name]

            self.refs[name] = weakref.ref(image, forget)
        return image


cache = Cache()
first = cache.get("one")
print(cache.get("one") is first, cache.loads)
second = cache.get("two")
print(sorted(cache.refs), cache.loads)
first = None
gc.collect()
print(sorted(cache.refs))
first = cache.get("one")
print(first.name, cache.loads, len(cache.refs))
