#!/usr/bin/env bash
# Dropout and residual layers from the config to the model file: the same bits on any ranks, threads, instruction sets
# and sizes, with streamed rows and after a stop at any step; the model's function in validation and fcnn-predict.
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
shuffle_window = 60
[model]
hidden = 70, 70, 70
activation = gelu, relu, tanh
dropout = 0.1, 0.5, 0.2, 0.3
residual = yes
[train]
epochs = 2
batch_size = 70
blocks = 6
[optimizer]
learning_rate = 0.02
I

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
        tap_ok "dropout: $1"
    else
        tap_not_ok "dropout: $1" "$2, $3; $(said)"
    fi
}

for precision in single double; do
    set -- --set model.precision=$precision
    first=$(FCNN_ISA=plain hash 0 "$@")
    for isa in avx2 avx512 neon; do
        if FCNN_ISA=$isa "$bin/fcnn-bench" --network 4-4 --seconds 0.01 >/dev/null 2>&1; then
            same "the same bits with $isa, $precision" "$first" "$(FCNN_ISA=$isa hash 0 "$@")"
        fi
    done
    for np in 1 2 3; do
        for threads in 1 2; do
            same "the same bits, np=$np, threads=$threads, $precision" "$first" \
                "$(hash $np "$@" --set train.threads=$threads)"
        done
    done
    same "the same bits from streamed rows, $precision" "$first" "$(hash 2 "$@" --set data.memory=stream)"
    same "the same bits in tiny pieces, $precision" "$first" "$(FCNN_SIZES=tiny hash 2 "$@")"
    same "other bits by another seed, $precision" other \
        "$([ "$first" != "$(hash 0 "$@" --set train.seed=2)" ] && echo other)"

    # 5 steps in an epoch, 10 in all: a run that stops after each step is started again on another number of ranks
    rm -rf out
    runs=0
    while [ ! -e out/model.h5 ] && [ $runs -lt 15 ]; do
        mkdir -p out && touch out/STOP
        train $((runs % 3)) --set output.directory=out "$@" a.ini
        runs=$((runs + 1))
    done
    same "the same bits after stops and restarts, $precision" "$first" "$("$bin/fcnn-info" --hash out/model.h5)"
    tap_run "dropout: there were several runs, $precision" test $runs -gt 3
done

# The validation loss is that of the whole network, in fcnn-predict as well.
train 2 --overwrite --set output.directory=out a.ini
validated=$(awk '$1 == 2 && NF > 6 { print $4 }' stdout)
tap_run 'dropout: the start text has both' grep -q \
    'gelu, relu, tanh, dropout 0.1 of inputs, 0.5, 0.2, 0.3, residual; linear output, mse' stdout
ranks 2 "$bin/fcnn-predict" out/model.h5 rows.h5 --targets /y >scores 2>&1
same 'validation and fcnn-predict agree' "$validated" "$(sed -n 's/.*: loss \([0-9.e+-]*\),.*/\1/p' scores)"
"$bin/fcnn-info" out/model.h5 >info
tap_run 'dropout: fcnn-info says that layers are residual' grep -q '^residual   each hidden layer' info
if command -v h5dump >/dev/null; then
    h5dump -a /model/format_version out/model.h5 >dump
    tap_run 'dropout: an older fcnn rejects the file' grep -q '(0): 3' dump
fi

# What cannot change, and what an initial model must have.
train 0 --set output.directory=out --set train.epochs=3 --set model.dropout=0.5 a.ini
tap_run 'dropout: it cannot change on resume' grep -q 'model.dropout cannot change on resume' stderr
train 0 --set output.directory=out --set train.epochs=3 --set model.residual=no a.ini
tap_run 'dropout: residual cannot change on resume' grep -q 'model.residual cannot change on resume' stderr
train 2 --set output.directory=again --set model.init=out/model.h5 --set model.residual=no a.ini
tap_run 'dropout: residual is that of the initial model' grep -q \
    'out/model.h5 was trained with model.residual = yes, but the config specifies no: set model.residual' stderr
train 2 --set output.directory=again --set model.init=out/model.h5 --set model.dropout=0.5 a.ini
tap_run 'dropout: an initial model may have another dropout' test "$code" = 0

# The memory of slopes and carried derivatives is in the prediction.
memory()
{
    train 0 --check "$@" a.ini >/dev/null
    sed -n 's/^memory .*network \([0-9.]* [KM]*B\),.*/\1/p' stdout
}
with=$(memory)
without=$(memory --set model.residual=no --set model.dropout=0)
tap_run 'dropout: --check counts its memory' test "$with" != "$without"
tap_done
