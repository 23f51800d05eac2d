# tests/same_bits.sh — sourced after system.sh by tests of methods: the same config gives the same bits however it runs.
# What is tested is $subject, and its config $config.
# shellcheck shell=bash disable=SC2154 # the test sets subject, system.sh bin and code
config=a.ini

# hash_of NP [OPTION…]: the hash of the model of a run from the start, in the folder out
hash_of()
{
    local np=$1
    shift
    rm -rf out
    train "$np" --set output.directory=out "$@" "$config"
    "$bin/fcnn-info" --hash out/model.h5 2>&1 || printf 'process %s\n' "$BASHPID" # which equals no other
}

# equal NAME EXPECTED ACTUAL
equal()
{
    if [ -n "$2" ] && [ "$2" = "$3" ]; then
        tap_ok "$subject: $1"
    else
        tap_not_ok "$subject: $1" "$2, $3; $(said)"
    fi
}

# has_isa ISA: the processor has these instructions
has_isa()
{
    FCNN_ISA=$1 "$bin/fcnn-bench" --network 4-4 --seconds 0.01 >bench.log 2>&1
}

# on_all_ranks NAME EXPECTED [OPTION…]: the same model with all instructions, on ranks and threads, and in tiny pieces
on_all_ranks()
{
    local name=$1 expected=$2 isa np threads
    shift 2
    for isa in plain avx2 avx512 avx512bf16 neon; do
        if has_isa $isa; then
            equal "the same bits with $isa, $name" "$expected" "$(FCNN_ISA=$isa hash_of 0 "$@")"
        fi
    done
    for np in 1 2 3; do
        for threads in 1 2; do
            equal "the same bits, np=$np, threads=$threads, $name" "$expected" \
                "$(hash_of $np --set train.threads=$threads "$@")"
        done
    done
    equal "the same bits in tiny pieces, $name" "$expected" "$(FCNN_SIZES=tiny hash_of 2 "$@")"
}

# after_stops NAME EXPECTED [OPTION…]: the same model if the run stops after each step and goes on with other ranks
after_stops()
{
    local name=$1 expected=$2 runs=0
    shift 2
    rm -rf out
    while [ ! -e out/model.h5 ] && [ $runs -lt 15 ]; do
        mkdir -p out && touch out/STOP
        train $((runs % 3)) --set output.directory=out "$@" "$config"
        runs=$((runs + 1))
    done
    equal "the same bits after stops and restarts, $name" "$expected" "$("$bin/fcnn-info" --hash out/model.h5)"
    tap_run "$subject: there were several runs, $name" test $runs -gt 3
}

# in_parts NAME EXPECTED FIRST SECOND [OPTION…]: the same model if the run ends after FIRST epochs, continues until
# SECOND epochs, and then to its end, each time on other ranks
in_parts()
{
    local name=$1 expected=$2 first=$3 second=$4
    shift 4
    rm -rf out
    FCNN_ISA=plain train 3 --set output.directory=out --set train.epochs="$first" "$@" "$config"
    train 1 --set output.directory=out --set train.epochs="$second" --set train.threads=2 "$@" "$config"
    train 2 --set output.directory=out "$@" "$config"
    tap_run "$subject: $name is resumed" grep -q '^resumed at step' stdout
    equal "the same bits across resumes, $name" "$expected" "$("$bin/fcnn-info" --hash out/model.h5)"
}

# validated_as_predicted DATA: the loss of the last validation of a run of $config and of fcnn-predict are the same
validated_as_predicted()
{
    local validated
    train 2 --overwrite --set output.directory=out "$config"
    validated=$(awk '$1 ~ /^[0-9]+$/ && NF > 6 { last = $4 } END { print last }' stdout)
    ranks 2 "$bin/fcnn-predict" out/model.h5 "$1" --targets /y >scores 2>&1
    equal 'validation and fcnn-predict agree' "$validated" "$(sed -n 's/.*: loss \([0-9.e+-]*\),.*/\1/p' scores)"
}

# network_memory [OPTION…]: the memory of the network that --check predicts
network_memory()
{
    train 0 --check "$@" "$config" >/dev/null
    sed -n 's/^memory .*network \([0-9.]* [kMG]*B\),.*/\1/p' stdout
}

# assign SECTION KEY=VALUE…: sets options to the options of a run with these keys
assign()
{
    local section=$1 key
    shift
    options=()
    for key; do
        options+=(--set "$section.$key")
    done
}

# refused NAME WORDS [OPTION…]: the config is refused by one message that contains the words
refused()
{
    local name=$1 words=$2
    shift 2
    train 2 "$@" "$config"
    if [ "$code" = 78 ] && [ "$(grep -c error: stderr)" = 1 ] && grep -qF -- "$words" stderr; then
        tap_ok "$subject: $name is refused"
    else
        tap_not_ok "$subject: $name is refused" "$(said)"
    fi
}

# noted COUNT WORDS [OPTION…]: how often --check writes the words to standard error
noted()
{
    local count=$1 words=$2
    shift 2
    train 2 --check "$@" "$config"
    tap_run "$subject: --check writes '$words' $count times: $*" test \
        "$code:$(grep -c -- "$words" stderr)" = "0:$count"
}
