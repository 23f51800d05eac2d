#!/usr/bin/env bash
# Layer normalization and prelu from the config to the model file: the same bits on any ranks, threads, instruction sets
# and sizes, and after a stop at any step, together with dropout and residual layers; the model's function in validation
# and fcnn-predict; initial models.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# shellcheck source=same_bits.sh
. "$here/same_bits.sh"
subject=layer_norm

awk 'BEGIN { for (i = 0; i < 300; i++) { x = i % 20 / 10 - 1; y = i % 13 / 6 - 1
    print x "," y "," x * y "," x * x - y + (i % 7 == 0) } }' >rows.csv
"$bin/fcnn-import" rows.h5 --csv rows.csv --target-columns 4 --float-targets >import.log || cat import.log

cat >a.ini <<'I'
[data]
train = rows.h5
validation = rows.h5
normalize = standardize
[model]
hidden = 70, 33
activation = prelu, gelu
layer_norm = yes
[train]
epochs = 2
batch_size = 70
blocks = 6
[optimizer]
name = adamw
learning_rate = 0.02
weight_decay = 0.1
clip_norm = 1
I
all=(--set 'model.hidden=70,70,70' --set 'model.activation=prelu,relu,prelu' --set 'model.dropout=0.1,0.5,0.2,0.3'
    --set model.residual=yes)

# check NAME [OPTION…]
check()
{
    local name=$1 first
    shift
    first=$(hash_of 0 "$@")
    on_all_ranks "$name" "$first" "$@"
    after_stops "$name" "$first" "$@"
}
check single
check double --set model.precision=double
check 'everything, single' "${all[@]}"
check 'everything, double' --set model.precision=double "${all[@]}"

# The function of the model is the same in training and afterwards.
validated_as_predicted rows.h5
tap_run 'layer_norm: the start text says it' grep -q 'prelu, gelu, layer norm; linear output, mse' stdout
"$bin/fcnn-info" out/model.h5 >info
tap_run 'layer_norm: fcnn-info says it' grep -q '^layer norm before the activations' info
tap_run 'layer_norm: its parameters are counted' grep -Eq '^ +1 +\[70\]\[3\] +prelu +421$' info
"$bin/fcnn-info" --weights out/model.h5 >weights
tap_run 'layer_norm: fcnn-info prints gamma, beta and slope' test \
    "$(grep -Ec '^(gamma1 \[70\]|beta1 \[70\]|slope1 \[1\]|gamma2 \[33\]|beta2 \[33\])$' weights)" = 5

# Initial models.
train 2 --set output.directory=again --set model.init=out/model.h5 --set train.epochs=0 a.ini
equal 'an initial model is taken over' "$("$bin/fcnn-info" --hash out/model.h5)" \
    "$("$bin/fcnn-info" --hash again/model.h5)"
train 0 --overwrite --set output.directory=again --set model.init=out/model.h5 --set model.layer_norm=no a.ini
tap_run 'layer_norm: it is that of the initial model' grep -q \
    'out/model.h5 has layer normalization in hidden layer 1, but the config specifies model.layer_norm = no' stderr
train 0 --set output.directory=out --set train.epochs=3 --set model.layer_norm=no a.ini
tap_run 'layer_norm: it cannot change on resume' grep -q 'model.layer_norm cannot change on resume' stderr

# Memory, and the benchmark.
with=$(network_memory)
without=$(network_memory --set model.layer_norm=no)
tap_run 'layer_norm: --check counts its memory' test "$with" != "$without"
"$bin/fcnn-bench" --network 8-8-2 --seconds 0.02 --layer-norm --json - >bench.json
tap_run 'layer_norm: fcnn-bench --layer-norm' grep -q '"layer_norm": true' bench.json
tap_done
