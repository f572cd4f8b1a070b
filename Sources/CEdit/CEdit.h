// libedit for Swift. Its settings go through variadic functions, which Swift cannot call: one inline function for
// each setting that Sources/sirocco/Terminal uses, and nothing else. No behaviour of ours lives here.

#ifndef CEDIT_H
#define CEDIT_H

#include <histedit.h>
#include <locale.h>
#include <stdio.h>

typedef char *(*cedit_prompt)(EditLine *);
typedef unsigned char (*cedit_command)(EditLine *, int);

static inline EditLine *cedit_open(const char *program) { return el_init(program, stdin, stdout, stderr); }

static inline int cedit_set_client(EditLine *edit, void *client) { return el_set(edit, EL_CLIENTDATA, client); }

static inline void *cedit_client(EditLine *edit) {
    void *client = NULL;
    return el_get(edit, EL_CLIENTDATA, &client) == 0 ? client : NULL;
}

static inline int cedit_use_emacs_keys(EditLine *edit) { return el_set(edit, EL_EDITOR, "emacs"); }

// Lets libedit redraw on a changed window size and put the terminal back before the program stops or suspends.
static inline int cedit_handle_signals(EditLine *edit) { return el_set(edit, EL_SIGNAL, 1); }

// While a line is edited, Ctrl-C and Ctrl-Z arrive as keys and not as signals. (Undefining only the interrupt
// character is undone by libedit itself when it takes over the terminal.)
static inline int cedit_disable_signal_keys(EditLine *edit) { return el_set(edit, EL_SETTY, "-d", "-isig", NULL); }

// `mark` encloses what takes no room on the screen: colours.
static inline int cedit_set_prompt(EditLine *edit, cedit_prompt prompt, char mark) {
    return el_set(edit, EL_PROMPT_ESC, prompt, (int)mark);
}

static inline int cedit_add_command(EditLine *edit, const char *name, const char *help, cedit_command command) {
    return el_set(edit, EL_ADDFN, name, help, command);
}

static inline int cedit_bind(EditLine *edit, const char *key, const char *command) {
    return el_set(edit, EL_BIND, key, command, NULL);
}

static inline History *cedit_history_open(int limit) {
    HistEvent event;
    History *lines = history_init();
    if (lines == NULL) return NULL;
    history(lines, &event, H_SETSIZE, limit);
    history(lines, &event, H_SETUNIQUE, 1);  // a line entered twice in a row is kept once
    return lines;
}

static inline int cedit_history_add(History *lines, const char *line) {
    HistEvent event;
    return history(lines, &event, H_ENTER, line);
}

static inline int cedit_use_history(EditLine *edit, History *lines) { return el_set(edit, EL_HIST, history, lines); }

#endif
