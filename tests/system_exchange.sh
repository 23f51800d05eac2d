#!/usr/bin/env bash
# What goes over the wire, seen from under MPI: one sum of the gradients a step, and the small maximum of the exponents
# every 64 steps.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
counter=$bin/.libs/libpmpi_counter.so
if [ ! -f "$counter" ]; then
    printf '1..0 # SKIP no preloaded libraries here\n'
    exit 0
fi
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
    FCNN_COUNTS=$PWD/counts LD_PRELOAD=$counter${LD_PRELOAD:+:$LD_PRELOAD} train "$np" --overwrite "$@" digits.ini
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
    awk -v c=$((weights + 4)) '$3 != c { n += $4 } END { print n + 0 }' counts
}

# In panels rounded up to 16 columns, biases as a row, and four status words.
weights=$((65 * 48 + 41 * 16))
steps=$((4 * 18))
for np in 2 3; do
    counted $np
    tap_run "exchange: no exponent outgrew its promise (np=$np)" sh -c '! grep -q raised stdout'
    tap_run "exchange: one sum of the gradients a step (np=$np)" test "$(calls double sum $((weights + 4)))" = $steps
    bytes=$(sent double sum $((weights + 4)))
    tap_run "exchange: its bytes are the padded parameters and four words (np=$np)" \
        test "$bytes" = $((steps * 8 * (weights + 4)))
    printf '# a step sends %d bytes\n' $((bytes / steps))
    tap_run "exchange: one maximum of exponents every 64 steps (np=$np)" test "$(calls int64 max 4)" = 2
    same=
    for ((rank = 1; rank < np; rank++)); do
        cmp -s counts.0 "counts.$rank" || same+="rank $rank: $(cat "counts.$rank")"$'\n'
    done
    tap_empty "exchange: every rank makes the same calls (np=$np)" "$same"
    large=$(awk '$3 > 1000 { n++ } END { print n + 0 }' counts)
    tap_run "exchange: nothing else is large (np=$np)" test "$large" = 1
done

# Smaller batches, 288 steps instead of 72: beside their sums of gradients they need three more maxima of exponents,
# and one each time that one was outgrown.
counted 2
few=$(rest)
counted 2 --set train.batch_size=25
raised=$(sed -n 's/.*raised \([0-9]*\) times.*/\1/p' stdout)
tap_run 'exchange: four times the steps need nothing else' test "$(rest)" = $((few + 3 + ${raised:-0}))

counted 2 --set model.precision=double
tap_run 'exchange: double precision sends two words a sum' test "$(calls double sum $((2 * weights + 4)))" = $steps
counted 2 --set train.reduction=fast
tap_run 'exchange: fast sums are floats' test "$(calls float sum $((weights + 4)))" = $steps
tap_run 'exchange: fast sums need no exponents' test "$(calls int64 max 4)" = 0
tap_done
