// Prints llama.cpp's logits after each prompt, for llama_cpp_logits.py, which compiles and runs it.
//
//     llama_cpp_logits MODEL THREADS REPACK <PROMPTS >LOGITS
//
// PROMPTS: one prompt per line, token ids with spaces between. LOGITS: for each prompt the vocabulary's floats for
// its last position, raw. F32 KV cache, no flash attention, one batch: as exact as llama.cpp gets with these weights.

#include <llama.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 4096 };

static void quiet(enum ggml_log_level level, const char *text, void *unused) {
    (void)unused;
    if (level >= GGML_LOG_LEVEL_WARN) fputs(text, stderr);
}

static void fail(const char *what) {
    fprintf(stderr, "llama_cpp_logits: %s\n", what);
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 4) fail("usage: llama_cpp_logits MODEL THREADS REPACK");
    llama_log_set(quiet, NULL);
    llama_backend_init();

    struct llama_model_params model_options = llama_model_default_params();
    model_options.use_extra_bufts = atoi(arguments[3]) != 0;
    struct llama_model *model = llama_model_load_from_file(arguments[1], model_options);
    if (!model) fail("cannot load the model");
    const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));

    struct llama_context_params options = llama_context_default_params();
    options.n_ctx = options.n_batch = options.n_ubatch = CONTEXT;
    options.n_threads = options.n_threads_batch = atoi(arguments[2]);
    options.type_k = options.type_v = GGML_TYPE_F32;
    options.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;

    static char line[1 << 16];
    static llama_token tokens[CONTEXT];
    while (fgets(line, sizeof line, stdin)) {
        int length = 0;
        for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
            if (length == CONTEXT) fail("a prompt is too long");
            tokens[length++] = atoi(word);
        }
        // A context of its own for each prompt, so that none can see another.
        struct llama_context *context = llama_init_from_model(model, options);
        if (!context) fail("cannot make a context");
        if (llama_decode(context, llama_batch_get_one(tokens, length)) != 0) fail("cannot decode a prompt");
        const float *logits = llama_get_logits_ith(context, -1);
        if (fwrite(logits, sizeof *logits, vocabulary, stdout) != (size_t)vocabulary) fail("cannot write");
        llama_free(context);
    }
    llama_model_free(model);
    return 0;
}
