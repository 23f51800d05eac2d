#!/usr/bin/env bash
# Layer normalization and prelu from the config to the model file: the same bits on any ranks, threads, instruction sets
# and sizes, and after a stop at any step, together with dropout and residual layers; the model's function in validation
# and fcnn-predict; initial models.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

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

# hash NP OPTION…: of the model of a run from the start
hash()
{
    local np=$1
    shift
    train "$np" --overwrite --set output.directory=out "$@" a.ini
    "$bin/fcnn-info" --hash out/model.h5 2>&1
}

# same NAME EXPECTED ACTUAL
same()
{
    if [ -n "$2" ] && [ "$2" = "$3" ]; then
        tap_ok "layer_norm: $1"
    else
        tap_not_ok "layer_norm: $1" "$2, $3; $(said)"
    fi
}

# check NAME OPTION…
check()
{
    local name=$1 first isa np runs=0
    shift
    first=$(FCNN_ISA=plain hash 0 "$@")
    for isa in avx2 avx512 neon; do
        if FCNN_ISA=$isa "$bin/fcnn-bench" --network 4-4 --seconds 0.01 >/dev/null 2>&1; then
            same "the same bits with $isa, $name" "$first" "$(FCNN_ISA=$isa hash 0 "$@")"
        fi
    done
    for np in 1 2 3; do
        same "the same bits, np=$np, $name" "$first" "$(hash $np "$@" --set train.threads=$((1 + np % 2)))"
    done
    same "the same bits, two threads, $name" "$first" "$(hash 0 "$@" --set train.threads=2)"
    same "the same bits in tiny pieces, $name" "$first" "$(FCNN_SIZES=tiny hash 2 "$@")"

    # 5 steps in an epoch, 10 in all: a run that stops after each step is started again on another number of ranks
    rm -rf out
    while [ ! -e out/model.h5 ] && [ $runs -lt 15 ]; do
        mkdir -p out && touch out/STOP
        train $((runs % 3)) --set output.directory=out "$@" a.ini
        runs=$((runs + 1))
    done
    same "the same bits after stops and restarts, $name" "$first" "$("$bin/fcnn-info" --hash out/model.h5)"
    tap_run "layer_norm: there were several runs, $name" test $runs -gt 3
}
check single
check double --set model.precision=double
check 'everything, single' "${all[@]}"
check 'everything, double' --set model.precision=double "${all[@]}"

# The function of the model is the same in training and afterwards.
train 2 --overwrite --set output.directory=out a.ini
validated=$(awk '$1 == 2 && NF > 6 { print $4 }' stdout)
tap_run 'layer_norm: the start text says it' grep -q 'prelu, gelu, layer norm; linear output, mse' stdout
ranks 2 "$bin/fcnn-predict" out/model.h5 rows.h5 --targets /y >scores 2>&1
same 'validation and fcnn-predict agree' "$validated" "$(sed -n 's/.*: loss \([0-9.e+-]*\),.*/\1/p' scores)"
"$bin/fcnn-info" out/model.h5 >info
tap_run 'layer_norm: fcnn-info says it' grep -q '^layer norm before the activations' info
tap_run 'layer_norm: its parameters are counted' grep -Eq '^ +1 +\[70\]\[3\] +prelu +421$' info
"$bin/fcnn-info" --weights out/model.h5 >weights
tap_run 'layer_norm: fcnn-info prints gamma, beta and slope' test \
    "$(grep -Ec '^(gamma1 \[70\]|beta1 \[70\]|slope1 \[1\]|gamma2 \[33\]|beta2 \[33\])$' weights)" = 5

# Initial models.
train 2 --set output.directory=again --set model.init=out/model.h5 --set train.epochs=0 a.ini
same 'an initial model is taken over' "$("$bin/fcnn-info" --hash out/model.h5)" \
    "$("$bin/fcnn-info" --hash again/model.h5)"
train 0 --overwrite --set output.directory=again --set model.init=out/model.h5 --set model.layer_norm=no a.ini
tap_run 'layer_norm: it is that of the initial model' grep -q \
    'out/model.h5 has layer normalization in hidden layer 1, but the config specifies model.layer_norm = no' stderr
train 0 --set output.directory=out --set train.epochs=3 --set model.layer_norm=no a.ini
tap_run 'layer_norm: it cannot change on resume' grep -q 'model.layer_norm cannot change on resume' stderr

# Memory, and the benchmark.
memory()
{
    train 0 --check "$@" a.ini >/dev/null
    sed -n 's/^memory .*network \([0-9.]* [kMG]*B\),.*/\1/p' stdout
}
with=$(memory)
without=$(memory --set model.layer_norm=no)
tap_run 'layer_norm: --check counts its memory' test "$with" != "$without"
"$bin/fcnn-bench" --network 8-8-2 --seconds 0.02 --layer-norm --json - >bench.json
tap_run 'layer_norm: fcnn-bench --layer-norm' grep -q '"layer_norm": 1' bench.json
tap_done
