/* SPDX-License-Identifier: MIT */
/*
 * x86-64, System V ABI.  Pushing is the only spill that is complete: a jmp_buf
 * holds rbp in mangled form.  The function is naked, so no compiler, also not
 * at link time, can move it into a caller or keep a register aside.
 */
#include "stack.h"

__attribute__((naked, noinline)) void
wgc__stack_spill(__attribute__((unused)) wgc__stack_fn *fn,
                 __attribute__((unused)) void *data)
{
    __asm__("push %rbp\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "push %rbx\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "push %r12\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "push %r13\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "push %r14\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "push %r15\n\t"
            ".cfi_adjust_cfa_offset 8\n\t"
            "sub $8, %rsp\n\t" /* calls are made with rsp at 16n */
            ".cfi_adjust_cfa_offset 8\n\t"
            "mov %rdi, %rax\n\t"
            "mov %rsp, %rdi\n\t"
            "call *%rax\n\t"
            "add $56, %rsp\n\t"
            ".cfi_adjust_cfa_offset -56\n\t"
            "ret");
}
