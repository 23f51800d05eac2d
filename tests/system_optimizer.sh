#!/usr/bin/env bash
# Optimizers whose learning rate depends on the norms of tensors: what is refused and warned of, and the same bits on
# any ranks, threads, instruction sets and across resumes.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# shellcheck source=same_bits.sh
. "$here/same_bits.sh"
subject=optimizer config=run.ini

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
cat >run.ini <<'END'
[data]
train = digits.h5
validation = 0.2
normalize = minmax
[model]
hidden = 70, 9
activation = tanh, relu
[train]
epochs = 3
batch_size = 60
[schedule]
warmup = 2
END

refused 'trust with lamb' 'optimizer.trust has no effect on optimizer.name = lamb: it is for lars' \
    --set optimizer.name=lamb --set optimizer.trust=0.01
refused 'l2 with lars' 'lamb and lars have weight_decay' --set optimizer.name=lars --set optimizer.l2=0.01
refused 'momentum with lamb' 'and lamb have beta1 instead' --set optimizer.name=lamb --set optimizer.momentum=0.9

# warned COUNT KEY=VALUE…: whether --check warns of the learning rate
warned()
{
    assign optimizer "${@:2}"
    noted "$1" 'optimizer.learning_rate.*usual' "${options[@]}"
}

warned 0 name=lamb learning_rate=0.01
warned 1 name=lamb learning_rate=3
warned 0 name=lars learning_rate=5 momentum=0.9
warned 1 name=lars learning_rate=500 momentum=0.9
warned 1 name=lars learning_rate=500 momentum_final=0.9 momentum_epochs=2
warned 0 name=lars learning_rate=0.05 momentum=0.9 trust=0.1
warned 1 name=lars learning_rate=5 momentum=0.9 trust=0.1

noted 1 'model.init = he of layer 2: model.activation = selu' --set model.activation=tanh,selu --set model.init=he
noted 0 'selu' --set model.activation=tanh,selu --set model.init=he,lecun,he
noted 0 'selu' --set model.activation=selu
noted 1 'model.init = zero in 3 of 3 layers' --set model.init=zero
noted 1 'model.init = zero in 1 of 3 layers' --set model.init=he,zero,he
noted 0 'model.init = zero' --set model.init=he,zero,he --set model.bias_init=0,0.1,0
noted 0 'model.init = zero' --set model.init=zero,he,he --set model.activation=tanh
noted 0 'model.init = zero' --set model.init=he,he,zero

# same NAME KEY=VALUE…
same()
{
    local first
    assign optimizer "${@:2}"
    first=$(hash_of 0 "${options[@]}")
    on_all_ranks "$1" "$first" "${options[@]}"
    in_parts "$1" "$first" 1 2 "${options[@]}"
}

same lamb name=lamb learning_rate=0.02 weight_decay=0.01 clip_norm=1 max_norm=2
same lars name=lars learning_rate=5 momentum=0.9 weight_decay=0.0005 decay_biases=yes
tap_done
