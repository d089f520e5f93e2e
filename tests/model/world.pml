/* SPDX-License-Identifier: MIT */
/*
 * How threads stop each other (src/world.h), as a model for spin.
 *
 * There are HEAPS heaps and THREADS threads, each attached to all of them.  A
 * thread is RUNNING or SAFE in each heap.  It runs until it does one of these:
 *
 *   call     it takes a heap's lock, and may collect while it has it
 *   poll     it passes a safepoint
 *   block    it is in a blocking region of one heap for a while
 *
 * What must hold, in every order of events:
 *
 *   S1  while one thread collects a heap, no other is RUNNING in it (`assert`
 *       where a thread runs, and where it collects);
 *   S2  nobody waits for ever: no state without a way on, other than the end
 *       (spin finds those by itself).
 *
 * Names are those of world-threads.c.  A lock is a variable that holds its
 * owner; waiting for it is one step, as nothing else is known of a futex that
 * wakes whom it should.
 */
#ifndef THREADS
#define THREADS 2
#endif
#ifndef HEAPS
#define HEAPS 2
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define NOBODY 255

bit running[THREADS * HEAPS];
byte lock[HEAPS] = NOBODY;   /* its owner */
byte collects[HEAPS] = NOBODY;

#define IS_RUNNING(t, h) running[(t) * HEAPS + (h)]

/* go_away: SAFE in all heaps but the one whose lock is held. */
inline go_away(except) {
    d_step {
        i = 0;
        do
        :: i < HEAPS ->
            if
            :: i != except -> IS_RUNNING(me, i) = 0
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0
    }
}

/* come_back: RUNNING again in one heap after the other, each with its lock; who
   cannot have one is SAFE everywhere while waiting (I3). */
inline come_back() {
    i = 0;
    do
    :: i < HEAPS ->
        if
        :: IS_RUNNING(me, i) -> i++
        :: else ->
            if
            :: atomic { lock[i] == NOBODY -> lock[i] = me }
            :: atomic { lock[i] != NOBODY -> j = i; go_away(NOBODY); i = j };
                atomic { lock[i] == NOBODY -> lock[i] = me }
            fi;
            IS_RUNNING(me, i) = 1;
            lock[i] = NOBODY;
            i = 0
        fi
    :: else -> break
    od;
    i = 0
}

/* wgc__world_acquire: at once, or SAFE everywhere until it can be had. */
inline acquire(h) {
    if
    :: atomic { lock[h] == NOBODY -> lock[h] = me }
    :: atomic { lock[h] != NOBODY -> go_away(NOBODY) };
        atomic { lock[h] == NOBODY -> lock[h] = me };
        IS_RUNNING(me, h) = 1
    fi
}

/* wgc__world_release: and the others of this thread come back. */
inline release(h) {
    lock[h] = NOBODY;
    come_back()
}

/* wgc__world_stop: SAFE elsewhere, then wait for each other thread. */
inline collect(h) {
    go_away(h);
    i = 0;
    do
    :: i < THREADS ->
        (i == me || !IS_RUNNING(i, h)); /* await_safe */
        i++
    :: else -> break
    od;
    i = 0;
    collects[h] = me;
    assert(me == 0 || !IS_RUNNING(0, h)); /* S1 */
    assert(me == 1 || !IS_RUNNING(1, h));
    assert(me == THREADS - 1 || !IS_RUNNING(THREADS - 1, h));
    collects[h] = NOBODY
}

inline touch(h) {
    assert(!IS_RUNNING(me, h) || collects[h] == NOBODY) /* S1 */
}

proctype thread(byte me) {
    byte i = 0, j = 0, round = 0, h = 0;
    do
    :: round < ROUNDS ->
        round++;
        if
        :: h = 0
        :: h = HEAPS - 1
        fi;
        touch(h);
        if
        :: acquire(h); release(h)             /* a call */
        :: acquire(h); collect(h); release(h) /* one that collects */
        :: go_away(NOBODY); come_back()       /* a safepoint */
        :: IS_RUNNING(me, h) = 0;             /* a blocking region */
            acquire(h);
            IS_RUNNING(me, h) = 1;
            release(h)
        fi;
        touch(h)
    :: else -> break
    od;
    /* It exits, and is attached to nothing. */
    go_away(NOBODY)
}

init {
    byte t = 0;
    atomic {
        do
        :: t < THREADS ->
            IS_RUNNING(t, 0) = 1;
            IS_RUNNING(t, HEAPS - 1) = 1;
            run thread(t);
            t++
        :: else -> break
        od
    }
}
