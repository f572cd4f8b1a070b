// Quantizes a model with llama.cpp's own library, and tells how well a model predicts a text under llama.cpp: the peer
// and the judge of Benchmarks/quantization/compare. It shares nothing with Sirocco.
//
//     llama-judge quantize IN OUT FTYPE    every matrix in the format (`pure`), embeddings at Q8_0
//     llama-judge nll MODEL TEXT           mean negative log-likelihood a token, in nats: windows of 512 tokens, the
//                                          second half of each

#include "llama.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { window = 512, windows = 12, longest = 1 << 20 };

static void errors_only(enum ggml_log_level level, const char *text, void *data) {
    (void)data;
    if (level == GGML_LOG_LEVEL_ERROR) fputs(text, stderr);
}

static int quantize(const char *in, const char *out, int ftype) {
    struct llama_model_quantize_params parameters = llama_model_quantize_default_params();
    parameters.ftype = ftype;
    parameters.allow_requantize = true;
    parameters.pure = true;
    parameters.token_embedding_type = GGML_TYPE_Q8_0;
    return (int)llama_model_quantize(in, out, &parameters);
}

static double log_likelihood(const float *logits, int count, llama_token token) {
    double most = logits[0], sum = 0;
    for (int i = 1; i < count; i++) most = logits[i] > most ? logits[i] : most;
    for (int i = 0; i < count; i++) sum += exp(logits[i] - most);
    return logits[token] - most - log(sum);
}

static int judge(const char *path, const char *text_path) {
    struct llama_model *model = llama_model_load_from_file(path, llama_model_default_params());
    if (!model) return 1;
    struct llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = window;
    parameters.n_threads = parameters.n_threads_batch = 2;
    struct llama_context *context = llama_init_from_model(model, parameters);
    const struct llama_vocab *vocabulary = llama_model_get_vocab(model);
    FILE *file = fopen(text_path, "rb");
    if (!context || !file) return 1;
    static char text[longest];
    static llama_token tokens[longest];
    int length = (int)fread(text, 1, sizeof text, file);
    fclose(file);
    int count = llama_tokenize(vocabulary, text, length, tokens, longest, false, false);
    int size = llama_vocab_n_tokens(vocabulary);
    double sum = 0;
    long predicted = 0;
    struct llama_batch batch = llama_batch_init(window, 0, 1);
    for (int start = 0; start + window <= count && start < window * windows; start += window) {
        llama_memory_clear(llama_get_memory(context), true);
        batch.n_tokens = window;
        for (int i = 0; i < window; i++) {
            batch.token[i] = tokens[start + i];
            batch.pos[i] = i;
            batch.n_seq_id[i] = 1;
            batch.seq_id[i][0] = 0;
            batch.logits[i] = 1;
        }
        if (llama_decode(context, batch)) return 1;
        for (int i = window / 2; i + 1 < window; i++, predicted++)
            sum -= log_likelihood(llama_get_logits_ith(context, i), size, tokens[start + i + 1]);
    }
    if (!predicted) {
        fprintf(stderr, "%s: fewer than %d tokens; give a longer text\n", text_path, window);
        return 1;
    }
    printf("%.4f\n", sum / predicted);
    return 0;
}

int main(int count, char **arguments) {
    llama_log_set(errors_only, NULL);
    llama_backend_init();
    if (count == 5 && !strcmp(arguments[1], "quantize"))
        return quantize(arguments[2], arguments[3], atoi(arguments[4]));
    if (count == 4 && !strcmp(arguments[1], "nll")) return judge(arguments[2], arguments[3]);
    fputs("usage: llama-judge quantize IN OUT FTYPE | nll MODEL TEXT\n", stderr);
    return 2;
}
