#!/usr/bin/env bash
# The sum over ranks.  What goes over the wire, seen from under MPI: one sum of the gradients a step, and the small
# maximum of the exponents every 64 steps; in shared memory of a node not even that sum.  The same model from every
# kind of exchange and every algorithm of MPI's; what happens where memory to share is missing.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# what is counted is what production sends
export FCNN_SIZES="${FCNN_SIZES:+$FCNN_SIZES,}exchange_elements=1073741824,message_elements=1073741824"
counter=$built/.libs/libpmpi_counter.so
if [ ! -f "$counter" ]; then
    printf '1..0 # SKIP no preloaded libraries here\n'
    exit 0
fi
counter=$(preloadable "$counter")
"$bin/fcnn-import" digits.h5 --csv "$configs/data/digits.csv" >import.log
cat >digits.ini <<END
[data]
train = digits.h5
normalize = scale
scale = 16
[model]
hidden = 40
activation = tanh
[train]
epochs = 4
batch_size = 100
[optimizer]
learning_rate = 0.01
END

# counted NP [OPTION…]: trains; the lines of rank 0 are in counts
counted()
{
    local np=$1
    shift
    rm -f counts counts.*
    FCNN_COUNTS=$PWD/counts LD_PRELOAD=$counter${LD_PRELOAD:+:$LD_PRELOAD} train "$np" --overwrite \
        --set train.exchange=allreduce "$@" digits.ini
    cp counts.0 counts
}

# calls TYPE OPERATION COUNT: how often rank 0 made that call
calls()
{
    awk -v t="$1" -v o="$2" -v c="$3" '$1 == t && $2 == o && $3 == c { n += $4 } END { print n + 0 }' counts
}

# sent TYPE OPERATION COUNT: the bytes that rank 0 gave to those calls
sent()
{
    awk -v t="$1" -v o="$2" -v c="$3" '$1 == t && $2 == o && $3 == c { n += $5 } END { print n + 0 }' counts
}

# rest: all calls of rank 0 that send or wait, but the sums of gradients
rest()
{
    awk -v c=$((weights + words)) '$3 != c { n += $4 } END { print n + 0 }' counts
}

# In panels rounded up to 16 columns, biases as a row, and the status words.
words=5
# The means of the 64 inputs are found once, at the start: 69 doubles for each exact sum.
means=$((64 * 69))
weights=$((65 * 48 + 41 * 16))
# Two layers have four exponents.
steps=$((4 * 18))
for np in 2 3; do
    counted $np
    tap_run "exchange: no exponent outgrew its promise (np=$np)" sh -c '! grep -q raised stdout'
    tap_run "exchange: one sum of the gradients a step (np=$np)" \
        test "$(calls double sum $((weights + words)))" = $steps
    bytes=$(sent double sum $((weights + words)))
    tap_run "exchange: its bytes are the padded parameters and the words (np=$np)" \
        test "$bytes" = $((steps * 8 * (weights + words)))
    printf '# a step sends %d bytes\n' $((bytes / steps))
    tap_run "exchange: one maximum of exponents every 64 steps (np=$np)" test "$(calls int64 max 4)" = 2
    same=
    for ((rank = 1; rank < np; rank++)); do
        cmp -s counts.0 "counts.$rank" || same+="rank $rank: $(cat "counts.$rank")"$'\n'
    done
    tap_empty "exchange: every rank makes the same calls (np=$np)" "$same"
    large=$(awk -v m=$means '$3 > 1000 && $3 != m { n++ } END { print n + 0 }' counts)
    tap_run "exchange: nothing else is large (np=$np)" test "$large" = 1
    tap_run "exchange: but one sum for the means, at the start (np=$np)" test "$(calls double sum $means)" = 1
done

# Smaller batches, 288 steps instead of 72: beside their sums of gradients they need three more maxima of exponents, one
# each time that one was outgrown, and two comparisons of the ranks' parameters (train.check_every = 100).
counted 2
few=$(rest)
counted 2 --set train.batch_size=25
raised=$(sed -n 's/.*raised \([0-9]*\) times.*/\1/p' stdout)
tap_run 'exchange: four times the steps need nothing else' test "$(rest)" = $((few + 3 + 2 + ${raised:-0}))

counted 2 --set model.precision=double
tap_run 'exchange: double precision sends two words a sum' \
    test "$(calls double sum $((2 * weights + words)))" = $steps
counted 2 --set train.reduction=fast
tap_run 'exchange: fast sums are floats' test "$(calls float sum $((weights + words)))" = $steps
tap_run 'exchange: fast sums need no exponents' test "$(calls int64 max 4)" = 0

# ---- every kind gives the same model ----

# hash: of the model that the last run left
hash()
{
    if [ "$code" = 0 ]; then
        "$bin/fcnn-info" --hash digits/model.h5
    else
        said
    fi
}

# same NAME WHAT: the last run left the model of one rank, and said WHAT on stdout
same()
{
    local differs=
    [ "$(hash)" = "$alone" ] || differs="another model: $(hash)"
    grep -qE "^exchange    $2" stdout || differs+="; not as expected: $(grep '^exchange' stdout)"
    tap_empty "exchange: $1" "$differs"
}

train 1 --overwrite digits.ini
alone=$(hash)
tap_run 'exchange: one rank has nothing to exchange' sh -c '! grep -q ^exchange stdout'
for np in 2 3 4; do
    counted $np --set train.exchange=shared
    same "shared memory gives the model of one rank (np=$np)" "in shared memory of the node's $np ranks\$"
    large=$(awk -v m=$means '$3 > 1000 && $3 != m { n++ } END { print n + 0 }' counts)
    tap_run "exchange: in shared memory no sum of gradients goes through MPI (np=$np)" test "$large" = 0
done
OMP_NUM_THREADS=2 train 2 --overwrite digits.ini
same 'auto is shared memory, for two threads a rank too' "in shared memory of the node's 2 ranks\$"
train 2 --overwrite --set train.exchange=shared --set train.reduction=fast digits.ini
fast=$(hash)
train 2 --overwrite --set train.exchange=shared --set train.reduction=fast digits.ini
tap_run 'exchange: fast sums in shared memory do not differ from run to run' test "$(hash)" = "$fast"
if [ -x "$built/tests/test_exchange" ]; then
    tap_run 'exchange: nodes with two slices, and ranks that own none (np=5)' \
        ranks 5 "$built/tests/test_exchange" shape
fi

# ---- whatever algorithm MPI_Allreduce takes ----

# by_algorithm NUMBER [OPTION…]: trains with that algorithm of Open MPI's
by_algorithm()
{
    OMPI_MCA_coll_tuned_use_dynamic_rules=1 OMPI_MCA_coll_tuned_allreduce_algorithm=$1 \
        train 3 --overwrite --set train.exchange=allreduce "${@:2}" digits.ini
}

if [ "$fcnn_mpi" = openmpi ]; then
    for algorithm in 0 1 2 3 4 5 6; do
        by_algorithm $algorithm
        same "MPI_Allreduce by algorithm $algorithm gives the same model (np=3)" 'MPI_Allreduce \(train.exchange'
    done
    hashes=$(for algorithm in 1 3 4; do
        by_algorithm $algorithm --set train.reduction=fast
        hash
    done)
    tap_run 'exchange: the algorithms are others indeed: fast sums differ' \
        test "$(printf '%s\n' "$hashes" | sort -u | wc -l)" -gt 1
else
    tap_skip "exchange: MPI_Allreduce's algorithms" 'this is not Open MPI'
fi

# ---- where memory to share is missing ----

# fell_back NAME WHY: the last run took MPI_Allreduce for that reason, warned once, and left the same model
fell_back()
{
    same "$1" "MPI_Allreduce \\($2"
    tap_run "exchange: … and warns once" test "$(grep -cE "warning: gradients.*: $2" stderr)" = 1
}

if [ "$fcnn_mpi" = openmpi ]; then
    OMPI_MCA_osc_sm_backing_directory=/proc train 2 --overwrite --set train.exchange=shared digits.ini
    fell_back 'a folder that is no memory is not shared' '/proc is not a writable file system in memory'
else
    tap_skip 'exchange: a folder that is no memory is not shared' 'this is not Open MPI'
fi
# Open MPI 5 and 6 want 16 MB there for themselves, so the network takes more than that.
large=(--overwrite --set "model.hidden=1600,1000" --set train.epochs=1 digits.ini)
if unshare -m mount -t tmpfs -o size=24m tmpfs /dev/shm 2>unshare.log; then
    train 1 "${large[@]}"
    alone=$(hash)
    # shellcheck disable=SC2016 # expanded by that bash
    unshare -m bash -c 'mount -t tmpfs -o size=24m tmpfs /dev/shm && . "$0" && fcnn_mpirun 2 "$@"' \
        "$here/../scripts/common.sh" "$bin/fcnn-train" "${large[@]}" >stdout 2>stderr </dev/null
    code=$?
    fell_back 'a small /dev/shm is not shared' '/dev/shm has [0-9.]+ MB of free space, but the 2 ranks of a node need'
else
    tap_skip 'exchange: a small /dev/shm is not shared' "no mount in a namespace of its own: $(head -n 1 unshare.log)"
fi
tap_done
