/* src/model/model.c — a model in memory. */
#include "model/model.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

/* ---- normalizers ---- */

fcnn_status fcnn_normalizer_create(int64_t count, fcnn_normalizer *out)
{
    *out = (fcnn_normalizer){.count = count};
    FCNN_TRY(fcnn_memory_create("the normalizer", count, sizeof(double), &out->shift));
    FCNN_TRY(fcnn_memory_create("the normalizer", count, sizeof(double), &out->scale));
    for (int64_t i = 0; i < count; i++) {
        out->scale[i] = 1;
    }
    return FCNN_OK;
}

void fcnn_normalizer_clear(fcnn_normalizer *normalizer)
{
    free(normalizer->shift);
    free(normalizer->scale);
    free(normalizer->transforms);
    free(normalizer->landmarks);
    *normalizer = (fcnn_normalizer){0};
}

fcnn_status fcnn_normalizer_add_transforms(fcnn_normalizer *normalizer)
{
    return fcnn_memory_create("the normalizer", normalizer->count, sizeof *normalizer->transforms,
                              &normalizer->transforms);
}

/* Returns the number of columns of a kind. */
static int64_t count_kind(const fcnn_normalizer *normalizer, fcnn_transform_kind kind)
{
    int64_t count = 0;
    for (int64_t column = 0; column < normalizer->count; column++) {
        count += normalizer->transforms[column].kind == kind;
    }
    return count;
}

fcnn_status fcnn_normalizer_add_landmarks(fcnn_normalizer *normalizer, int64_t landmark_count)
{
    const int64_t columns = count_kind(normalizer, FCNN_TRANSFORM_QUANTILE);
    FCNN_TRY(fcnn_memory_create("the normalizer", columns * landmark_count, sizeof(double), &normalizer->landmarks));
    normalizer->landmark_count = landmark_count;
    const double *next = normalizer->landmarks;
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (normalizer->transforms[column].kind == FCNN_TRANSFORM_QUANTILE) {
            normalizer->transforms[column].count = landmark_count;
            normalizer->transforms[column].landmarks = next;
            next += landmark_count;
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_normalizer_copy(const fcnn_normalizer *from, fcnn_normalizer *to)
{
    const size_t count = (size_t)from->count;
    memcpy(to->shift, from->shift, count * sizeof(double));
    memcpy(to->scale, from->scale, count * sizeof(double));
    free(to->transforms);
    free(to->landmarks);
    to->transforms = NULL;
    to->landmarks = NULL;
    to->landmark_count = 0;
    if (from->transforms != NULL) {
        FCNN_TRY(fcnn_normalizer_add_transforms(to));
        memcpy(to->transforms, from->transforms, count * sizeof *to->transforms);
    }
    if (from->landmark_count > 0) {
        const int64_t landmarks = count_kind(from, FCNN_TRANSFORM_QUANTILE) * from->landmark_count;
        FCNN_TRY(fcnn_normalizer_add_landmarks(to, from->landmark_count));
        memcpy(to->landmarks, from->landmarks, (size_t)landmarks * sizeof(double));
    }
    return FCNN_OK;
}

bool fcnn_normalizer_is_plain(const fcnn_normalizer *normalizer)
{
    for (int64_t i = 0; i < normalizer->count; i++) {
        if (normalizer->shift[i] != 0 || normalizer->scale[i] != 1 ||
            fcnn_normalizer_transform(normalizer, i) != NULL) {
            return false;
        }
    }
    return true;
}

/* ---- models ---- */

static fcnn_status create_parameters(fcnn_model *model)
{
    const fcnn_architecture *shape = &model->shape;
    const size_t size = fcnn_architecture_size(shape);
    const int64_t tensors = fcnn_architecture_tensors(shape);
    FCNN_TRY(fcnn_memory_create("the weights", tensors, sizeof(void *), &model->weights));
    FCNN_TRY(fcnn_memory_create("the biases", tensors, sizeof(void *), &model->biases));
    for (int64_t i = 0; i < tensors; i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        FCNN_TRY(fcnn_memory_create("the weights", tensor.inputs * tensor.outputs, size, &model->weights[i]));
        FCNN_TRY(fcnn_memory_create("the biases", tensor.outputs, size, &model->biases[i]));
    }
    FCNN_TRY(fcnn_normalizer_create(fcnn_architecture_inputs(shape), &model->inputs));
    return fcnn_normalizer_create(fcnn_architecture_targets(shape), &model->targets);
}

fcnn_status fcnn_model_create(const fcnn_architecture *shape, fcnn_model **out)
{
    fcnn_model *model;
    FCNN_TRY(fcnn_memory_create("the model", 1, sizeof *model, &model));
    fcnn_status status = fcnn_architecture_copy(shape, &model->shape);
    if (status == FCNN_OK) {
        status = create_parameters(model);
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(model);
        return status;
    }
    *out = model;
    return FCNN_OK;
}

void fcnn_model_destroy(fcnn_model *model)
{
    if (model == NULL) {
        return;
    }
    for (int64_t i = 0; i < fcnn_architecture_tensors(&model->shape); i++) {
        if (model->weights != NULL) {
            free(model->weights[i]);
        }
        if (model->biases != NULL) {
            free(model->biases[i]);
        }
    }
    free(model->weights);
    free(model->biases);
    fcnn_normalizer_clear(&model->inputs);
    fcnn_normalizer_clear(&model->targets);
    fcnn_column_statistics_clear(&model->inputs_statistics);
    fcnn_column_statistics_clear(&model->targets_statistics);
    fcnn_column_names_clear(&model->inputs_names);
    fcnn_column_names_clear(&model->targets_names);
    fcnn_classes_clear(&model->classes);
    fcnn_architecture_clear(&model->shape);
    free(model->inputs_decoded);
    free(model->targets_decoded);
    free(model->output_weights);
    free(model->config);
    free(model->program);
    free(model->choice.reason);
    fcnn_history_clear(&model->history);
    free(model);
}

/* ---- hash and checks ---- */

/* Adds numbers [count] to the digest, as little-endian bytes. */
static int digest_numbers(EVP_MD_CTX *context, const void *values, int64_t count, size_t size)
{
    int done = 1;
    for (int64_t i = 0; i < count && done; i++) {
        uint64_t bits = 0;
        if (size == sizeof(float)) {
            uint32_t word;
            memcpy(&word, (const float *)values + i, sizeof word);
            bits = word;
        } else {
            memcpy(&bits, (const double *)values + i, sizeof bits);
        }
        unsigned char bytes[8];
        for (size_t k = 0; k < size; k++) {
            bytes[k] = (unsigned char)(bits >> (8 * k));
        }
        done = EVP_DigestUpdate(context, bytes, size);
    }
    return done;
}

static int digest_tensor(EVP_MD_CTX *context, const fcnn_model *model, int64_t number)
{
    const fcnn_tensor tensor = fcnn_architecture_tensor(&model->shape, number);
    const size_t size = fcnn_architecture_size(&model->shape);
    char name[FCNN_TENSOR_NAME];
    int done = 1;
    if (tensor.inputs > 0) {
        fcnn_tensor_name_weights(&tensor, name);
        done = EVP_DigestUpdate(context, name, strlen(name));
        done = done && digest_numbers(context, model->weights[number], tensor.inputs * tensor.outputs, size);
    }
    fcnn_tensor_name_biases(&tensor, name);
    done = done && EVP_DigestUpdate(context, name, strlen(name));
    return done && digest_numbers(context, model->biases[number], tensor.outputs, size);
}

/* Computes the SHA-256 of W1, b1, W2, …, then gamma1, …: of the name of each array, and its elements as little-endian
 * bytes. */
static fcnn_status digest_of(const fcnn_model *model, unsigned char out[32])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (int64_t i = 0; i < fcnn_architecture_tensors(&model->shape) && done; i++) {
        done = digest_tensor(context, model, i);
    }
    done = done && EVP_DigestFinal_ex(context, out, NULL);
    EVP_MD_CTX_free(context);
    return done ? FCNN_OK : fcnn_fail(FCNN_EINTERNAL, "libcrypto does not provide SHA-256");
}

fcnn_status fcnn_model_hash(const fcnn_model *model, char out[65])
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    unsigned char digest[32];
    FCNN_TRY(digest_of(model, digest));
    for (int i = 0; i < 32; i++) {
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
    return FCNN_OK;
}

static bool all_finite(const void *values, int64_t count, size_t size)
{
    for (int64_t i = 0; i < count; i++) {
        const double value = size == sizeof(float) ? (double)((const float *)values)[i] : ((const double *)values)[i];
        if (!isfinite(value)) {
            return false;
        }
    }
    return true;
}

int64_t fcnn_parameters_find_nonfinite(const fcnn_architecture *shape, void *const *weights, void *const *biases)
{
    const size_t size = fcnn_architecture_size(shape);
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        if (!all_finite(weights[i], tensor.inputs * tensor.outputs, size) ||
            !all_finite(biases[i], tensor.outputs, size)) {
            return tensor.layer;
        }
    }
    return -1;
}

int64_t fcnn_model_find_nonfinite(const fcnn_model *model)
{
    return fcnn_parameters_find_nonfinite(&model->shape, model->weights, model->biases);
}
