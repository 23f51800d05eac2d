#!/usr/bin/env bash
# Training over several hosts with a network between them: the bits of one rank, links that break, hosts that go.
#   FCNN_FAULTS=long   all of it; else what takes a minute
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=../apart.sh
. "$here/apart.sh"
# shellcheck source=../faults/library.sh
. "$here/faults/library.sh"
# shellcheck source=namespaces.sh
. "$here/hosts/namespaces.sh"
need h5dump ip unshare ps tc
apart "$here/hosts/link.sh"
# shellcheck disable=SC2031 # what scripts/common.sh sets in a subshell is for its own command
export OMP_WAIT_POLICY=passive
if ! hosts_up ha hb hc 2>up.log; then
    printf '1..0 # SKIP no network namespaces here: %s\n' "$(head -n 1 up.log)"
    exit 0
fi

sed -n '1,301p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
# config NAME EPOCHS
config()
{
    printf '[data]\ntrain = digits.h5\nnormalize = scale\nscale = 16\n[model]\nhidden = 20\n[train]\nepochs = %s
batch_size = 25\nwatchdog = 3\n[output]\nlog_every = 10\n' "$2" >"$1.ini"
}
config short 10
config long 100
slow=$(fault_library slow_write) || {
    tap_not_ok 'hosts: the library that writes slowly'
    tap_done
    exit
}

# begins FOLDER HOST:RANKS,… NP: a long run in the background, as $job, until steps are done; it takes its time to write
# checkpoints, so that it is not done before it is disturbed
begins()
{
    local tries
    LD_PRELOAD=$slow${LD_PRELOAD:+:$LD_PRELOAD} FCNN_SLOW_MS=50 on_hosts "$2" "$3" "$bin/fcnn-train" \
        --set output.directory="$1" long.ini >first.out 2>first.err &
    job=$!
    for ((tries = 0; tries < 300; tries++)); do
        compgen -G "$1/checkpoint-*.h5" >/dev/null && return 0
        sleep 0.1
    done
    return 1
}
sign()
{
    [ -f "$1/model.h5" ] && printf '%s %s' "$("$bin/fcnn-info" --hash "$1/model.h5")" "$(history "$1/model.h5")"
}
for name in short long; do
    train 0 --set output.directory="one-$name" "$name.ini"
done

# same NAME FOLDER CONFIG: the run left what one rank leaves
same()
{
    local now
    now=$(sign "$2")
    if [ -n "$now" ] && [ "$now" = "$(sign "one-$3")" ]; then
        tap_ok "hosts: $1"
    else
        tap_not_ok "hosts: $1" "status: $(cat "$2/status" 2>&1)" "$(tail -n 5 stdout)" "$(tail -n 15 stderr)"
    fi
}

# ends_within SECONDS: waits for the job $job; fails, and ends it, if it takes longer; its code goes to $code
ends_within()
{
    local tries
    for ((tries = 0; tries < 10 * $1; tries++)); do
        if ! kill -0 "$job" 2>/dev/null; then
            wait "$job"
            code=$?
            return 0
        fi
        sleep 0.1
    done
    kill -9 "$job"
    return 1
}

# ---- the same bits ----

# by_exchange KIND HOST:RANKS,…
by_exchange()
{
    local np
    np=$(tr ',' '\n' <<<"$2" | awk -F: '{ n += $2 } END { print n }')
    rm -rf out
    on_hosts "$2" "$np" "$bin/fcnn-train" --set output.directory=out --set train.exchange="$1" short.ini \
        >stdout 2>stderr
    same "$2 by train.exchange = $1 give the bits of one rank" out short
}

by_exchange auto ha:1,hb:3,hc:1
by_exchange allreduce ha:2,hb:2
by_exchange shared ha:2,hb:1
if [ "${FCNN_FAULTS:-}" = long ]; then
    by_exchange auto ha:2,hb:2
    by_exchange allreduce ha:1,hb:3,hc:1
    by_exchange shared ha:1,hb:3,hc:1
fi

# ---- two jobs, one folder ----

begins shared ha:1,hb:1 2
on_hosts hc:1 1 "$bin/fcnn-train" --set output.directory=shared long.ini >stdout 2>stderr
code=$?
if [ $code = 74 ] && grep -q 'is in use by process [0-9]* on ha' stderr; then
    tap_ok 'hosts: a run folder belongs to one job, whose host is named'
else
    tap_not_ok 'hosts: a run folder belongs to one job, whose host is named' "code $code" "$(cat stderr)"
fi

# ---- a link that breaks ----

ip -n hb link set eth0 down
if ends_within 25; then
    tap_ok 'hosts: a dead link ends the job'
else
    tap_not_ok 'hosts: a dead link ends the job' "$(cat first.err)"
fi
ip -n hb link set eth0 up
ip netns pids hb | xargs -r kill -9 2>/dev/null
train 1 --set output.directory=shared long.ini
tap_run 'hosts: after a dead link it goes on, on one host' grep -E '^resumed at step [1-9]' stdout
same 'after a dead link: the bits of a run without one' shared long

# ---- a host that goes ----

begins gone ha:1,hb:1 2
ip netns pids hb | xargs -r kill -9 2>/dev/null
# mpirun of Open MPI 5 may end with 0: the status alone tells
gone='hosts: a host that goes ends the job at once, without success'
if ends_within 10 && { [ "$code" != 0 ] || [ "$fcnn_mpi_release" -gt 4 ]; } &&
    grep -qvE '^(finished|stopped)' gone/status; then
    tap_ok "$gone"
else
    tap_not_ok "$gone" "code $code" "$(cat gone/status first.err)"
fi
if grep -qw hb first.err; then
    tap_ok 'hosts: a host that goes is named'
else
    tap_not_ok 'hosts: a host that goes is named' "code $code" "$(cat first.err)"
fi
on_hosts ha:1,hc:2 3 "$bin/fcnn-train" --set output.directory=gone long.ini >stdout 2>stderr
tap_run 'hosts: after that it goes on, on other hosts' grep -E '^resumed at step [1-9]' stdout
same 'after that: the bits of a run without' gone long

# ---- the long form: mpirun that notices nothing, slow links ----

# shares FILE: each workload's exchange, of the time of a step: as measured, and by the model of docs/design.md
shares()
{
    awk -F '[:,{}]+' '
        function number(key,    i) { for (i = 1; i < NF; i++) if ($i ~ key) return $(i + 1) + 0; return 0 }
        /"workload"/ { gsub(/[ "]/, "", $2); name = $2 }
        /"split"/ { measured = number("\"exchange\"") + number("\"waiting\"") }
        /"fit"/ { latency = number("latency_seconds"); bandwidth = number("bytes_per_second") }
        /"shared_seconds"/ { alone = number("shared_seconds") }
        /"fixed_seconds"/ { alone += number("fixed_seconds") }
        /"exchange_bytes"/ {
            sum = latency + number("exchange_bytes") / bandwidth
            printf "%s %.3f %.3f\n", name, measured, sum / (sum + alone)
        }' "$1"
}

if [ "${FCNN_FAULTS:-}" = long ]; then
    keepalive=1000 # seconds
    begins deaf ha:1,hb:1 2
    ip -n hb link set eth0 down
    for ((i = 0; i < 150; i++)); do
        ip netns pids ha | xargs -r ps -o comm= -p | grep -q fcnn-train || break
        sleep 0.1
    done
    tap_run 'hosts: where mpirun does not notice a dead link the watchdog does' \
        grep '^failed: hung: no progress for' deaf/status
    ip netns pids ha | xargs -r kill -9 2>/dev/null
    ip netns pids hb | xargs -r kill -9 2>/dev/null
    wait "$job"
    ip -n hb link set eth0 up

    for rate in 100mbit 1gbit; do
        for name in ha hb; do
            ip netns exec $name tc qdisc replace dev eth0 root tbf rate $rate burst 256kb latency 50ms
        done
        on_hosts ha:1,hb:1 2 "$bin/fcnn-bench" --workload M256,L --seconds 3 --json link.json >stdout 2>stderr
        sed 's/^/# /' stdout
        while read -r workload measured predicted; do
            tap_run "hosts: $workload over $rate: the exchange takes $measured of the time, foreseen were $predicted" \
                awk -v a="$measured" -v b="$predicted" 'BEGIN { exit !(a > 0 && a < 1.3 * b && b < 1.3 * a) }'
        done < <(shares link.json)
    done
fi
tap_done
