#!/usr/bin/env bash
# What tells of a failure does not need what has failed: descriptors, room on the disk, the standard streams, memory;
# it does not spoil what an earlier run has said; and the caller's locale changes none of it.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
mkdir many
awk 'BEGIN {
    srand(1)
    for (i = 0; i < 120; i++) { x = rand(); y = rand(); print x "," y "," (x > 0.3) + (y > 0.6) }
}' >table.csv
"$bin/fcnn-import" data.h5 --csv table.csv >import.log || cat import.log
cat >run.ini <<'END'
[data]
train = data.h5
[model]
hidden = 8
[train]
epochs = 3
batch_size = 40
[optimizer]
learning_rate = 0.05
[output]
directory = run
END

# ends NAME CODE [PATTERN]: the last run of train ended with the code, and said that on standard error
ends()
{
    local wrong=''
    [ "$code" = "$2" ] || wrong+="exit code $code, not $2"$'\n'
    [ -z "${3:-}" ] || grep -qE -- "$3" stderr || wrong+="said no: $3"$'\n'
    [ -z "$wrong" ] || wrong+=$(said)
    tap_empty "reports: $1" "$wrong"
}

# ---- the line of status ----

train 0 run.ini
finished=$(cat run/status)
tap_run 'reports: a run finishes' test "$finished" = 'finished at step 9, 9 steps in this run'

# mistaken NAME CODE OPTION…: a command that fails in the folder of a finished run leaves its status alone
mistaken()
{
    local name=$1 wanted=$2
    shift 2
    train 0 "$@" run.ini
    if [ "$code" = "$wanted" ] && [ "$(cat run/status)" = "$finished" ]; then
        tap_ok "reports: the status of a finished run stays: $name"
    else
        tap_not_ok "reports: the status of a finished run stays: $name" "$(said)" "$(cat run/status)"
    fi
}

mistaken 'a key that may not change' 78 --set train.batch_size=30
mistaken 'an unknown key' 78 --set train.batchsize=30
mistaken 'data that is missing' 66 --set data.train=absent.h5
mistaken 'a dataset that is missing' 65 --set data.inputs=/absent
sed '1s/^0/1/' table.csv >other.csv
"$bin/fcnn-import" other.h5 --csv other.csv >import.log
mistaken 'other data' 78 --set data.train=other.h5
OMP_NUM_THREADS=0 mistaken 'no number of threads in the environment' 64
mistaken 'even to start anew' 65 --overwrite --set data.inputs=/absent
train 0 --set train.epochs=4 run.ini
tap_run 'reports: a run that goes on has its own status' test "$(cat run/status)" = \
    'finished at step 12, 3 steps in this run'
train 0 --set output.directory=new --set data.train=absent.h5 run.ini
tap_run 'reports: the first failure in a folder is told' grep -q '^failed: .*absent.h5' new/status
train 0 --set output.directory=new run.ini
train 0 --set output.directory=new --set train.epochs=2000000 run.ini &
for ((i = 0; i < 200; i++)); do
    if grep -q running new/status; then break; fi
    sleep 0.05
done
"$bin/fcnn-train" --set output.directory=new run.ini >stdout.2 2>stderr.2
tap_run 'reports: another run in the folder is told who has it' grep -q 'in use by' stderr.2
tap_run 'reports: and leaves the status alone' test "$(cat new/status)" = running
touch new/STOP
wait
tap_run 'reports: a run that is stopped says so' grep -q '^stopped with a checkpoint' new/status
train 0 --set output.directory=new --set data.train=absent.h5 run.ini
tap_run 'reports: a stopped run that cannot go on has failed' grep -q '^failed: .*absent.h5' new/status

# ---- threads ----

for threads in 99999 0 -3 four 2.5; do
    OMP_NUM_THREADS=$threads train 0 --overwrite run.ini
    ends "OMP_NUM_THREADS=$threads is refused" 64 "OMP_NUM_THREADS is '$threads'.*from 1 to 1024"
done
OMP_NUM_THREADS='' SLURM_CPUS_PER_TASK=99999 train 0 --overwrite run.ini
ends 'SLURM_CPUS_PER_TASK=99999 is refused' 64 "SLURM_CPUS_PER_TASK is '99999'"
OMP_NUM_THREADS=2,1 train 0 --overwrite run.ini
tap_run 'reports: of a list of threads the first counts' grep -q '1 rank x 2 threads' stdout

# threads NAME COUNT WARNINGS [VARIABLE=VALUE…] [COMMAND…]: what a run of one rank says that it uses, and how often it
# warns of that
threads()
{
    local name=$1 count=$2 warnings=$3
    shift 3
    env -u OMP_NUM_THREADS "$@" "$bin/fcnn-train" --check --set output.directory=threaded \
        --set model.hidden=512,512,512,512 --set train.batch_size=100 run.ini >stdout 2>stderr
    code=$?
    tap_run "reports: $name" test "$code $(sed -n 's/.* 1 rank x \([0-9]*\) thread.*/\1/p' stdout)" = "0 $count"
    tap_run "reports: $name: $warnings warnings" test "$(grep -c 'thread' stderr)" = "$warnings"
}

# the processors that this process may use, as "0 1"
cpus=$(awk '/^Cpus_allowed_list/ {
    for (n = split($2, part, ","); n > 0; n--) {
        split(part[n], end, "-")
        for (i = end[1]; i <= (end[2] == "" ? end[1] : end[2]); i++) printf "%d ", i
    }
}' /proc/self/status)
all=$(wc -w <<<"$cpus")
first=${cpus%% *}
threads 'one thread a core' "$all" 0
threads 'one a core, where OpenMP binds them' "$all" 0 OMP_PROC_BIND=true
tap_run 'reports: what binds them is told' grep -q 'bound by OMP_PROC_BIND$' stdout
threads 'one a place' "$all" 0 OMP_PLACES=threads
threads 'one a place of few' 1 0 GOMP_CPU_AFFINITY="$first"
threads 'one, where all share a place' 1 0 OMP_PROC_BIND=master OMP_PLACES=threads
if [ "$all" -ge 2 ]; then
    threads 'fewer than fit' 1 1 OMP_MAX_ACTIVE_LEVELS=0
    tap_run 'reports: why they do not fit' grep -q 'unset OMP_MAX_ACTIVE_LEVELS, which is 0' stderr
fi
threads 'a mask that the kernel finds too short' "$all" 0 FCNN_SIZES=mask_bytes=8
threads 'those that OpenMP allows' 1 0 OMP_THREAD_LIMIT=1
threads 'fewer than asked for' 1 1 OMP_NUM_THREADS=2 OMP_THREAD_LIMIT=1
tap_run 'reports: why they are fewer' grep -q 'unset OMP_THREAD_LIMIT, which is 1' stderr
tap_run 'reports: and how many were asked for' grep -q ' 1  2 by OMP_NUM_THREADS ' stdout
if [ "$all" -ge 2 ]; then
    threads 'as many as asked for, bound' 2 0 OMP_NUM_THREADS=2 OMP_PLACES=threads
    threads 'more than places' 2 1 OMP_NUM_THREADS=2 GOMP_CPU_AFFINITY="$first"
    tap_run 'reports: which places' grep -q 'GOMP_CPU_AFFINITY binds 2 threads to 1 processor' stderr
    threads 'more than the mask has' 2 1 OMP_NUM_THREADS=2 taskset -c "$first"
    tap_run 'reports: as much is said' grep -q '2 threads are bound to 1 processor: start it without taskset' stderr
    OMP_NUM_THREADS=1 OMP_PROC_BIND=true train 2 --check run.ini
    tap_run 'reports: ranks that OpenMP puts on one core' \
        grep -q 'OMP_PROC_BIND binds 2 threads to 1 processor' stderr
fi

# so little to do that a second thread would only be waited for, unless it is asked for
env -u OMP_NUM_THREADS "$bin/fcnn-train" --check --set output.directory=threaded run.ini >stdout
tap_run 'reports: a small step has one thread' grep -q '1 rank x 1 thread$' stdout
[ "$all" = 1 ] || tap_run 'reports: and says so' grep -q ' 1  auto: steps of 0.0[0-9]* MFLOP ' stdout
env -u OMP_NUM_THREADS "$bin/fcnn-train" --check --set output.directory=threaded --set train.threads=2 run.ini \
    >stdout 2>stderr
tap_run 'reports: more that are asked for are kept' grep -q ' 2  2 by train.threads ' stdout

# a quota of half a processor, of a group inside of one that has none
cpu_group=''
for group in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
    if [ -z "$cpu_group" ] && { [ -e $group/cpu.cfs_quota_us ] || grep -qw cpu $group/cgroup.subtree_control; } \
        2>/dev/null && mkdir "$group/fcnn-$$" 2>/dev/null; then
        cpu_group=$group/fcnn-$$
        trap 'rmdir "$cpu_group/in" "$cpu_group"; rm -rf "$work" "$mpi_folder"' EXIT
    fi
done
if [ -n "$cpu_group" ] && mkdir "$cpu_group/in"; then
    if [ -e "$cpu_group/cpu.max" ]; then
        echo '50000 100000' >"$cpu_group/cpu.max"
    else
        echo 50000 >"$cpu_group/cpu.cfs_quota_us"
    fi
    # shellcheck disable=SC2016 # expanded by that shell
    in_group=(sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$cpu_group/in")
    threads 'half a processor is one thread' 1 0 "${in_group[@]}"
    [ "$all" = 1 ] || tap_run 'reports: which is told' grep -q ' auto: a quota of 0.5 cpus ' stdout
    threads 'more than a quota has' 2 1 OMP_NUM_THREADS=2 "${in_group[@]}"
else
    tap_skip 'reports: half a processor is one thread' 'no control group can be made here'
fi

# stacks of which the address space holds a few only: OpenMP would end the process with a code of its own
(
    ulimit -s 1048576 && ulimit -v 12000000 || exit 1
    OMP_NUM_THREADS=64 train 0 --overwrite --set output.directory=threads run.ini
)
code=$?
if [ -e threads/status ]; then
    ends 'threads that the system does not give are counted' 70 \
        '64 threads are requested, but the system can start only'
    tap_run 'reports: which the status tells, too' grep -q '^failed: 64 threads are requested' threads/status
fi

# ---- a folder that hangs ----

sed 's/^epochs.*/epochs = 100000000/; s/^directory.*/directory = hangs/' run.ini >hangs.ini
ranks 2 "$bin/fcnn-train" --set train.watchdog=1 --set output.checkpoint_every=0 hangs.ini >stdout 2>stderr &
# rank_one: its process, below the script of libtool
rank_one()
{
    local process
    for process in $(pgrep -f 'fcnn-train.* hangs.ini$'); do
        [[ $(cat "/proc/$process/comm") != *fcnn-train ]] ||
            ! tr '\0' '\n' <"/proc/$process/environ" | grep -qxE '(OMPI_COMM_WORLD|PMI)_RANK=1' || echo "$process"
    done 2>/dev/null
}
if [ "$fcnn_mpi" != other ]; then
    for ((i = 0; i < 400; i++)); do
        if grep -q 'e+\|^ .*rows/s\|^  *[0-9]' stdout; then break; fi
        sleep 0.05
    done
    # who opens such a file to write waits for a reader
    mkfifo hangs/hang
    stopped=$(rank_one | tail -n 1)
    [ -z "$stopped" ] || kill -STOP "$stopped"
    wait $!
    code=$?
    ends 'a watchdog whose folder hangs ends the run' 70 'hung: .* the output folder hangs does not respond: rank 0'
else
    touch hangs/STOP
    wait
fi

# ---- standard streams ----

hash=$("$bin/fcnn-info" --hash run/model.h5)
# The model comes out whole, whatever becomes of the table.
# whole NAME: run/model.h5 is the model of before
whole()
{
    tap_run "reports: $1" test "$("$bin/fcnn-info" --hash run/model.h5)" = "$hash"
}

ranks 0 "$bin/fcnn-train" --overwrite run.ini >/dev/full 2>stderr
code=$?
: >stdout
ends 'a full disk below standard output is called that' 74 'error: standard output: No space left on device'
whole 'and the model is whole'
ranks 0 "$bin/fcnn-train" --overwrite run.ini >&- 2>stderr
code=$?
ends 'a standard output that is closed is noticed' 74 'error: standard output: Bad file descriptor'
whole 'and nothing was printed into the model'
ranks 0 "$bin/fcnn-train" --overwrite run.ini 2>stderr | head -n 1 >/dev/null
code=${PIPESTATUS[0]}
ends 'a reader who is gone ends no training' 74 'error: standard output: Broken pipe'
whole 'and the model is whole without a reader'
ranks 0 "$bin/fcnn-train" --overwrite run.ini <&- >&- 2>&-
code=$?
tap_run 'reports: without any standard stream the code tells' test "$code" = 74
whole 'and the model is whole without any'
ranks 0 "$bin/fcnn-train" run.ini --set train.batch_size=30 2>&-
tap_run 'reports: an error that cannot be printed has its code' test $? = 78
whole 'and is not printed into a file'
"$bin/fcnn-train" --print-config run.ini >/dev/full 2>stderr
code=$?
ends 'a config that cannot be printed' 74 'error: standard output: No space left on device'
for arguments in 'fcnn-info run/model.h5' 'fcnn-info data.h5' 'fcnn-predict run/model.h5 data.h5 --targets /y' \
    'fcnn-import imported.h5 --csv table.csv' 'fcnn-bench --help' 'fcnn-info --hash run/model.h5'; do
    # shellcheck disable=SC2086 # words
    "$bin"/$arguments >/dev/full 2>stderr
    code=$?
    ends "a full disk below ${arguments%% *}" 74 'error: .*: No space left on device'
done

# ---- a line that moves on a terminal ----

if command -v script >/dev/null && script --version 2>/dev/null | grep -q util-linux; then
    # steps that diverge, one after the other: a warning comes while the line stands
    cat >slow.ini <<'END'
[data]
train = data.h5
[model]
hidden = 512, 512
[train]
epochs = 400
batch_size = 1
watchdog = 0
[output]
directory = slow
END
    (sleep 1.5; touch slow/STOP) &
    # shellcheck disable=SC2016 # expanded by that bash
    FCNN=$bin/fcnn-train timeout 60 script -qec '"$FCNN" slow.ini' typescript >/dev/null </dev/null
    wait
    # what follows the line that moves begins with \r and an order to clear the line
    tap_run 'reports: the line moves' grep -q 'epoch [0-9]*: batch' typescript
    tap_run 'reports: a message wipes the line that stands' \
        grep -qP 'batch \d+ of 120, [\d.]+ s\r\x1b\[K(fcnn-train: )?' <(tr '\n' ' ' <typescript)
    tap_empty 'reports: no message sticks to the line' "$(grep -aP ' s(fcnn-train|error|warning)' typescript)"
else
    tap_skip 'reports: a message wipes the line that stands' 'no script of util-linux'
fi

# ---- the config without MPI ----

"$bin/fcnn-train" --print-config run.ini >plain 2>&1
for broken in OMPI_MCA_ess=none OMPI_MCA_btl=none PMIX_MCA_gds=none OMPI_MCA_mca_base_component_path=/nowhere \
    SLURM_STEP_NUM_TASKS=4; do
    env "$broken" "$bin/fcnn-train" --print-config run.ini >printed 2>&1
    code=$?
    tap_run "reports: --print-config needs no MPI, $broken" test "$code:$(cat printed)" = "0:$(cat plain)"
done
ranks 2 "$bin/fcnn-train" --print-config run.ini >printed 2>&1
tap_run 'reports: of several ranks one prints the config' cmp -s plain printed
"$bin/fcnn-train" --print-config --set train.epochs=none run.ini >stdout 2>stderr
code=$?
ends 'a wrong config is not printed' 78 "train.epochs: 'none'"
tap_run 'reports: nor anything in its place' test ! -s stdout
env OMPI_MCA_ess=none "$bin/fcnn-train" --set --print-config run.ini >stdout 2>stderr
tap_run 'reports: a value that looks like the option is none' test ! -s stdout

# ---- the job that comes back ----

mkdir slurm
# srun that starts one rank, or breaks before it does; squeue that knows the job, or does not answer
cat >slurm/srun <<'END'
#!/bin/bash
[ ! -e broken ] || exit 3
while [ "$1" != fcnn-train ]; do shift; done
exec "$@" </dev/null
END
cat >slurm/squeue <<'END'
#!/bin/bash
[ ! -e silent ] || exit 1
[[ $* != *%T* ]] || cat state
END
printf '#!/bin/bash\necho "$@" >>requeued\n' >slurm/scontrol
chmod +x slurm/*
# comes_back NAME CODE TIMES OPTION…: requeue.sh ends with the code, and puts the job back so often
comes_back()
{
    local name=$1 wanted=$2 times=$3
    shift 3
    rm -f requeued
    PATH=$work/slurm:$bin:$PATH SLURM_JOB_ID=7 SLURM_CPUS_PER_TASK=1 timeout 60 \
        bash "$here/../scripts/slurm/requeue.sh" run.ini --set output.directory=back --set output.time_limit=none "$@" \
        >stdout 2>stderr
    code=$?
    local found=0
    [ ! -e requeued ] || found=$(wc -l <requeued)
    if [ "$code:$found" = "$wanted:$times" ]; then
        tap_ok "reports: requeue.sh, $name"
    else
        tap_not_ok "reports: requeue.sh, $name" "put back $found times" "$(said)"
    fi
}

for file in train array requeue debug; do
    PATH=$work/slurm:$bin:$PATH LAUNCHER=mpiexec SLURM_JOB_ID=7 SLURM_ARRAY_TASK_ID=1 timeout 60 \
        bash "$here/../scripts/slurm/$file.sh" run.ini >stdout 2>stderr
    code=$?
    ends "$file.sh with a launcher that it does not know" 64 'LAUNCHER must be srun or mpirun, not mpiexec'
done

echo RUNNING >state
comes_back 'a config that is wrong' 78 0 --set train.epochs=none
tap_empty 'reports: requeue.sh looks for no status elsewhere' "$(grep /status stdout stderr)"
: >broken
comes_back 'a launcher that fails, at first' 3 0
rm broken
mkdir -p back
touch back/STOP
comes_back 'stopped: it comes back' 0 1
grep -q '^stopped' back/status || tap_not_ok 'reports: requeue.sh, the run is stopped' "$(cat back/status)"
: >broken
comes_back 'a launcher that fails later does not go round for ever' 3 0
rm broken
touch back/STOP
echo COMPLETING >state
comes_back 'a job that was cancelled stays away' 75 0
touch back/STOP
: >silent
comes_back 'where squeue does not answer it comes back' 0 1
comes_back 'to the end' 0 0

# ---- descriptors ----

for i in $(seq 100 139); do
    "$bin/fcnn-import" "many/part_$i.h5" --csv table.csv >import.log || cat import.log
done
train 0 --set 'data.train=many/part_*.h5' --set output.directory=many_run run.ini
hash=$("$bin/fcnn-info" --hash many_run/model.h5)
if (ulimit -Sn 72) 2>/dev/null; then
    for memory in resident stream; do
        (
            ulimit -Sn 72
            train 2 --overwrite --set 'data.train=many/part_*.h5' --set "$together" \
                --set data.memory=$memory --set output.directory=many_run run.ini
        )
        code=$?
        tap_run "reports: more files than descriptors, read together, $memory" test \
            "$code:$("$bin/fcnn-info" --hash many_run/model.h5)" = "0:$hash"
    done
    (
        ulimit -n 34
        train 0 --overwrite --set output.directory=few run.ini
    )
    code=$?
    ends 'too few descriptors for a run are counted at the start' 66 'only [0-9]+ can be opened.*ulimit -n'
    tap_run 'reports: and the status tells, for which there is always one' grep -q '^failed: .*ulimit -n' few/status
fi

# ---- ranks that read together, where a file cannot be opened ----

# an MPI that has no way to read files: what each rank describes for itself cannot be opened by all
if [ "$fcnn_mpi" = openmpi ]; then
    for memory in resident stream; do
        OMPI_MCA_io=^ompio,romio321,romio341 train 2 --set 'data.train=many/part_10*.h5' --set data.read=collective \
            --set data.memory=$memory --set output.directory=together run.ini
        case $code in
        65 | 78) tap_ok "reports: a file that all cannot open is an error of all, $memory" ;;
        *) tap_not_ok "reports: a file that all cannot open is an error of all, $memory" "$(said)" ;;
        esac
        reason='part_10[0-9].h5: MPI-IO cannot open the file: set data.read = independent|built without MPI'
        tap_run "reports: which the status tells, $memory" grep -qE "^failed: .*($reason)" together/status
    done
fi

# ---- locale ----

if mkdir locale && localedef -i de_DE -f UTF-8 locale/de_DE.UTF-8 >localedef.log 2>&1; then
    export LOCPATH=$work/locale
    # host LOCALE: what comma_host prints, without times, and the model's hash
    host()
    {
        rm -rf run table.h5
        LC_ALL=$1 ranks 0 "$built/tests/comma_host" run.ini data.h5 data.class_weight='0.5, 2, 1.5' \
            train.check_every=2 data.validation=0.25 >"host.$1" 2>&1
        code=$?
        printf 'code %s, model %s\n' "$code" "$("$bin/fcnn-info" --hash run/model.h5)" >>"host.$1"
        sed -E 's/ +[0-9]+ +[0-9.]+ s$//; s/^time: .*//; s/[0-9.,]+ s\b//g' "host.$1"
    }
    host C >c.txt
    host de_DE.UTF-8 >comma.txt
    tap_run 'reports: a host program without a locale trains' grep -q 'code 0' c.txt
    tap_run 'reports: its own locale has a comma' grep -q '^half is 0,5$' comma.txt
    sed 's/^half is 0[.,]5$//' c.txt >c.same
    sed 's/^half is 0[.,]5$//' comma.txt >comma.same
    tap_run 'reports: a decimal comma changes nothing' diff c.same comma.same
    tap_empty 'reports: no number has a comma' "$(grep -E '[0-9],[0-9]' comma.same | head -n 5)"
else
    tap_skip 'reports: a decimal comma changes nothing' 'localedef has no source of de_DE'
fi
# ---- exit codes ----

"$bin/fcnn-predict" --help | tr '\n' ' ' >codes
tap_run 'reports: fcnn-predict --help lists all its exit codes' grep -q '64 .*65 .*66 .*70 .*74 .*78 ' codes
tap_done
