/* SPDX-License-Identifier: MIT */
/*
 * A shared library that test_roots loads while its heap exists.  Its variables
 * lie at both ends of its data segment and in its thread-local storage.
 */
#define MODULE_API __attribute__((visibility("default")))

MODULE_API void *module_first_word = &module_first_word;
static void *in_bss[3];
static _Thread_local void *in_thread_data = &in_bss;
static _Thread_local void *in_thread_bss[500];

/* The addresses of all variables, one after the other, then null. */
MODULE_API void **module_variable(int which);

void **
module_variable(int which)
{
    switch (which) {
    case 0:
        return &module_first_word;
    case 1:
        return &in_bss[0];
    case 2:
        return &in_bss[2];
    case 3:
        return &in_thread_data;
    case 4:
        return &in_thread_bss[499];
    default:
        return 0;
    }
}
