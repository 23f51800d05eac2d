#!/usr/bin/env bash
# fcnn-bench as its user sees it: tables, JSON, errors.  How fast it is, is not asked here.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

# bench NP [OPTION…]: as run_program
bench()
{
    local np=$1
    shift
    run_program "$np" fcnn-bench "$@"
}

# valid FILE: JSON, by python3 where it is there, else by its ends
valid()
{
    if command -v python3 >/dev/null; then
        python3 -m json.tool "$1"
    else
        head -n 1 "$1" | grep -q '^{$' && tail -n 1 "$1" | grep -q '^}$'
    fi
}

# missing FILE: members that the object or one of its workloads lacks; there is one a line, or a group of them
missing()
{
    local key count
    for key in version numerics_version ranks precision reduction optimizer forward layer_norm dropout fit sums \
        link workloads; do
        [ "$(grep -cE "^  \"$key\": " "$1")" = 1 ] || echo "$key"
    done
    count=$(grep -c '"workload":' "$1")
    for key in workload network activation loss batch exchange isa threads blocks rows steps step_seconds \
        samples_per_second gflops peak_gflops efficiency flop_per_cycle split check_seconds check_part memory_base \
        memory_predicted memory_measured predicted; do
        [ "$(grep -cE "^      \"$key\": " "$1")" = "$count" ] || echo "$key"
    done
}

# undocumented FILE: members of the file that the page does not mention
undocumented()
{
    grep -oE '"[a-z_]+": ' "$1" | tr -d '": ' | sort -u | while read -r key; do
        grep -qE "^\|.*\`$key\`" "$here/../docs/benchmarks.md" || echo "$key"
    done
}

# splits FILE: the sum of each split's parts that is not 1
splits()
{
    grep '"split":' "$1" | tr -d '{}",' | awk '
        { sum = 0; for (i = 3; i <= NF; i += 2) sum += $i; if (sum < 0.98 || sum > 1.02 || NF != 11) print }'
}

# not_positive FILE KEY…: lines in which a number is not above 0
not_positive()
{
    local file=$1 key
    shift
    for key; do
        grep -E "^      \"$key\": " "$file" | awk '{ if (!($2 + 0 > 0)) print }'
    done
}

# count WORD FILE
count()
{
    grep -c -- "$1" "$2"
}

# ---- what it measures ----

for np in 1 2; do
    rm -f out.json
    OMP_NUM_THREADS=$((3 - np)) bench $np --workload S32,T --seconds 0.1 --json out.json
    tap_run "bench: runs (np=$np)" test "$code" = 0
    [ "$code" = 0 ] || said | sed 's/^/# /'
    tap_run "bench: its file is JSON (np=$np)" valid out.json
    tap_run "bench: an object for each workload (np=$np)" test "$(count '"workload": ' out.json)" = 2
    tap_empty "bench: no key is missing (np=$np)" "$(missing out.json)"
    tap_empty "bench: all keys are documented (np=$np)" "$(undocumented out.json)"
    tap_run "bench: ranks are those of the run (np=$np)" test "$(count "^  \"ranks\": $np,$" out.json)" = 1
    tap_run "bench: threads are those of the run (np=$np)" \
        test "$(count "^      \"threads\": $((3 - np)),$" out.json)" = 2
    tap_empty "bench: the split adds up to 1 (np=$np)" "$(splits out.json)"
    tap_empty "bench: speeds and memory are positive (np=$np)" "$(not_positive out.json step_seconds \
        samples_per_second gflops peak_gflops efficiency memory_predicted)"
    tap_run "bench: the table names the workloads (np=$np)" \
        test "$(grep -cE '^  (S32 +784-30-10|T +32-64-64-1) ' stdout)" = 2
    tap_run "bench: no temporary stays behind (np=$np)" test "$(find . -name '*.tmp' | wc -l)" = 0
    if [ $np = 1 ]; then
        tap_run 'bench: one rank has no exchange to fit' test "$(count '"fit": null' out.json)" = 1
    else
        tap_run 'bench: two ranks have' test "$(count '"fit": {"latency_seconds": ' out.json)" = 1
        tap_run 'bench: and predict' test "$(count '"predicted": \[{"ranks": 2, ' out.json)" = 2
        tap_run 'bench: they say by which link' grep -q 'as measured between the ranks of this run' stdout
    fi
done

# In small networks the formula is within 5 MB of what is measured.
tap_empty 'bench: memory is as predicted' "$(awk -F '[:,]' '/memory_predicted/ { p = $2 }
    /memory_measured/ && $2 !~ /null/ && ($2 - p > 5e6 || p - $2 > 5e6) { print p, $2 }' out.json)"

# ---- what it can be told ----

bench 0 --network 20-30-4 --batch 50 --activation gelu --loss mse --precision double --reduction fast --exchange auto \
    --optimizer adam --dropout 0.25 --seconds 0.02 --latency 1.5 --bandwidth 12 --json - && cp stdout own.json
tap_run 'bench: a network of your own, as JSON alone' valid own.json
tap_run 'bench: is what was asked for' grep -q '"network": "20-30-4"' own.json
for word in '"activation": "gelu"' '"loss": "mse"' '"batch": 50' '"precision": "double"' '"reduction": "fast"' \
    '"optimizer": "adam"' '"dropout": 0.25' '"source": "given"' '"latency_seconds": 1.5e-06'; do
    tap_run "bench: says $word" grep -qF "$word" own.json
done
tap_empty 'bench: without a word of warning' "$(cat stderr)"

# forward_figures FILE: what is wrong with the only workload, 20-30-4, of which only forward passes were timed
forward_figures()
{
    awk -F '[:,]' '/"(samples_per_second|gflops|peak_gflops|efficiency)"/ { gsub(/[" ]/, "", $1); is[$1] = $2 }
        END {
            part = is["gflops"] / (2 * (20 * 30 + 30 * 4) * is["samples_per_second"] * 1e-9)
            if (!(part > 0.999 && part < 1.001)) print "GFLOP/s:", part
            part = is["efficiency"] * is["peak_gflops"] / is["gflops"]
            if (!(part > 0.999 && part < 1.001)) print "efficiency:", part
        }' "$1"
    grep -qF '"forward": true' "$1" || echo 'forward is not true'
    grep -qF '"exchange": "none"' "$1" || echo 'there is an exchange'
    grep -E '"(blocks|memory_[a-z]+|check_[a-z]+)": ' "$1" | grep -v ': null'
}
for np in 1 2; do
    for batch in 1 50; do
        bench $np --network 20-30-4 --batch $batch --forward --seconds 0.02 --json -
        cp stdout forward.json
        tap_run "bench: forward passes of $batch rows, as JSON alone (np=$np)" valid forward.json
        tap_empty "bench: their figures (np=$np, $batch rows)" "$(forward_figures forward.json)"
        tap_empty "bench: their keys (np=$np, $batch rows)" "$(missing forward.json)$(undocumented forward.json)"
    done
done
bench 2 --network 20-4 --forward --seconds 0.02
tap_run 'bench: the table of forward passes says so' grep -q 'forward passes only' stdout
tap_run 'bench: their rows are those of a round of predictions' grep -qE '^  custom +20-4 +relu +4096 ' stdout
tap_empty 'bench: forward passes exchange nothing' "$(grep -E 'exchange|rows/s on more ranks' stdout)"

for loss in binary_cross_entropy mae huber log_cosh relative poisson; do
    bench 0 --network 6-5-3 --batch 20 --loss $loss --seconds 0.01 --json -
    tap_run "bench: trains by $loss" grep -qF "\"loss\": \"$loss\"" stdout
done

FCNN_ISA=plain bench 0 --network 20-4 --seconds 0.02
tap_run 'bench: runs the kernels that FCNN_ISA names' grep -q 'plain kernels' stdout

# ---- what it refuses ----

# refuses CODE TEXT OPTION…: one line that contains the text, and nothing on stdout
refuses()
{
    local expected=$1 text=$2
    shift 2
    bench 0 "$@"
    [ "$code" = "$expected" ] || echo "code $code instead of $expected"
    [ ! -s stdout ] || cat stdout
    [ "$(wc -l <stderr)" = 1 ] || cat stderr
    grep -q '^fcnn-bench: error: ' stderr || cat stderr
    grep -qF -- "$text" stderr || echo "no '$text' in: $(cat stderr)"
}
tap_empty 'bench: an unknown workload' "$(refuses 64 'S, S32, M64, M256, L, XL, T, TB' --workload S,Q)"
tap_empty 'bench: a malformed network' "$(refuses 64 '784-128-10' --network 784-x)"
tap_empty 'bench: an empty batch' "$(refuses 64 'from 1' --network 4-2 --batch 0)"
tap_empty 'bench: half a batch' "$(refuses 64 'whole number' --network 4-2 --batch 1.5)"
tap_empty 'bench: a dropout of 1' "$(refuses 64 'below 1' --network 4-2 --dropout 1)"
tap_empty 'bench: too small a dropout' "$(refuses 64 'from 1/65536' --network 4-2 --dropout 1e-9)"
tap_empty 'bench: an unknown activation' "$(refuses 64 'relu, leaky_relu' --network 4-2 --activation step)"
tap_empty 'bench: an unknown loss' "$(refuses 64 'mse, mae, huber' --network 4-2 --loss hinge)"
tap_empty 'bench: an unknown precision' "$(refuses 64 'single, double' --precision half)"
tap_empty 'bench: an unknown reduction' "$(refuses 64 'exact, fast' --reduction slow)"
tap_empty 'bench: an unknown optimizer' "$(refuses 64 'adagrad' --optimizer adm)"
tap_empty 'bench: an unknown exchange' "$(refuses 64 'allreduce' --exchange post)"
tap_empty 'bench: no time' "$(refuses 64 'above 0' --seconds 0)"
tap_empty 'bench: half a link' "$(refuses 64 'give both' --latency 2)"
tap_empty 'bench: an unknown option' "$(refuses 64 'unknown option --fast' --fast)"
tap_empty 'bench: a missing value' "$(refuses 64 'missing after --json' --json)"
tap_empty 'bench: a folder that is not there' "$(refuses 74 'nowhere' --workload T --json nowhere/out.json)"
bench 2 --workload Q
tap_run 'bench: two ranks fail with one line' test "$code:$(grep -c 'error: ' stderr)" = 64:1
tap_done
