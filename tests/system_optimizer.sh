#!/usr/bin/env bash
# Optimizers whose learning rate depends on the norms of tensors: what is refused and warned of, and the same bits on
# any ranks, threads, instruction sets and across resumes.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

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

# set_optimizer KEY=VALUE…: the options of a run with these keys
set_optimizer()
{
    local key
    options=()
    for key; do
        options+=(--set "optimizer.$key")
    done
}

# refused NAME WORDS KEY=VALUE…
refused()
{
    local name=$1 words=$2
    shift 2
    set_optimizer "$@"
    train 2 "${options[@]}" run.ini
    if [ "$code" = 78 ] && [ "$(grep -c error: stderr)" = 1 ] && grep -qF -- "$words" stderr; then
        tap_ok "optimizer: $name is refused"
    else
        tap_not_ok "optimizer: $name is refused" "$(said)"
    fi
}

refused 'trust with lamb' 'optimizer.trust has no effect on optimizer.name = lamb: it is for lars' name=lamb trust=0.01
refused 'l2 with lars' 'lamb and lars have weight_decay' name=lars l2=0.01
refused 'momentum with lamb' 'and lamb have beta1 instead' name=lamb momentum=0.9

# warned EXPECTED KEY=VALUE…: whether --check warns of the learning rate
warned()
{
    local expected=$1
    shift
    set_optimizer "$@"
    train 2 --check "${options[@]}" run.ini
    tap_run "optimizer: $expected warning of $*" test \
        "$code:$(grep -c 'optimizer.learning_rate.*usual' stderr)" = "0:$expected"
}

warned 0 name=lamb learning_rate=0.01
warned 1 name=lamb learning_rate=3
warned 0 name=lars learning_rate=5 momentum=0.9
warned 1 name=lars learning_rate=500 momentum=0.9
warned 0 name=lars learning_rate=0.05 momentum=0.9 trust=0.1
warned 1 name=lars learning_rate=5 momentum=0.9 trust=0.1

# noted EXPECTED WORDS OPTION…: how often --check writes the words
noted()
{
    local expected=$1 words=$2
    shift 2
    train 2 --check "$@" run.ini
    tap_run "optimizer: --check writes '$words' $expected times: $*" test \
        "$code:$(grep -cF -- "$words" stderr)" = "0:$expected"
}

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
    local name=$1 expected np threads isa hash
    shift
    set_optimizer "$@"
    train 1 --overwrite --set output.directory=whole --set train.threads=1 "${options[@]}" run.ini
    expected=$("$bin/fcnn-info" --hash whole/model.h5)
    for np in 1 2 3; do
        for threads in 1 2; do
            isa=plain
            [ "$((np * threads))" != 2 ] || isa=avx2
            FCNN_ISA=$isa train "$np" --overwrite --set output.directory=other --set "train.threads=$threads" \
                "${options[@]}" run.ini
            [ "$code" != 64 ] || train "$np" --overwrite --set output.directory=other \
                --set "train.threads=$threads" "${options[@]}" run.ini
            hash=$("$bin/fcnn-info" --hash other/model.h5)
            tap_run "optimizer: $name, $np ranks of $threads threads, $isa" test "$hash" = "$expected"
        done
    done
    rm -rf parts
    train 2 --set train.epochs=1 --set output.directory=parts "${options[@]}" run.ini
    train 3 --set train.epochs=2 --set output.directory=parts "${options[@]}" run.ini
    train 1 --set output.directory=parts "${options[@]}" run.ini
    if grep -q '^resumed at step' stdout && [ "$("$bin/fcnn-info" --hash parts/model.h5)" = "$expected" ]; then
        tap_ok "optimizer: $name across resumes"
    else
        tap_not_ok "optimizer: $name across resumes" "$expected" "$(said)"
    fi
}

same lamb name=lamb learning_rate=0.02 weight_decay=0.01 clip_norm=1 max_norm=2
same lars name=lars learning_rate=5 momentum=0.9 weight_decay=0.0005 decay_biases=yes
tap_done
