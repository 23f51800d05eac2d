#!/usr/bin/env bash
# Dropout and residual layers from the config to the model file: the same bits on any ranks, threads, instruction sets
# and sizes, with streamed rows and after a stop at any step; the model's function in validation and fcnn-predict.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# shellcheck source=same_bits.sh
. "$here/same_bits.sh"
subject=dropout

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

for precision in single double; do
    first=$(hash_of 0 --set model.precision=$precision)
    on_all_ranks $precision "$first" --set model.precision=$precision
    after_stops $precision "$first" --set model.precision=$precision
    equal "the same bits from streamed rows, $precision" "$first" \
        "$(hash_of 2 --set model.precision=$precision --set data.memory=stream)"
    equal "other bits by another seed, $precision" other \
        "$([ "$first" != "$(hash_of 0 --set model.precision=$precision --set train.seed=2)" ] && echo other)"
done

# The validation loss is that of the whole network, in fcnn-predict as well.
validated_as_predicted rows.h5
tap_run 'dropout: the start text has both' grep -q \
    'gelu, relu, tanh, dropout 0.1 of inputs, 0.5, 0.2, 0.3, residual; linear output, mse' stdout
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
with=$(network_memory)
without=$(network_memory --set model.residual=no --set model.dropout=0)
tap_run 'dropout: --check counts its memory' test "$with" != "$without"
tap_done
