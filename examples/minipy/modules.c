/* SPDX-License-Identifier: MIT */
/* The modules sys, gc, time and math. */
#include "minipy.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static struct dict *
new_module(const char *name, const struct define *functions, size_t n)
{
    struct module *module = new_object(TYPE_MODULE, sizeof *module);
    module->name = intern(name, strlen(name));
    module->dict = new_dict();
    dict_set(vm.modules, module->name, (value)module);
    define_functions(module->dict, name, functions, n);
    return module->dict;
}

static void
set(struct dict *dict, const char *name, value v)
{
    dict_set(dict, intern(name, strlen(name)), v);
}

value
import_module(value name)
{
    value module = dict_get(vm.modules, name);
    if (!module)
        raise_error(E_ModuleNotFoundError, "No module named '%s'",
                    text_of(name));
    return module;
}

/* ---- gc --------------------------------------------------------------- */

static int disabled;

/* No C function between here and the first frame holds a value that is not on
   the stack of values too, unless vm.inexact says so: then the collector need
   not look at the C stack, and nothing is kept alive by accident. */
METHOD(gc_collect)
{
    wgc_stats before, after;
    UNUSED;
    wgc_stats_get(vm.heap, &before);
    vm.returned = NULL;
    if (vm.inexact == 0)
        wgc_collect_exact(vm.heap);
    else
        wgc_collect(vm.heap);
    wgc_stats_get(vm.heap, &after);
    return make_int(before.live_objects > after.live_objects
                        ? (int64_t)(before.live_objects - after.live_objects)
                        : 0);
}

METHOD(gc_enable)
{
    UNUSED;
    if (disabled) {
        wgc_enable(vm.heap);
        disabled = 0;
    }
    return NONE;
}

METHOD(gc_disable)
{
    UNUSED;
    if (!disabled) {
        wgc_disable(vm.heap);
        disabled = 1;
    }
    return NONE;
}

RETURNS(gc_isenabled, boolean(!disabled))

METHOD(gc_mem_alloc)
{
    wgc_stats stats;
    UNUSED;
    wgc_stats_get(vm.heap, &stats);
    return make_int((int64_t)stats.live_bytes);
}

METHOD(gc_mem_free)
{
    wgc_stats stats;
    UNUSED;
    wgc_stats_get(vm.heap, &stats);
    size_t free = stats.committed_bytes > stats.live_bytes
                      ? stats.committed_bytes - stats.live_bytes
                      : 0;
    return make_int((int64_t)free);
}

/* ---- sys -------------------------------------------------------------- */

METHOD(sys_exit)
{
    (void)names;
    /* exit(None) is exit(). */
    raise_value(new_exception(vm.exceptions[E_SystemExit],
                              nargs == 1 && args[0] == NONE ? 0 : nargs, args));
}

RETURNS(sys_getrecursionlimit, small(RECURSION_LIMIT))
RETURNS(sys_ignore, NONE)
RETURNS(sys_intern, intern_str(args[0]))

METHOD(file_write)
{
    UNUSED;
    if (!is(args[1], TYPE_STR))
        raise_error(E_TypeError, "write() argument must be str, not %s",
                    type_name(args[1]));
    write_str(args[0], args[1]);
    return small(AS(str, args[1])->chars);
}

DOES(file_flush, fflush(args[0]->aux == 2 ? stderr : stdout))

static void
start_sys(void)
{
    static const struct define functions[] = {
        {"exit", sys_exit, 0, 1, false},
        {"getrecursionlimit", sys_getrecursionlimit, 0, 0, false},
        {"setrecursionlimit", sys_ignore, 1, 1, false},
        {"intern", sys_intern, 1, 1, false},
    };
    static const struct define methods[] = {
        {"write", file_write, 2, 2, false},
        {"flush", file_flush, 1, 1, false},
    };
    struct dict *sys = new_module("sys", functions, COUNT(functions));
    set(vm.builtins, "exit", new_builtin(&functions[0], NULL, NULL));
    set(vm.builtins, "quit", new_builtin(&functions[0], NULL, NULL));
    define_methods(vm.types[TYPE_FILE], methods, COUNT(methods));
    value out = new_object(TYPE_FILE, sizeof *out);
    value error = new_object(TYPE_FILE, sizeof *error);
    out->aux = 1;
    error->aux = 2;
    set(sys, "stdout", out);
    set(sys, "stderr", error);
    set(sys, "argv", vm.argv);
    set(sys, "maxsize", make_int(INT64_MAX));
    set(sys, "version", str_from("3.11 (minipy)"));
    set(sys, "byteorder", str_from("little"));
    set(sys, "platform", str_from("linux"));
    set(sys, "version_info",
        new_tuple(3, (value[]){small(3), small(11), small(0)}));
    set(sys, "modules", (value)vm.modules);
}

/* ---- time ------------------------------------------------------------- */

static double
seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

RETURNS(time_time, make_float(seconds(CLOCK_REALTIME)))
RETURNS(time_monotonic, make_float(seconds(CLOCK_MONOTONIC)))
RETURNS(time_process_time, make_float(seconds(CLOCK_PROCESS_CPUTIME_ID)))
RETURNS(time_nanoseconds, make_int((int64_t)(seconds(CLOCK_MONOTONIC) * 1e9)))

METHOD(time_sleep)
{
    UNUSED;
    if (!is_number(args[0]))
        raise_error(E_TypeError,
                    "'%s' object cannot be interpreted as an integer",
                    type_name(args[0]));
    double d = double_of(args[0]);
    if (!(d >= 0))
        raise_error(E_ValueError, "sleep length must be non-negative");
    struct timespec time = {(time_t)d, (long)((d - floor(d)) * 1e9)};
    nanosleep(&time, NULL);
    return NONE;
}

/* ---- math ------------------------------------------------------------- */

static double
real(value v)
{
    if (!is_number(v)) {
        value result = try_special(v, special[S_float], 0, NULL);
        if (result && is(result, TYPE_FLOAT))
            return double_of(result);
        raise_error(E_TypeError, "must be real number, not %s", type_name(v));
    }
    return double_of(v);
}

static value
checked(double result, double argument)
{
    if (isnan(result) && !isnan(argument))
        raise_error(E_ValueError, "math domain error");
    if (isinf(result) && isfinite(argument))
        raise_error(E_OverflowError, "math range error");
    return make_float(result);
}

#define MATH(name)                                                             \
    METHOD(math_##name)                                                        \
    {                                                                          \
        UNUSED;                                                                \
        double d = real(args[0]);                                              \
        return checked(name(d), d);                                            \
    }
MATH(sqrt)
MATH(sin)
MATH(cos)
MATH(tan)
MATH(asin)
MATH(acos)
MATH(atan)
MATH(sinh)
MATH(cosh)
MATH(tanh)
MATH(exp)
MATH(fabs)
MATH(asinh)
MATH(acosh)
MATH(atanh)
MATH(cbrt)
MATH(exp2)
MATH(expm1)
MATH(log1p)
MATH(erf)
MATH(erfc)
MATH(tgamma)
MATH(lgamma)

static value
logarithm(double d, double (*log_of)(double))
{
    if (d <= 0)
        raise_error(E_ValueError, "math domain error");
    return make_float(log_of(d));
}

METHOD(math_log)
{
    (void)names;
    value result = logarithm(real(args[0]), log);
    if (nargs == 1)
        return result;
    return binary(OP_TRUEDIV, result, logarithm(real(args[1]), log));
}

RETURNS(math_log2, logarithm(real(args[0]), log2))
RETURNS(math_log10, logarithm(real(args[0]), log10))

static value
whole(value v, double (*rounding)(double))
{
    if (is_int(v))
        return make_int(int_of(v));
    return make_int(truncated(rounding(real(v))));
}

RETURNS(math_floor, whole(args[0], floor))
RETURNS(math_ceil, whole(args[0], ceil))
RETURNS(math_trunc, whole(args[0], trunc))

METHOD(math_pow)
{
    UNUSED;
    double a = real(args[0]), b = real(args[1]);
    return checked(pow(a, b), isfinite(b) ? a : b);
}

RETURNS(math_fmod, checked(fmod(real(args[0]), real(args[1])), real(args[0])))
RETURNS(math_atan2, make_float(atan2(real(args[0]), real(args[1]))))
RETURNS(math_copysign, make_float(copysign(real(args[0]), real(args[1]))))

METHOD(math_hypot)
{
    double sum = 0;
    (void)names;
    if (nargs == 2)
        return make_float(hypot(real(args[0]), real(args[1])));
    for (int i = 0; i < nargs; i++)
        sum += real(args[i]) * real(args[i]);
    return make_float(sqrt(sum));
}

RETURNS(math_degrees, make_float(real(args[0]) * (180.0 / M_PI)))
RETURNS(math_radians, make_float(real(args[0]) * (M_PI / 180.0)))
RETURNS(math_isnan, boolean(isnan(real(args[0]))))
RETURNS(math_isinf, boolean(isinf(real(args[0]))))
RETURNS(math_isfinite, boolean(isfinite(real(args[0]))))

METHOD(math_isclose)
{
    (void)names;
    double a = real(args[0]), b = real(args[1]), size = fmax(fabs(a), fabs(b));
    double relative =
        real(keyword(args, nargs, names, "rel_tol", make_float(1e-9)));
    double absolute_tolerance =
        real(keyword(args, nargs, names, "abs_tol", make_float(0)));
    return boolean(a == b ||
                   fabs(a - b) <= fmax(relative * size, absolute_tolerance));
}

static int64_t
greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = b == -1 ? 0 : a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

METHOD(math_gcd)
{
    int64_t result = 0;
    (void)names;
    for (int i = 0; i < nargs; i++)
        result = greatest_divisor(result, index_of(args[i], ""));
    return make_int(result);
}

METHOD(math_isqrt)
{
    int64_t n = index_of(args[0], "");
    UNUSED;
    if (n < 0)
        raise_error(E_ValueError, "isqrt() argument must be nonnegative");
    int64_t root = (int64_t)sqrt((double)n);
    while (root > 3037000499 || root * root > n)
        root--;
    while (root < 3037000499 && (root + 1) * (root + 1) <= n)
        root++;
    return make_int(root);
}

METHOD(math_factorial)
{
    int64_t n = index_of(args[0], "");
    value result = small(1);
    UNUSED;
    if (n < 0)
        raise_error(E_ValueError,
                    "factorial() not defined for negative values");
    for (int64_t i = 2; i <= n; i++)
        result = binary(OP_MUL, result, make_int(i));
    return result;
}

METHOD(math_comb)
{
    int64_t n = index_of(args[0], ""), k = index_of(args[1], "");
    value result = small(1);
    UNUSED;
    if (n < 0 || k < 0)
        raise_error(E_ValueError, "n must be a non-negative integer");
    for (int64_t i = 1; i <= k; i++)
        result =
            binary(OP_FLOORDIV, binary(OP_MUL, result, make_int(n - k + i)),
                   make_int(i));
    return k > n ? small(0) : result;
}

METHOD(math_prod)
{
    value result = keyword(args, nargs, names, "start", small(1)), item;
    value iterator = get_iterator(args[0]);
    while ((item = next(iterator)))
        result = binary(OP_MUL, result, item);
    return result;
}

METHOD(math_modf)
{
    double whole_part, rest = modf(real(args[0]), &whole_part);
    UNUSED;
    return new_tuple(2, (value[]){make_float(rest), make_float(whole_part)});
}

METHOD(math_frexp)
{
    int exponent = 0;
    double d = real(args[0]), m = isfinite(d) ? frexp(d, &exponent) : d;
    UNUSED;
    return new_tuple(2, (value[]){make_float(m), small(exponent)});
}

METHOD(math_ldexp)
{
    int64_t n = index_of(args[1], "");
    double d = real(args[0]);
    UNUSED;
    return checked(ldexp(d, (int)(n > 9999 ? 9999 : n < -9999 ? -9999 : n)), d);
}

METHOD(math_remainder)
{
    double a = real(args[0]);
    UNUSED;
    return checked(remainder(a, real(args[1])), a);
}

METHOD(math_lcm)
{
    value result = small(1);
    (void)names;
    for (int i = 0; i < nargs; i++) {
        int64_t n = index_of(args[i], "");
        if (n == 0)
            return small(0);
        int64_t common = greatest_divisor(int_of(result), n);
        result = absolute(binary(OP_MUL, result, make_int(n / common)));
    }
    return result;
}

METHOD(math_perm)
{
    int64_t n = index_of(args[0], "");
    int64_t k = nargs > 1 && args[1] != NONE ? index_of(args[1], "") : n;
    value result = small(1);
    (void)names;
    if (n < 0 || k < 0)
        raise_error(E_ValueError, "%c must be a non-negative integer",
                    n < 0 ? 'n' : 'k');
    for (int64_t i = 0; i < k && k <= n; i++)
        result = binary(OP_MUL, result, make_int(n - i));
    return k > n ? small(0) : result;
}

METHOD(math_dist)
{
    struct list *p = AS(list, list_of(args[0])),
                *q = AS(list, list_of(args[1]));
    double sum = 0;
    UNUSED;
    if (p->count != q->count)
        raise_error(E_ValueError, "both points must have the same number of "
                                  "dimensions");
    for (size_t i = 0; i < p->count; i++)
        sum = hypot(sum, real(p->items[i]) - real(q->items[i]));
    return make_float(sum);
}

/* Neumaier's sum: what is lost in each addition is added at the end. */
METHOD(math_fsum)
{
    double sum = 0, lost = 0;
    value iterator = get_iterator(args[0]), item;
    UNUSED;
    while ((item = next(iterator))) {
        double d = real(item), more = sum + d;
        lost += fabs(sum) >= fabs(d) ? sum - more + d : d - more + sum;
        sum = more;
    }
    return make_float(isfinite(lost) ? sum + lost : sum);
}

static void
start_math(void)
{
    static const struct define functions[] = {
        {"sqrt", math_sqrt, 1, 1, false},
        {"sin", math_sin, 1, 1, false},
        {"cos", math_cos, 1, 1, false},
        {"tan", math_tan, 1, 1, false},
        {"asin", math_asin, 1, 1, false},
        {"acos", math_acos, 1, 1, false},
        {"atan", math_atan, 1, 1, false},
        {"sinh", math_sinh, 1, 1, false},
        {"cosh", math_cosh, 1, 1, false},
        {"tanh", math_tanh, 1, 1, false},
        {"exp", math_exp, 1, 1, false},
        {"fabs", math_fabs, 1, 1, false},
        {"asinh", math_asinh, 1, 1, false},
        {"acosh", math_acosh, 1, 1, false},
        {"atanh", math_atanh, 1, 1, false},
        {"cbrt", math_cbrt, 1, 1, false},
        {"exp2", math_exp2, 1, 1, false},
        {"expm1", math_expm1, 1, 1, false},
        {"log1p", math_log1p, 1, 1, false},
        {"erf", math_erf, 1, 1, false},
        {"erfc", math_erfc, 1, 1, false},
        {"gamma", math_tgamma, 1, 1, false},
        {"lgamma", math_lgamma, 1, 1, false},
        {"modf", math_modf, 1, 1, false},
        {"frexp", math_frexp, 1, 1, false},
        {"ldexp", math_ldexp, 2, 2, false},
        {"remainder", math_remainder, 2, 2, false},
        {"lcm", math_lcm, 0, -1, false},
        {"perm", math_perm, 1, 2, false},
        {"dist", math_dist, 2, 2, false},
        {"fsum", math_fsum, 1, 1, false},
        {"log", math_log, 1, 2, false},
        {"log2", math_log2, 1, 1, false},
        {"log10", math_log10, 1, 1, false},
        {"floor", math_floor, 1, 1, false},
        {"ceil", math_ceil, 1, 1, false},
        {"trunc", math_trunc, 1, 1, false},
        {"pow", math_pow, 2, 2, false},
        {"fmod", math_fmod, 2, 2, false},
        {"atan2", math_atan2, 2, 2, false},
        {"copysign", math_copysign, 2, 2, false},
        {"hypot", math_hypot, 0, -1, false},
        {"degrees", math_degrees, 1, 1, false},
        {"radians", math_radians, 1, 1, false},
        {"isnan", math_isnan, 1, 1, false},
        {"isinf", math_isinf, 1, 1, false},
        {"isfinite", math_isfinite, 1, 1, false},
        {"isclose", math_isclose, 2, 2, true},
        {"gcd", math_gcd, 0, -1, false},
        {"isqrt", math_isqrt, 1, 1, false},
        {"factorial", math_factorial, 1, 1, false},
        {"comb", math_comb, 2, 2, false},
        {"prod", math_prod, 1, 1, true},
    };
    struct dict *math = new_module("math", functions, COUNT(functions));
    set(math, "pi", make_float(M_PI));
    set(math, "e", make_float(M_E));
    set(math, "tau", make_float(2 * M_PI));
    set(math, "inf", make_float(INFINITY));
    set(math, "nan", make_float(NAN));
}

void
modules_start(void)
{
    static const struct define gc[] = {
        {"collect", gc_collect, 0, 1, false},
        {"enable", gc_enable, 0, 0, false},
        {"disable", gc_disable, 0, 0, false},
        {"isenabled", gc_isenabled, 0, 0, false},
        {"mem_alloc", gc_mem_alloc, 0, 0, false},
        {"mem_free", gc_mem_free, 0, 0, false},
    };
    static const struct define time[] = {
        {"time", time_time, 0, 0, false},
        {"monotonic", time_monotonic, 0, 0, false},
        {"perf_counter", time_monotonic, 0, 0, false},
        {"process_time", time_process_time, 0, 0, false},
        {"perf_counter_ns", time_nanoseconds, 0, 0, false},
        {"monotonic_ns", time_nanoseconds, 0, 0, false},
        {"sleep", time_sleep, 1, 1, false},
    };
    vm.modules = new_dict();
    new_module("gc", gc, COUNT(gc));
    new_module("time", time, COUNT(time));
    start_sys();
    start_math();
    weakref_start();
}
