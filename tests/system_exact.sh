#!/usr/bin/env bash
# The same config gives the same bits on any ranks, threads and instruction set, from run to run, across resumes.
# What is compared: the SHA-256 of the weights, the bits of the logged losses, and the whole of model.h5.
#   FCNN_FAULTS=long   every config by the whole matrix of ranks and threads, and each repetition for every config; else
#                      the pairs and configs that differ in kind
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump

# Small data with odd numbers of rows.
sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
sed -n '1,102p' "$configs/data/regression.csv" >regression.csv
sed -n '301,1001p' "$configs/data/digits.csv" >many.csv
sed 's/,[05]$/,1/; s/,[2-9]$/,0/' many.csv | sed -n '1,101p' >binary.csv # 0 and 5 against the others
# columns so far apart that the quantum of the exact sums decides bits of the small one's weights
awk 'BEGIN { for (i = 0; i < 101; i++) printf "%g,%.9ge-11,%g\n", i % 17 / 17, i * 7 % 23 / 7, 100 * (i % 17) }' \
    >scales.csv
{
    "$bin/fcnn-import" scales.h5 --csv scales.csv --float-targets
    "$bin/fcnn-import" digits.h5 --csv digits.csv && "$bin/fcnn-import" many.h5 --csv many.csv &&
        "$bin/fcnn-import" regression.h5 --csv regression.csv --header --target-columns 7,8,9 &&
        "$bin/fcnn-import" binary.h5 --csv binary.csv
    "$bin/fcnn-import" xor.h5 --csv "$configs/data/xor.csv" --header
} >import.log || cat import.log

# config NAME DATA [SECTION KEY=VALUE…]…: a config of one file of data
config()
{
    local name=$1 word
    {
        printf '[data]\ntrain = %s\n' "$2"
        shift 2
        for word; do
            case $word in
            *=*) printf '%s\n' "$word" ;;
            *) printf '[%s]\n' "$word" ;;
            esac
        done
    } >"$name.ini"
}

# Between them: all precisions, every activation, each kind of output and loss, every normalization, a validation part,
# rows that do not divide, leaves, fewer blocks than ranks, ranks without a row.
config classes digits.h5 normalize=standardize validation=0.2 model hidden=33,17,12,11,10 \
    activation=relu,gelu,silu,softplus,selu init=auto,orthogonal,torch,lecun,he,zero \
    train epochs=5 batch_size=13
config surface regression.h5 normalize=minmax normalize_targets=standardize model hidden=9,70 \
    activation=tanh,sigmoid precision=double train loss=log_cosh epochs=5 batch_size=50 blocks=3
config binary binary.h5 normalize=scale scale=16 model hidden=20,20 activation=leaky_relu,gelu leaky_slope=0.2 \
    precision=double bias_init=0.1,0,0 \
    train epochs=70 batch_size=0 blocks=7
config leaves many.h5 normalize=minmax model hidden=65,30,14,13,12,11 \
    activation=leaky_relu,linear,mish,softsign,elu,relu6 init=orthogonal init_scale=1.2 precision=double \
    train epochs=4 batch_size=690 blocks=2
config squares binary.h5 normalize=standardize model hidden=65 activation=sigmoid output=sigmoid \
    train loss=mse epochs=3 batch_size=31 shuffle=no
config shallow regression.h5 normalize=standardize normalize_targets=minmax train loss=huber huber_delta=0.1 \
    epochs=3 batch_size=29 \
    model hidden= optimizer learning_rate=0.01
config four xor.h5 model hidden=4 activation=tanh train epochs=100 batch_size=3 seed=7
config scales scales.h5 model hidden= output=linear init=uniform init_scale=1e-9 train epochs=5 batch_size=20 \
    optimizer learning_rate=0.2
config adamw digits.h5 normalize=standardize model hidden=66,17 activation=relu,gelu train epochs=4 batch_size=29 \
    optimizer name=adamw learning_rate=0.003 weight_decay=0.05 clip_norm=1 max_norm=1.5,0,1.2
config nesterov regression.h5 normalize=standardize normalize_targets=standardize model hidden=20,70 activation=tanh \
    precision=double train epochs=4 batch_size=31 optimizer learning_rate=0.02 momentum=0.5 momentum_final=0.9 \
    momentum_epochs=3 nesterov=yes l1=1e-4 clip_value=0.5
# as many of the methods as two configs can have together
config much digits.h5 'normalize=quantile 0:20, robust 20:40, asinh 40:50, none 50:' noise=0.1 validation=0.3 \
    class_weight=balanced weights_in_evaluation=yes model hidden=33,33,33 activation=prelu,gelu,relu layer_norm=yes \
    residual=yes dropout=0.1,0.3,0.2,0.5 init=torch train epochs=4 batch_size=23 loss=cross_entropy \
    label_smoothing=0.1 ema=0.9 stop_patience=3 stop_metric=log_loss restore_best=yes \
    optimizer name=adamw learning_rate=0.003 weight_decay=0.05 clip_norm=1 clip_value=0.5 max_norm=1.5,0,0,1.2 \
    schedule kind=one_cycle unit=step period=25 metrics list=log_loss,roc_auc,f1
config more regression.h5 'normalize=power 0, log_standardize 1, minmax 2, standardize 3:' \
    'normalize_targets=standardize 0:2, log_standardize 2' validation=0.2 model hidden=30,30,30 activation=silu \
    layer_norm=yes residual=yes dropout=0.2 init=lecun precision=double \
    train epochs=5 batch_size=31 loss=quantile quantiles=0.1,0.5,0.9 output_weights=1,2,0.5 ema=0.8 keep_best=yes \
    optimizer name=lamb learning_rate=0.01 weight_decay=0.01 schedule kind=plateau patience=1 factor=0.5 \
    metrics list=quantile_coverage,quantile_crossing,pinball,r2
# odd numbers of inputs, outputs and rows, and leaves, of which none is a whole number of pairs
config mixed many.h5 normalize=standardize validation=0.2 model hidden=67,131,9 activation=gelu,relu,tanh \
    precision=mixed train epochs=5 batch_size=547 blocks=2 ema=0.9 \
    optimizer name=adamw learning_rate=0.003 weight_decay=0.05 max_norm=1.5
# stages with other optimizers and batches, of which the last one continues the optimizer of the second
config stages digits.h5 normalize=standardize validation=0.2 model hidden=33,17 dropout=0.1 train ema=0.9 \
    stage.1 train.epochs=2 train.batch_size=29 optimizer.name=adam optimizer.learning_rate=0.003 schedule.kind=cosine \
    stage.2 train.epochs=1 train.batch_size=0 optimizer.momentum=0.9 \
    stage.3 train.epochs=2 train.batch_size=13 optimizer.momentum=0.5 optimizer.clip_norm=1 schedule.kind=plateau
all='classes surface binary leaves squares shallow four scales adamw nesterov much more mixed stages'

# sign NAME: what a run left, as one line
sign()
{
    local file=out/$1/model.h5 hash
    [ "$code" = 0 ] && hash=$("$bin/fcnn-info" --hash "$file") &&
        printf 'weights %.16s, history %s, file %.16s\n' "$hash" "$(history "$file")" "$(sha256sum <"$file")"
}

# run NAME NP THREADS [OPTION…]: trains from scratch, or goes on where $resumes is not empty
resumes=
run()
{
    local name=$1 np=$2 threads=$3
    shift 3
    [ -n "$resumes" ] || rm -rf "out/$name"
    OMP_NUM_THREADS=$threads train "$np" --set output.directory="out/$name" "$@" "$name.ini"
}

declare -A first
# agrees NAME WHAT: the run just made left what the first one of the config did
agrees()
{
    local now
    now=$(sign "$1")
    if [ -n "$now" ] && [ "$now" = "${first[$1]}" ]; then
        return 0
    fi
    differences+="$2: $now, at first ${first[$1]}; $(said)"$'\n'
}

for name in $all; do
    run "$name" 1 1
    first[$name]=$(sign "$name")
    if [ -z "${first[$name]}" ]; then
        tap_not_ok "exact: $name trains" "$(said)"
    else
        tap_ok "exact: $name trains"
    fi
done
chosen=$(sed -n 's/^fcnn .*, \([a-z0-9]*\) kernels, .*/\1/p' stdout)

# ---- ranks and threads ----

# One rank of several threads; an odd number of ranks, of several threads each, whose parts are not alike; more ranks
# than some configs have blocks, or rows in a batch.  2,2 comes with the instruction sets.
few='3,2 5,1'
some='1,4 2,1 3,2 8,1'
full='1,1 1,2 1,4 2,1 2,2 2,4 3,1 3,2 3,4 4,1 4,2 4,4 5,1 5,2 5,4 8,1 8,2 8,4'
two='classes surface mixed' # one of each precision
resumed='leaves scales adamw nesterov much more mixed'
if [ "${FCNN_FAULTS:-}" = long ]; then
    few=$full some=$full two=$all resumed='classes surface leaves scales adamw nesterov much more mixed'
fi
warnings=
for name in $all; do
    case $name in
    classes | surface) matrix=$some ;;
    *) matrix=$few ;;
    esac
    differences=
    for pair in $matrix; do
        run "$name" "${pair%,*}" "${pair#*,}"
        agrees "$name" "$pair"
        [ "$name $pair" != 'surface 8,1' ] ||
            warnings=$(grep -c '^fcnn-train: warning: there are 8 ranks but only 3 blocks, so 5' stderr)
    done
    tap_empty "exact: $name on ranks,threads $matrix" "$differences"
done

# A message of a rank without work is what the warning says, once.
if [ "$warnings" = 1 ]; then
    tap_ok 'exact: ranks without a block are warned of, once'
else
    tap_not_ok 'exact: ranks without a block are warned of, once' "$warnings times"
fi

# ---- other arithmetic would be seen: sums in the usual way differ somewhere in the same matrix ----

declare -A hashes=()
for pair in $full; do
    run classes "${pair%,*}" "${pair#*,}" --set train.reduction=fast
    [ "$code" != 0 ] || hashes[$("$bin/fcnn-info" --hash out/classes/model.h5)]=$pair
    [ ${#hashes[@]} -lt 2 ] || break
done
if [ ${#hashes[@]} -ge 2 ]; then
    tap_ok 'exact: reduction=fast gives at least two hashes'
else
    tap_not_ok 'exact: reduction=fast gives at least two hashes' "${!hashes[*]}" "$(said)"
fi
run classes 0 1 --set train.seed=2
if [ "$code" = 0 ] && [ "$(sign classes)" != "${first[classes]}" ]; then
    tap_ok 'exact: another seed gives another hash'
else
    tap_not_ok 'exact: another seed gives another hash' "$(said)"
fi

# ---- resumes: each part of the run on other ranks, threads and instructions ----

for name in $resumed; do
    differences=
    rm -rf "out/$name"
    resumes=yes
    run "$name" 3 2 --set train.epochs=1
    FCNN_ISA=plain run "$name" 1 4 --set train.epochs=3
    steps=$(sed -n 's/^resumed at step \([0-9]*\) from .*/\1/p' stdout)
    [ -n "$steps" ] || differences="not resumed: $(said)"
    run "$name" 5 1
    resumes=
    agrees "$name" 'resumed at two places'
    tap_empty "exact: $name across resumes" "$differences"
done

# ---- instruction sets ----

# Whether this machine has an instruction set.
has()
{
    local flag
    case $1 in
    plain) return 0 ;;
    neon) # every 64-bit Arm processor has it; one that runs big-endian is an aarch64_be
        [ "$(uname -m)" = aarch64 ]
        return
        ;;
    avx2) set -- avx2 fma ;;
    avx512) set -- avx2 fma avx512f avx512dq avx512bw avx512vl ;;
    avx512bf16) set -- avx2 fma avx512f avx512dq avx512bw avx512vl avx512_bf16 ;;
    esac
    for flag; do
        grep -qw "^flags.* $flag" /proc/cpuinfo || return 1
    done
}

present=
for isa in plain neon avx2 avx512 avx512bf16; do
    if has $isa; then
        present+=" $isa"
        differences=
        # those of the instructions that all other runs have chosen are no news
        names=$all
        [ $isa != "$chosen" ] || names=$two
        for name in $names; do
            FCNN_ISA=$isa run "$name" 2 2
            agrees "$name" "$name"
            grep -Eq "^fcnn .*, ($isa|${isa%bf16}) kernels, 2 ranks x 2 threads" stdout ||
                differences+="$name: $(said)"$'\n'
        done
        tap_empty "exact: FCNN_ISA=$isa is what runs, and gives the same bits" "$differences"
    else
        tap_skip "exact: FCNN_ISA=$isa" "this machine has no $isa"
        FCNN_ISA=$isa run classes 0 1
        tap_run "exact: FCNN_ISA=$isa is refused" test "$code" = 64
    fi
done

# One run over machines of different kinds: each rank chooses by its number.  (Open MPI 5.0.7 does not start a launch
# of several parts.)
if [ "$fcnn_mpi" != other ] && [ "$present" != ' plain' ]; then
    differences=
    best=${present##* }
    for name in $two; do
        rm -rf "out/$name"
        # shellcheck disable=SC2016 # expanded by that sh
        ranks 3 sh -c 'isa=$0
            [ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" != 0 ] || isa=plain
            exec env FCNN_ISA="$isa" "$@"' \
            "$best" "$bin/fcnn-train" --set "output.directory=out/$name" "$name.ini" >stdout 2>stderr
        code=$?
        agrees "$name" "$name"
    done
    tap_empty "exact: ranks with plain and $best instructions in one run" "$differences"
else
    tap_skip 'exact: ranks with different instructions in one run' 'needs a launcher known, and more than plain'
fi

# fails WHAT CODE WORDS: the run just made ended so, with one line
fails()
{
    if [ "$code" = "$2" ] && [ "$(grep -c '^fcnn-train: error: ' stderr)" = 1 ] && grep -qF -- "$3" stderr; then
        tap_ok "exact: $1"
    else
        tap_not_ok "exact: $1" "$(said)"
    fi
}
for np in 0 2; do
    FCNN_ISA=avx9 run classes $np 1
    fails "an unknown instruction set is an error, np=$np" 64 'FCNN_ISA=avx9'
done

# ---- the C library's own choice of instructions ----

differences=
for name in $all; do
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-FMA_Usable,-AVX2_Usable run "$name" 0 2
    agrees "$name" "$name"
done
tap_empty "exact: without the C library's FMA" "$differences"

# ---- run to run ----

differences=
for name in $two; do
    run "$name" 0 1
    agrees "$name" "$name again, without mpirun"
done
tap_empty 'exact: the same again, without mpirun' "$differences"
tap_done
