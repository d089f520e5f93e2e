# SPDX-License-Identifier: MIT
"""Scripts about weak references, finalizers and collections.

What depends on reference counting does not occur: every object is part of a
cycle, automatic collections are off, and what happens in one collection is
printed sorted by object, in the order of each object.  So callbacks do only
what gives the same result in any order: they drop objects with odd numbers
and make references to those with even ones.
"""

PRELUDE = '''\
import gc
import sys
import weakref

gc.disable()
objects, refs, finalizers, kept, log = {}, {}, {}, [], []
made, ending = [0], []


class Node:
    def __init__(self, name, *links):
        made[0] += 1
        self.name = f"{name}/{made[0]}"
        self.links = list(links)
        self.me = self

    def __repr__(self):
        return f"<{self.name}>"

    def method(self, *args):
        log.append((self.name, "method", len(args)))


class Equal(Node):
    def __eq__(self, other):
        return isinstance(other, Equal) and self.name[:2] == other.name[:2]

    def __hash__(self):
        return hash(self.name[:2])


class Mortal(Node):
    def __del__(self, log=log):
        log.append((self.name, "__del__"))


class Phoenix(Node):
    def __del__(self, log=log, kept=kept):
        log.append((self.name, "rises"))
        kept.append(self)


class Broken(Node):
    def __del__(self, log=log):
        log.append((self.name, "breaks"))
        fail(self.name)


def fail(*args, ending=ending):
    if not ending:
        raise ValueError(*args)


def get(name):
    return objects.get(name) or objects.setdefault(name, Node(name))


def said(call, *args):
    try:
        return call(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def collect(title):
    gc.collect()
    print(title, *sorted(log, key=lambda event: event[0]), sep="\\n    ")
    log.clear()


def state():
    print("objects", *sorted(objects))
    print("refs", *[(key, ref()) for key, ref in sorted(refs.items())])
    print("finalizers", *[(key, f.alive) for key, f in sorted(finalizers.items())])
    print("kept", *sorted([node.name for node in kept]))


def watch(ref, name, key):
    log.append((name, key, ref(), ref is refs.get(key)))


def finish(name, key, *args, **keywords):
    f = finalizers.get(key)
    log.append((name, key, len(args), sorted(keywords), f and f.alive))
    return key


'''

COLLECTIONS = '''\
by_key, by_value = weakref.WeakKeyDictionary(), weakref.WeakValueDictionary()
members = weakref.WeakSet()


def collections():
    print("by key", *sorted([(k.name, v) for k, v in by_key.items()]))
    print("by value", *sorted([(k, v.name) for k, v in by_value.items()]))
    print("members", *sorted([node.name for node in members]))
    print(len(by_key), len(by_value), len(members))


'''

CLASSES = ["Node"] * 6 + ["Equal", "Equal", "Mortal", "Mortal", "Phoenix", "Broken"]


class Maker:
    def __init__(self, random, features):
        self.random = random
        self.count = 0
        self.size = random.randint(3, 9)
        # CPython clears, without a call, references that rise with an object.
        self.phoenix = random.random() < 0.5
        # Its collections are made of references, which are counted.
        self.collections = "WeakSet" in features and random.random() < 0.7

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def pick(self):
        return f"n{self.random.randrange(self.size)}"

    def even(self):
        return f"n{self.random.randrange(0, self.size, 2)}"

    def odd(self):
        return f"n{self.random.randrange(1, self.size, 2)}"

    def key(self, letter):
        return f"{letter}{self.random.randint(1, max(1, self.count))}"

    # Each makes one piece, which is right whatever the others do.

    def make_object(self):
        name = self.pick()
        links = [f'get("{self.pick()}")' for _ in range(self.random.randrange(3))]
        arguments = ", ".join([f'"{name}"'] + links)
        kind = self.random.choice(CLASSES)
        if kind == "Phoenix" and not self.phoenix:
            kind = "Mortal"
        return f'objects["{name}"] = {kind}({arguments})\n'

    def make_class(self):
        name = self.pick()
        self.count += 1
        return (
            f'class Local(Node):\n    name = "{name}/{self.count}"\n\n'
            f'objects["{name}"] = Local\n'
            f"Local.links = [Local, get(\"{self.pick()}\")]\n"
            "del Local\n"
        )

    def make_function(self):
        name = self.pick()
        self.count += 1
        return (
            f'def enclose(node=get("{self.pick()}")):\n'
            "    def function():\n"
            "        return node, function\n"
            f'    function.name = "{name}/{self.count}"\n'
            "    function.links = [function]\n"
            "    return function\n\n"
            f'objects["{name}"] = enclose()\n'
            "del enclose\n"
        )

    def make_generator(self):
        name = self.pick()
        return (
            "def walk(node):\n"
            "    node.walk = node\n"
            "    yield node.name\n"
            "    yield len(node.links)\n\n"
            f'walker = walk(get("{name}"))\n'
            "print(next(walker))\n"
            f'get("{self.pick()}").walker = walker\n'
            "del walker, walk\n"
        )

    def link(self):
        how = self.random.choice(
            [
                "links.append({b})",
                "links.append([{b}])",
                "links.append(({b}, {{1: {b}}}))",
                "other = {b}",
                "links.append(lambda kept={b}: kept)",
                "links.append({{Node: {b}}})",
            ]
        )
        how = how.format(b=f'get("{self.pick()}")')
        return f'get("{self.pick()}").{how}\n'

    def unlink(self):
        return f'get("{self.pick()}").links.clear()\n'

    def drop(self):
        return "".join(
            f'objects.pop("{self.pick()}", None)\n'
            for _ in range(self.random.randint(1, 3))
        )

    def drop_kept(self):
        return "kept.clear()\n"

    def collect(self):
        self.count += 1
        return f'collect("collection {self.count}")\n'

    def state(self):
        return "state()\n"

    def plain_ref(self):
        key, name = self.fresh("r"), self.pick()
        return (
            f'refs["{key}"] = weakref.ref(get("{name}"))\n'
            f'print(refs["{key}"] is weakref.ref(get("{name}")))\n'
        )

    def callback(self, name, key):
        own = f'get("{name}").name'
        return self.random.choice(
            [
                f'lambda ref, name={own}: watch(ref, name, "{key}")',
                f'lambda ref, name={own}: (watch(ref, name, "{key}"), '
                f'objects.pop("{self.odd()}", None))',
                f'lambda ref, name={own}: (watch(ref, name, "{key}"), fail())',
                f'lambda ref: refs.update(late{key}='
                f'weakref.ref(objects.get("{self.even()}") or Node))',
                "None",
            ]
        )

    def holding_callback(self, name, key):
        """CPython lets go of a callback when the reference dies, minipy when it
        ran; so the reference dies then."""
        return self.random.choice(
            [
                f'lambda ref, name=get("{name}").name, node=get("{self.pick()}"): '
                f'(log.append((name, node.name)), refs.pop("{key}", None))',
                f'lambda ref, method=Node("other", get("{self.pick()}")).method: '
                f'(method(ref), refs.pop("{key}", None))',
            ]
        )

    def ref(self):
        key, name = self.fresh("r"), self.pick()
        if self.random.random() < 0.3:
            key = "holding" + key
            callback = self.holding_callback(name, key)
        else:
            callback = self.callback(name, key)
        return f'refs["{key}"] = weakref.ref(get("{name}"), {callback})\n'

    def ref_in_object(self):
        if self.phoenix:
            return self.ref()
        key, name = self.fresh("r"), self.pick()
        return (
            f'get("{self.pick()}").links.append(weakref.ref(get("{name}"), '
            f"{self.callback(name, key)}))\n"
        )

    def ref_moved(self):
        if self.phoenix:
            return self.drop_ref()
        return (
            f'get("{self.pick()}").moved = refs.pop("{self.key("r")}", None)\n'
        )

    def drop_ref(self):
        return f'refs.pop("{self.key("r")}", None)\n'

    def compare_refs(self):
        a, b = self.key("r"), self.key("r")
        return (
            f'print(refs.get("{a}") == refs.get("{b}"), '
            f'said(hash, refs.get("{a}")) == said(hash, refs.get("{b}")))\n'
        )

    def finalizer(self):
        key, name = self.fresh("f"), self.pick()
        own = f'get("{name}").name'
        function = self.random.choice(["finish"] * 4 + ["print", "fail"])
        if function == "fail":
            start = "lambda *args: 1 // 0"
        elif function == "print":
            start = f'lambda *args, name={own}: log.append((name, "{key}"))'
        else:
            start = f'finish, {own}, "{key}"'
        arguments = [f'get("{name}")', start]
        for _ in range(self.random.choice([0, 0, 1, 2])):
            arguments.append(f'get("{self.pick()}")')
        if function == "finish" and self.random.random() < 0.3:
            arguments.append(f'word=get("{self.pick()}")')
        text = f'finalizers["{key}"] = weakref.finalize({", ".join(arguments)})\n'
        if self.random.random() < 0.3:
            text += f'finalizers["{key}"].atexit = False\n'
        if self.random.random() < 0.3:
            text += f'finalizers.pop("{key}")\n'
        return text

    def use_finalizer(self):
        what = self.random.choice(["f", "f.detach", "f.peek", "f.__repr__"])
        what = what if what != "f.__repr__" else "lambda: f.alive"
        key = self.key("f")
        return (
            f'if f := finalizers.get("{key}"):\n'
            f"    print(said({what}), f.alive, f.atexit)\n"
            "    f = None\n"
        ).replace("if f := ", "f = ").replace("):\n    print", ")\nif f:\n    print")

    def counts(self):
        if self.collections:
            return self.state()
        name = self.pick()
        settle = "".join(f'collect("settling {i}")\n' for i in range(4))
        return (
            f'get("{name}")\n{settle}'
            f'if isinstance(get("{name}"), Node):\n'
            f'    print("count", weakref.getweakrefcount(get("{name}")))\n'
        )

    def exception(self):
        a, b = self.pick(), self.pick()
        return (
            "try:\n"
            f'    held = get("{a}")\n'
            f'    raise KeyError(get("{b}"), held)\n'
            "except KeyError as error:\n"
            f'    objects.pop("{a}", None)\n'
            f'    {self.collect()}'
            "    print(error.args)\n"
            "held = None\n"
        )

    def collection(self):
        if not self.collections:
            return self.ref()
        name, other = self.pick(), self.pick()
        return self.random.choice(
            [
                f'by_key[get("{name}")] = {self.count}\n',
                f'by_value["{self.fresh("v")}"] = get("{name}")\n',
                f'members.add(get("{name}"))\n',
                f'members.discard(get("{name}"))\n',
                f'print(get("{name}") in members, get("{other}") in by_key)\n',
                f'print(by_key.pop(get("{name}"), None))\n',
                f'print(by_value.get("{self.key("v")}"))\n',
                f'print(by_key.get(get("{name}")), len(by_value))\n',
                "collections()\n",
                "collections()\n",
            ]
        )

    def end(self):
        last = self.random.choice(["", "", "sys.exit(3)\n", "1 // 0\n"])
        show = "collections()\n" if self.collections else ""
        # The order in which finalizers run from here on is defined; not so
        # whether references to what then dies still call back.
        return (
            f'collect("the last")\nstate()\n{show}'
            "ending.append(True)\n\n"
            "def finish(*args, **keywords):\n"
            "    print(args, sorted(keywords))\n\n"
            f'weakref.finalize(get("{self.pick()}"), print, "bye")\n'
            f"{last}"
        )


WEIGHTS = {
    "make_object": 10,
    "make_class": 1,
    "make_function": 2,
    "make_generator": 2,
    "link": 6,
    "unlink": 2,
    "drop": 6,
    "drop_kept": 1,
    "collect": 7,
    "state": 2,
    "plain_ref": 3,
    "ref": 7,
    "ref_in_object": 3,
    "ref_moved": 1,
    "drop_ref": 2,
    "compare_refs": 1,
    "finalizer": 6,
    "use_finalizer": 3,
    "counts": 1,
    "exception": 1,
    "collection": 8,
}


def pieces(random, features):
    maker = Maker(random, features)
    kinds = random.choices(
        list(WEIGHTS), list(WEIGHTS.values()), k=random.randint(10, 60)
    )
    made = [getattr(maker, kind)() for kind in kinds]
    prelude = PRELUDE + (COLLECTIONS if maker.collections else "")
    return prelude, made, maker.end()
