/* SPDX-License-Identifier: MIT */
/*
 * minipy [--gc-stress] [--heap-limit=BYTES] [--stats] [-c CODE | FILE | -] [ARG...]
 */
#include "minipy.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef MINIPY_EDITLINE
#include <editline/readline.h>
#elif defined(MINIPY_READLINE)
#include <readline/history.h>
#include <readline/readline.h>
#endif

static struct options {
    bool stress, stats;
    size_t heap_limit;
    const char *code, *file;
    char **args;
    int nargs;
} options;
static bool exiting; /* a SystemExit arrived */

/* ---- The heap --------------------------------------------------------- */

/* Runs inside the heap: it only leaves a note for the next safe point. */
static void
on_event(wgc_heap *heap, const wgc_event *event, void *data)
{
    (void)heap;
    (void)data;
    if (event->type == WGC_EVENT_CYCLE_END)
        forget_cursor();
    if (event->type == WGC_EVENT_PENDING && event->count > 0)
        vm.pending |= PENDING_CALLBACKS;
}

static void
on_interrupt(int signal_number)
{
    (void)signal_number;
    vm.pending |= PENDING_INTERRUPT;
}

/* Nothing but vm and its stacks is a root, and the C stack during a cycle in an
   allocation: so gc.collect() decides exactly. */
static void
open_heap(void)
{
    wgc_config config = {
        .max_bytes = options.heap_limit,
        .min_bytes = options.heap_limit ? options.heap_limit / 4 : 8 << 20,
        .no_globals = true,
        .stress = options.stress,
        .on_event = on_event,
    };
    vm.heap = wgc_heap_new(&config);
    if (!vm.heap) {
        fprintf(stderr, "minipy: %s\n", wgc_status_text(wgc_last_status()));
        exit(2);
    }
}

/* How far the C stack may grow; a quarter of a megabyte is for what does not
   ask, the collector among them. */
static void
find_stack(void)
{
    struct rlimit limit;
    rlim_t room = 8 << 20;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < (64 << 20))
        room = limit.rlim_cur;
    vm.stack_low = (char *)__builtin_frame_address(0) - room + (256 << 10);
}

static void
start(void *data)
{
    (void)data;
    objects_start();
    builtins_start();
    vm.argv = new_list(0, NULL);
    for (int i = 0; i < options.nargs; i++)
        list_append(vm.argv, str_from(options.args[i]));
    modules_start();
    vm.main = new_dict();
    dict_set(vm.main, special[S_name], intern("__main__", 8));
    dict_set(vm.main, special[S_doc], NONE);
}

static void
print_stats(void)
{
    wgc_stats s;
    wgc_stats_get(vm.heap, &s);
    fprintf(stderr,
            "cycles      %zu\n"
            "pauses      %.3f ms in all, %.3f ms the longest\n"
            "live        %zu bytes in %zu objects\n"
            "allocated   %llu bytes\n"
            "committed   %zu bytes\n"
            "weak refs   %zu\n"
            "finalizers  %zu, of which %zu keep their own object\n",
            s.cycles, (double)s.pause_ns_total / 1e6,
            (double)s.pause_ns_max / 1e6, s.live_bytes, s.live_objects,
            (unsigned long long)s.allocated_bytes, s.committed_bytes,
            s.weakrefs, s.finalizers, s.self_retained);
}

/* ---- Running ---------------------------------------------------------- */

struct run {
    const char *name, *text;
    size_t bytes;
    enum compile_mode mode;
};

static void
run_source(void *data)
{
    struct run *run = data;
    struct source *source = new_source(run->name, run->text, run->bytes);
    const char *p = run->text, *end = p + run->bytes;
    vm.inexact--; /* nothing here or in main holds a value */
    for (int line = 1; p < end;) {
        uint32_t point;
        size_t count = utf8_decode(p, end, &point);
        if (count == 0) {
            struct position at = {.line = line, .end_line = line};
            raise_syntax(E_SyntaxError, source, &at,
                         "(unicode error) 'utf-8' codec can't decode byte "
                         "0x%02x",
                         (unsigned char)*p);
        }
        line += *p == '\n';
        p += count;
    }
    run_code(compile(source, run->mode), vm.main);
    vm.inexact++;
}

struct status {
    value error;
    int code;
};

static void
exit_status(void *data)
{
    struct status *status = data;
    value code = get_attribute(status->error, intern("code", 4));
    status->code = 1;
    if (code == NONE) {
        status->code = 0;
    } else if (is_int(code)) {
        status->code = (int)int_of(code) & 255;
    } else {
        fflush(stdout);
        fprintf(stderr, "%s\n", text_of(str_of(code)));
    }
}

/* What an exception that nobody caught comes to. */
static int
report_error(void)
{
    struct status status = {vm.error, 1};
    bool exits = error_is(E_SystemExit);
    vm.error = NULL;
    exiting = exits;
    fflush(stdout);
    if (exits)
        attempt(exit_status, &status);
    else
        print_exception(status.error);
    return status.code;
}

static void
print_job(void *data)
{
    *(int *)data = report_error();
}

static int
run(const char *name, const char *text, size_t bytes, enum compile_mode mode)
{
    struct run job = {name, text, bytes, mode};
    int status = 0;
    if (attempt(run_source, &job))
        return 0;
    attempt(print_job, &status);
    return status;
}

static char *
read_file(FILE *file, size_t *bytes)
{
    size_t capacity = 1 << 16, count;
    char *text = malloc(capacity);
    *bytes = 0;
    while (text && (count = fread(text + *bytes, 1, capacity - *bytes, file))) {
        *bytes += count;
        if (*bytes == capacity) {
            char *more = realloc(text, capacity *= 2);
            if (!more)
                free(text);
            text = more;
        }
    }
    return text;
}

/* Tracebacks name a script by its whole path. */
static const char *
whole_path(const char *name)
{
    static char path[2 * PATH_MAX];
    if (*name == '/' || !getcwd(path, PATH_MAX))
        return name;
    size_t used = strlen(path);
    snprintf(path + used, sizeof path - used, "/%s", name);
    return path;
}

static int
run_file(const char *name)
{
    size_t bytes;
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    char *text = file ? read_file(file, &bytes) : NULL;
    if (!text || ferror(file)) {
        fprintf(stderr, "minipy: can't open file '%s': [Errno %d] %s\n", name,
                errno, strerror(errno));
        if (file)
            fclose(file);
        free(text);
        return 2;
    }
    if (file != stdin)
        fclose(file);
    size_t mark = bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    int status = run(file == stdin ? "<stdin>" : whole_path(name), text + mark,
                     bytes - mark, COMPILE_FILE);
    free(text);
    return status;
}

/* ---- The REPL --------------------------------------------------------- */

/* A line without its end, to be freed; NULL at the end of input. */
static char *
read_line(const char *prompt)
{
#if defined(MINIPY_EDITLINE) || defined(MINIPY_READLINE)
    if (isatty(0)) {
        char *typed = readline(prompt);
        if (typed && *typed)
            add_history(typed);
        return typed;
    }
#endif
    char *line = NULL;
    size_t capacity = 0;
    if (isatty(0))
        fputs(prompt, stdout);
    fflush(stdout);
    ssize_t count = getline(&line, &capacity, stdin);
    if (count < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = 0;
    return line;
}

/* Does a statement that begins like this go on in the next line? */
static bool
is_open(const char *text, size_t bytes)
{
    int brackets = 0;
    char quote = 0, last = 0;
    bool triple = false;
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i];
        bool three = i + 2 < bytes && text[i + 1] == c && text[i + 2] == c;
        if (quote) {
            if (c == '\\')
                i++;
            else if (c == quote && (!triple || three)) {
                i += triple ? 2 : 0;
                quote = 0;
            } else if (c == '\n' && !triple)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
            triple = three;
            i += triple ? 2 : 0;
        } else if (c == '#') {
            while (i + 1 < bytes && text[i + 1] != '\n')
                i++;
            continue;
        } else {
            brackets += strchr("([{", c) && c   ? 1
                        : strchr(")]}", c) && c ? -1
                                                : 0;
        }
        if (c != ' ' && c != '\n')
            last = c;
    }
    return brackets > 0 || (quote && triple) || last == ':' || last == '\\';
}

static void
deliver(void *data)
{
    (void)data;
    run_pending();
}

static int
repl(void)
{
    size_t capacity = 1 << 16, bytes = 0;
    char *text = malloc(capacity), *line;
    bool block = false;
    if (isatty(0))
        puts("minipy, Python on libwgc.  End with Ctrl-D.");
    int status = 0;
    while (text && !exiting && (line = read_line(bytes ? "... " : ">>> "))) {
        size_t count = strlen(line);
        bool blank = strspn(line, " \t") == count;
        if (bytes + count + 2 > capacity) {
            char *more = realloc(text, capacity = capacity * 2 + count);
            if (!more)
                free(text);
            text = more;
        }
        if (text) {
            memcpy(text + bytes, line, count);
            bytes += count;
            text[bytes++] = '\n';
            text[bytes] = 0;
        }
        free(line);
        if (!text)
            break;
        bool open = is_open(text, bytes);
        block |= open || *text == '@';
        if ((open || block) && !(blank && !is_open(text, bytes - 1)) &&
            (open || block))
            continue;
        status = run("<stdin>", text, bytes, COMPILE_INTERACTIVE);
        if (vm.pending && !attempt(deliver, NULL))
            attempt(print_job, &status);
        bytes = 0;
        block = false;
    }
    if (text && bytes)
        status = run("<stdin>", text, bytes, COMPILE_INTERACTIVE);
    free(text);
    return exiting ? status : 0;
}

/* ---- Options ---------------------------------------------------------- */

static void
usage(void)
{
    fputs("usage: minipy [--gc-stress] [--heap-limit=BYTES] [--stats] "
          "[-c CODE | FILE | -] [ARG...]\n",
          stderr);
    exit(2);
}

static void
parse_options(int argc, char **argv)
{
    static char minus_c[] = "-c", empty[] = "";
    static char *none[] = {empty, NULL};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *limit = "--heap-limit=";
        if (strcmp(argv[i], "--gc-stress") == 0) {
            options.stress = true;
        } else if (strcmp(argv[i], "--stats") == 0) {
            options.stats = true;
        } else if (strncmp(argv[i], limit, strlen(limit)) == 0) {
            char *end;
            options.heap_limit = strtoull(argv[i] + strlen(limit), &end, 10);
            if (*end || options.heap_limit == 0)
                usage();
        } else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
            options.code = argv[++i];
            argv[i] = minus_c;
            break;
        } else {
            usage();
        }
    }
    options.args = i < argc ? argv + i : none;
    options.nargs = i < argc ? argc - i : 1;
    if (!options.code && i < argc)
        options.file = argv[i];
}

int
main(int argc, char **argv)
{
    int status;
    parse_options(argc, argv);
    find_stack();
    open_heap();
    vm_start();
    if (!attempt(start, NULL)) {
        fputs("minipy: the heap is too small\n", stderr);
        return 2;
    }
    signal(SIGINT, on_interrupt);
    if (options.code)
        status =
            run("<string>", options.code, strlen(options.code), COMPILE_FILE);
    else
        status = options.file ? run_file(options.file) : repl();
    shut_down();
    fflush(stdout);
    if (options.stats)
        print_stats();
    wgc_heap_free(vm.heap);
    free(vm.stack);
    free(vm.frames);
    return status;
}
