#!/usr/bin/env bash
# Advice that the programs give is taken as it is printed, in the situation in which they give it: it must help.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py numpy
need h5repack
"$python" - <<'END' || exit 1
import h5py
import numpy as np

rng = np.random.default_rng(2)
x = rng.normal(size=(300, 3))
y = x @ np.array([1.0, 2.0, 3.0])


def save(name, **tables):
    with h5py.File(name, "w") as out:
        for key, value in tables.items():
            out[key] = value


save("plain.h5", x=x, y=y)
with h5py.File("lzf.h5", "w") as out:
    out.create_dataset("x", data=x, compression="lzf", chunks=(100, 3))
    out.create_dataset("group/words", data=np.array([b"a", b"bc"], dtype=object), dtype=h5py.string_dtype())
    out["y"] = y
    out["y"].attrs["units"] = "K"
with h5py.File("gzip.h5", "w") as out:
    out.create_dataset("x", data=x, compression="gzip", shuffle=True, chunks=(100, 3))
    out["y"] = y
x.tofile("x.raw")
with h5py.File("external.h5", "w") as out:
    out.create_dataset("x", shape=x.shape, dtype="f8", external=[("x.raw", 0, x.nbytes)])
    out["y"] = y
with h5py.File("virtual.h5", "w") as out:
    layout = h5py.VirtualLayout(shape=x.shape, dtype="f8")
    layout[:] = h5py.VirtualSource("plain.h5", "x", shape=x.shape)
    out.create_virtual_dataset("x", layout)
    out["y"] = y
wide = rng.normal(size=(2000, 3)) * [1, 100, 1e4] + [0, 300, 1e5]
save("wide.h5", x=wide, y=wide @ np.array([1.0, 2.0, 3.0]) + 5)
save("columns.h5", x=x.T.copy(), y=y)
save("classes.h5", x=x, y=(np.arange(300) % 3).astype("i4"))
save("more_classes.h5", x=x, y=(np.arange(300) % 4).astype("i4"))
holes = x.copy()
holes[7, 1] = np.nan
save("holes.h5", x=holes, y=y)
save("other.h5", x=x + 1, y=y)
END

cat >run.ini <<'END'
[data]
train = plain.h5
[train]
epochs = 3
batch_size = 50
[optimizer]
learning_rate = 0.05
[output]
directory = run
END

# fails NAME CODE NP OPTION…: the situation; what is said is in $advice
fails()
{
    situation=$1
    local wanted=$2
    shift 2
    train "$@" run.ini
    advice=$(grep -h 'error: ' stderr)
    if [ "$code" != "$wanted" ]; then
        tap_not_ok "advice: $situation is refused" "$(said)"
    fi
}

# helps WHAT NP OPTION…: what was advised makes a model
helps()
{
    local what=$1
    shift
    train "$@" run.ini
    if [ "$code" = 0 ]; then
        tap_ok "advice: $situation: $what helps"
    else
        tap_not_ok "advice: $situation: $what helps" "$advice" "$(said)"
    fi
}

# obeys OUT: the command that stands in the advice, run as it is printed, makes OUT
obeys()
{
    local command
    command=$(sed -nE "s/^[^\`]*\`([^\`]*)\`.*/\1/p" <<<"$advice")
    rm -f "$1"
    PATH=${python%/*}:$PATH bash -c "$command" >command.log 2>&1
    if [ -n "$command" ] && [ -f "$1" ]; then
        tap_ok "advice: $situation: the command works"
    else
        tap_not_ok "advice: $situation: the command works" "$advice" "command: $command" "$(cat command.log)"
    fi
}

# settings: the keys in the advice, as options; the last value of a key counts
settings()
{
    mapfile -t options < <(grep -oE '\b(data|model|train|optimizer|output)\.[a-z_]+ = [A-Za-z0-9_./-]*[A-Za-z0-9]' \
        <<<"$advice" | sed 's/ = /=/; s/^/--set=/')
}

# helps_all OPTION…: so do all settings in the advice, in the same situation
helps_all()
{
    settings
    helps "${options[*]}" 0 "$@" "${options[@]}"
}

# tells PATTERN: the advice says that
tells()
{
    tap_run "advice: $situation: $1 is said" grep -qE -- "$1" <<<"$advice"
}

train 0 run.ini
hash=$("$bin/fcnn-info" --hash run/model.h5)
# same_as_plain: the last model is that of the rows as they were
same_as_plain()
{
    tap_run "advice: $situation: the rows are the same" test "$("$bin/fcnn-info" --hash out/model.h5)" = "$hash"
    rm -rf out
}

# ---- files that cannot be read as they are ----

here_=(--overwrite --set output.directory=out)
fails 'a filter of h5py' 65 0 --set data.train=lzf.h5 "${here_[@]}"
tells 'h5repack would omit the dataset'
obeys OUT.h5
helps 'the unpacked file' 0 --set data.train=OUT.h5 "${here_[@]}"
same_as_plain
tap_run 'advice: a filter of h5py: the units are kept' grep -q 'in K' <("$bin/fcnn-info" OUT.h5)

if "$python" -c 'import tables' 2>/dev/null && [ -x "${python%/*}/ptrepack" ]; then
    "$python" - <<'END'
import h5py, tables
with h5py.File("plain.h5") as plain, tables.open_file("blosc.h5", "w") as out:
    out.create_carray("/", "x", obj=plain["x"][()], filters=tables.Filters(complevel=5, complib="blosc"))
    out.create_array("/", "y", obj=plain["y"][()])
END
    fails 'a filter of PyTables' 65 0 --set data.train=blosc.h5 "${here_[@]}"
    obeys OUT.h5
    helps 'the unpacked file' 0 --set data.train=OUT.h5 "${here_[@]}"
    same_as_plain
else
    tap_skip 'advice: a filter of PyTables: the command works' 'no PyTables'
fi

for kind in external virtual; do
    fails "a dataset that is $kind" 65 0 --set data.train=$kind.h5 "${here_[@]}"
    obeys OUT.h5
    helps 'the copy' 0 --set data.train=OUT.h5 "${here_[@]}"
    same_as_plain
    helps 'data.allow_external = yes' 0 --set data.train=$kind.h5 --set data.allow_external=yes "${here_[@]}"
    same_as_plain
done

fails 'packed rows that ranks would read together' 65 2 --set data.train=gzip.h5 --set data.read=collective \
    "${here_[@]}"
case $advice in
*'built without MPI'*) ;;
*)
    tells 'data.read = independent'
    advice=${advice//\'/\`}
    cp gzip.h5 IN.h5
    obeys OUT.h5
    helps 'the unpacked file' 2 --set data.train=OUT.h5 --set data.read=collective "${here_[@]}"
    same_as_plain
    ;;
esac
helps 'data.read = independent' 2 --set data.train=gzip.h5 --set data.read=independent "${here_[@]}"

fails 'rows that lie as columns' 65 0 --set data.train=columns.h5 "${here_[@]}"
helps_all --set data.train=columns.h5 "${here_[@]}"
same_as_plain

# ---- values ----

fails 'a missing value' 65 0 --set data.train=holes.h5 "${here_[@]}"
tells 'data.missing = drop_row or mean'
for rule in drop_row mean; do
    helps "data.missing = $rule" 0 --set data.train=holes.h5 --set data.missing=$rule "${here_[@]}"
done
classes=(--set data.train=classes.h5 --set data.validation=more_classes.h5)
fails 'a class that was not trained' 65 0 "${classes[@]}" "${here_[@]}"
helps_all "${classes[@]}" "${here_[@]}"

# ---- training that diverges ----

wide=(--overwrite --set data.train=wide.h5 --set output.directory=wide --set train.epochs=20
    --set model.hidden=16 --set model.activation=leaky_relu)
fails 'numbers of any size' 70 0 "${wide[@]}"
tells 'data.normalize = standardize and data.normalize_targets = standardize'
helps_all "${wide[@]}"
# shellcheck disable=SC2016 # the $ are awk's
tap_run 'advice: numbers of any size: the network learns' \
    awk '$1 == 20 { found = $3 < 0.05 } END { exit !found }' stdout
fails 'inputs that are normalized, targets that are not' 70 0 "${wide[@]}" --set data.normalize=minmax
tap_run 'advice: only what is not done yet is advised' test -z "$(grep -F 'data.normalize =' <<<"$advice")"
helps_all "${wide[@]}" --set data.normalize=minmax
fails 'a rate that is too large' 70 0 "${wide[@]}" --set data.normalize=standardize \
    --set data.normalize_targets=standardize --set optimizer.learning_rate=2
tap_run 'advice: of the rate alone is spoken' test -z "$(grep -F normalize <<<"$advice")"
tells 'a tenth of optimizer.learning_rate, or a limit by optimizer.clip_norm'
helps 'a tenth of the rate' 0 "${wide[@]}" --set data.normalize=standardize --set data.normalize_targets=standardize \
    --set optimizer.learning_rate=0.2

# ---- the [data] section of fcnn-info ----

for name in wide classes columns plain; do
    situation="the [data] section for $name.h5"
    "$bin/fcnn-info" $name.h5 | sed -n '/^\[data\]/,$p' >$name.ini
    train 0 --overwrite --set output.directory=out --set train.epochs=20 $name.ini
    tap_run "advice: $situation trains" test "$code" = 0
    # shellcheck disable=SC2016 # the $ are awk's
    tap_run "advice: $situation: the loss falls" awk '
        $1 == "0" && NF >= 3 { first = $3 } $1 == "20" { last = $3 } END { exit !(last < 0.9999 * first) }' stdout
done

# ---- fcnn-import, fcnn-predict ----

# imports NAME CODE ARGUMENT…: fcnn-import OUT.h5 with these
imports()
{
    situation=$1
    local wanted=$2
    shift 2
    "$bin/fcnn-import" OUT.h5 "$@" >stdout 2>stderr
    code=$?
    advice=$(cat stderr)
    [ "$code" = "$wanted" ] || tap_not_ok "advice: $situation ends with $wanted" "$(said)"
}

# option NAME: the advice names the option
option()
{
    tap_run "advice: $situation: $1 is said" grep -qF -- "$1" <<<"$advice"
}

printf 'a,b,y\n1,2,3\n4,5,6\n' >names.csv
imports 'names of columns' 65 --csv names.csv
option --header
imports 'names of columns, --header' 0 --csv names.csv --header
printf '1,2,red\n4,5,blue\n' >words.csv
imports 'names of classes' 65 --csv words.csv
option --classes
imports 'names of classes, --classes' 0 --csv words.csv --classes
printf '1,2,3\n4,NA,6\n' >gaps.csv
imports 'a missing input' 65 --csv gaps.csv
option --missing
imports 'a missing input, --missing' 0 --csv gaps.csv --missing
printf '1,2,NA\n4,5,6\n' >no_target.csv
imports 'a missing target' 65 --csv no_target.csv --missing
tap_run 'advice: a missing target: to leave it out is said' grep -q 'remove such rows' <<<"$advice"
"$python" -c "import numpy as np; np.savez('arrays.npz', data=np.ones((5, 2)), labels=np.arange(5))"
imports 'an archive' 65 --npy arrays.npz
option --npz
imports 'arrays of other names' 65 --npz arrays.npz
option --inputs
imports 'arrays of other names, --inputs and --targets' 0 --npz arrays.npz --inputs data --targets labels

situation='rows to predict that lie as columns'
"$bin/fcnn-predict" run/model.h5 columns.h5 --targets /y >stdout 2>stderr
advice=$(cat stderr)
option --columns
tap_run "advice: $situation: --columns helps" "$bin/fcnn-predict" run/model.h5 columns.h5 --targets /y --columns

# ---- memory ----

"$python" -c "
import h5py, numpy as np
x = np.random.default_rng(1).normal(size=(400000, 16))
with h5py.File('large.h5', 'w') as out: out['x'] = x; out['y'] = x.sum(1)"
large=(--overwrite --set data.train=large.h5 --set output.directory=large --set train.epochs=1
    --set train.batch_size=4000 --set data.memory=stream --set data.shuffle_window=50000)
fails 'windows that do not fit' 78 0 "${large[@]}" --set data.memory_limit=60M
helps_all "${large[@]}" --set data.memory_limit=60M

# ---- folders ----

fails 'a key that may not change' 78 0 --set train.batch_size=40
mapfile -t options < <(grep -oE -- '--set [a-z.]+=[^ ,;]+' <<<"${advice//NAME/elsewhere}" | tr ' ' '\n')
tap_run 'advice: a key that may not change: a folder and a start are named' test ${#options[@]} = 4
helps "${options[*]}" 0 --set train.batch_size=40 "${options[@]}"
fails 'other data' 78 0 --set data.train=other.h5
settings
helps "${options[*]}" 0 --set data.train=other.h5 --set output.directory=other "${options[@]}"
fails 'checkpoints that are in the way' 78 0 --set output.resume=no
helps 'output.resume = auto' 0 --set output.resume=auto
helps '--overwrite' 0 --set output.resume=no --overwrite
helps 'output.directory=NAME' 0 --set output.resume=no --set output.directory=NAME

# ---- numbers ----

fails 'more blocks than rows of a batch' 78 0 --set train.blocks=51 "${here_[@]}"
helps_all "${here_[@]}"
helps 'train.blocks = auto' 0 --set train.blocks=auto "${here_[@]}"
OMP_NUM_THREADS=99999 fails 'a number of threads' 64 0 "${here_[@]}"
OMP_NUM_THREADS=99999 helps 'train.threads' 0 --set train.threads=1 "${here_[@]}"
SLURM_STEP_NUM_TASKS=2 fails 'tasks of SLURM without MPI' 64 0 "${here_[@]}"
tells 'or mpirun'
SLURM_STEP_NUM_TASKS=2 helps 'mpirun' 2 "${here_[@]}"
tap_done
