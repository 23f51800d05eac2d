/* src/model/tensors.h — the tensors of a network: its parameters, by kinds.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_MODEL_TENSORS_H
#define FCNN_MODEL_TENSORS_H

#include "model/architecture.h"

/* The parameters of a kind that a layer has: a matrix [1 + inputs][outputs], whose row 0 are the biases.  Parameters of
 * which each output has one are biases too, and there are no inputs. */
typedef enum fcnn_tensor_kind {
    FCNN_TENSOR_WEIGHTS, /* with the biases */
    FCNN_TENSOR_GAMMA,   /* gamma and beta of the normalization of the layer */
    FCNN_TENSOR_BETA,
    FCNN_TENSOR_SLOPE /* of prelu: one number */
} fcnn_tensor_kind;

typedef struct fcnn_tensor {
    fcnn_tensor_kind kind;
    int64_t layer, inputs, outputs;
} fcnn_tensor;

/* Returns the number of tensors: first the weights of all layers, tensor i being those of layer i, then what the layers
 * have besides. */
int64_t fcnn_architecture_tensors(const fcnn_architecture *shape);
fcnn_tensor fcnn_architecture_tensor(const fcnn_architecture *shape, int64_t tensor);

/* Returns the number of the tensor of a kind that a layer has, or −1. */
int64_t fcnn_architecture_find_tensor(const fcnn_architecture *shape, int64_t layer, fcnn_tensor_kind kind);

/* Write the name in files of the weights of a tensor that has inputs, such as W1, and of its biases: b1, or gamma1,
 * beta1, slope1. */
enum { FCNN_TENSOR_NAME = 32 };
void fcnn_tensor_name_weights(const fcnn_tensor *tensor, char name[FCNN_TENSOR_NAME]);
void fcnn_tensor_name_biases(const fcnn_tensor *tensor, char name[FCNN_TENSOR_NAME]);

#endif
