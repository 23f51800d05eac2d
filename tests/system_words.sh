#!/usr/bin/env bash
# Words that may mean two things: names of datasets with commas, brackets, colons and quotes in them, columns that are
# named by numbers, files that are called like keys' words.  What exists is meant; where both exist, it is asked.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py numpy

# Every column has another value in its first row, which tells it apart; the sum over a dataset's rows is 0 otherwise.
"$python" - <<'END'
import h5py, numpy as np
n = 30
def column(value):
    rows = np.tile([0.0, 0.5, 1.0], n // 3)
    rows[0] = value
    return rows
names = ['T [K]', 'p[0]', 'velocity, x', 'BL01:MTR1', 'say "a"', ' lead', 'last, one', 'in [0:2]', 'g, h/x']
with h5py.File('names.h5', 'w') as f:
    for i, name in enumerate(names):
        f[name] = column(10 + i)
    f['y'] = column(100)
    f['wide, x'] = np.column_stack([column(20), column(21), column(22)])
    table = np.zeros(n, dtype=[('a, b', 'f8'), ('v[1]', 'f8'), ('plain', 'f8')])
    for i, name in enumerate(table.dtype.names):
        table[name] = column(30 + i)
    f['tab'] = table
    f['t:b'] = table
with h5py.File('both.h5', 'w') as f:
    f['p'] = np.column_stack([column(40), column(41)])
    f['p[1]'] = column(42)
    table = np.zeros(n, dtype=[('b', 'f8')])
    table['b'] = column(43)
    f['a'] = table
    f['a:b'] = column(44)
    f['u'] = column(45)
    f['v'] = column(46)
    f['u, v'] = column(47)
    f['y'] = column(100)
with h5py.File('first.h5', 'w') as f:
    f['p'] = np.column_stack([column(40), column(41)])
    f['y'] = column(100)
END
cat >c.ini <<'END'
[data]
train = names.h5
targets = /y
[train]
epochs = 0
[output]
directory = run
END

# values INPUTS [OPTION…]: the largest values of the columns that were taken, as the model keeps them
values()
{
    local inputs=$1
    shift
    if train "${np:-0}" --overwrite --set "data.inputs=$inputs" "$@" c.ini; then
        h5dump -d /inputs/largest -w 200 run/model.h5 | sed -n 's/.*(0): //p'
    else
        sed 's/^fcnn-train: error: //' stderr
    fi
}

# takes NAME INPUTS VALUES [OPTION…]
takes()
{
    local got
    got=$(values "$2" "${@:4}")
    tap_empty "words: $1" "$([ "$got" = "$3" ] || printf '%s: %s, not %s\n' "$2" "$got" "$3")"
}

# asks NAME INPUTS TEXT [OPTION…]: refused with 78, and a text
asks()
{
    local got
    got=$(values "$2" "${@:4}")
    tap_empty "words: $1" "$({ [[ $got == *"$3"* ]] && [ "$(cat code)" = 78 ]; } ||
        printf '%s: %s (%s)\n' "$2" "$got" "$(cat code)")"
}

# the code of the last run in a subshell
train()
{
    ranks "$1" "$bin/fcnn-train" "${@:2}" >stdout 2>stderr
    code=$?
    echo "$code" >code
    return "$code"
}

# ---- datasets and members ----

takes 'a bracket in a name' '/T [K]' 10
takes 'a name that looks like a column' '/p[0]' 11
takes 'a name with a comma, as it is' '/velocity, x' 12
takes 'a name with a comma, in quotes' '"/velocity, x"' 12
takes 'a colon in a name' '/BL01:MTR1' 13
takes 'a colon in a name, in quotes' '"/BL01:MTR1"' 13
takes 'quotes in a name' '/say "a"' 14
takes 'quotes in a name, in quotes' '"/say ""a"""' 14
takes 'a blank at the start of a name' '"/ lead"' 15
takes 'a name that looks like a range' '/in [0:2]' 17
takes 'a comma in the name of a group' '"/g, h/x"' 18
takes 'columns of a name with a bracket' '/T [K][0], /T [K][:]' '10, 10'
takes 'columns of a name in quotes' '"/wide, x"[1:]' '21, 22'
takes 'a list with quotes' ' "/velocity, x" ,"/wide, x"[0], /T [K]' '12, 20, 10'
takes 'a member' '/tab:plain' 32
takes 'a member with a comma' '/tab:"a, b"' 30
takes 'both in quotes, with columns' '"/tab":"a, b"[0]' 30
takes 'a member that looks like a column' '/tab:v[1]' 31
takes 'a member of a name with a colon' '/t:b:plain' 32
takes 'the same in quotes' '"/t:b":"v[1]"' 31
np=3 takes 'over ranks' '"/velocity, x", "/wide, x"[1], /p[0]' '12, 21, 11'
asks 'a bracket that is no column' '/y[x]' 'is not a valid range of columns'
asks 'an open quote' '"/velocity, x' 'a quote is not closed'
asks 'more behind a quote' '"/velocity, x"y' 'may only be followed by'

# what there is not is told with the names as they are to be written
got=$(values '/velocity')
tap_run 'words: names are listed as they are written' grep -qF '"/BL01:MTR1" [30], "/T [K]" [30]' <<<"$got"

# ---- both there ----

both=(--set data.train=both.h5)
asks 'a column, or a name' '/p[1]' \
    "/p[1] is ambiguous, because the file has both datasets that it can name: write '\"/p[1]\"' or '\"/p\"[1]'" \
    "${both[@]}"
takes 'the name' '"/p[1]"' 42 "${both[@]}"
takes 'the column' '"/p"[1]' 41 "${both[@]}"
takes 'a column that is no name' '/p[0]' 40 "${both[@]}"
asks 'a member, or a name' '/a:b' "write '\"/a:b\"' or '\"/a\":\"b\"'" "${both[@]}"
takes 'the name with a colon' '"/a:b"' 44 "${both[@]}"
takes 'the member' '"/a":"b"' 43 "${both[@]}"
asks 'a list, or a name' '/u, v' "write '\"/u, v\"' for the single" "${both[@]}"
takes 'the list' '"/u", "v"' '45, 46' "${both[@]}"
takes 'the name with a comma' '"/u, v"' 47 "${both[@]}"
asks 'another meaning in a further file' '/p[1]' "both.h5: /p[1] is ambiguous" --set 'data.train=first.h5, both.h5'

# ---- files ----

mkdir files 'files/in, folder' 'files/[1]'
cp names.h5 'files/a, b.h5'
cp names.h5 files/plain.h5
cp names.h5 'files/run[1].h5'
cp names.h5 'files/say "a".h5'
cp names.h5 files/0.2
cp names.h5 files/he
cp names.h5 'files/#1.h5'
cp names.h5 'files/in, folder/part_1.h5'
cp names.h5 'files/[1]/part_1.h5'
echo 'plain.h5' >'files/my, list'
printf '"#1.h5"\n# a comment\n  plain.h5\n' >files/list.txt
sed 's/^train = .*/inputs = \/y/' c.ini >files/c.ini
cp files/c.ini 'files/in, folder/c.ini'
cp files/c.ini 'files/[1]/c.ini'

# rows NAME NUMBER VALUE [OPTION…] CONFIG: so many rows of data.train in a config's folder
rows()
{
    local config=${*: -1} changed
    changed=$(dirname "$config")/changed.ini
    awk -v line="train = $3" '{ print } /^\[data\]/ { print line }' "$config" >"$changed"
    train 0 --check "${@:4:$#-4}" "$changed"
    tap_run "words: $1" grep -q "^training *$2 rows" stdout || cat stderr
}
rows 'a file with a comma' 30 '"a, b.h5"' files/c.ini
rows 'two files' 60 '"a, b.h5" , plain.h5' files/c.ini
rows 'quotes in the name of a file' 30 '"say ""a"".h5"' files/c.ini
rows 'a file that looks like a pattern' 30 'run[1].h5' files/c.ini
rows 'a list with a comma' 30 '@"my, list"' files/c.ini
rows 'a list with a name in quotes' 60 '@list.txt' files/c.ini
rows 'a file that is called like a fraction' 30 '0.2' files/c.ini
rows 'a config in a folder with a comma' 30 part_1.h5 'files/in, folder/c.ini'
rows 'a pattern in a folder that looks like one' 30 'part_*.h5' 'files/[1]/c.ini'
rows 'a file in a folder that looks like a pattern' 30 part_1.h5 'files/[1]/c.ini'
train 0 --print-config 'files/in, folder/changed.ini'
tap_run 'words: what was written in quotes is printed in quotes' \
    grep -qxF 'train = "files/in, folder/part_1.h5"' stdout

# a fraction is a fraction, a file's name one in quotes or with a path
rows 'a fraction' 24 'plain.h5' --set data.validation=0.2 files/c.ini
(cd files && train 0 --check --set data.train=plain.h5 --set 'data.validation="0.2"' c.ini; cp stdout ..)
tap_run 'words: a file for validation that is called like a fraction' grep -q '^validation *30 rows.*"0.2"' stdout
(cd files && train 0 --check --set data.train=plain.h5 --set data.validation=./0.2 c.ini; cp stdout ..)
tap_run 'words: the same with its path' grep -q '^validation *30 rows' stdout

# the words of a key are not files, whatever there is
train 0 --print-config --set data.train=x.h5 --set model.init=he --set output.resume=no files/c.ini
tap_run 'words: he and no are words' grep -qx 'init = he' stdout
train 0 --print-config --set data.train=x.h5 --set 'model.init="he"' --set 'output.resume="no"' files/c.ini
tap_run 'words: in quotes they are files' grep -qx 'init = ./he' stdout
tap_run 'words: and stay so' grep -qx 'resume = ./no' stdout
train 0 --print-config --set data.train=x.h5 --set 'output.directory=" odd"' files/c.ini
tap_run 'words: a folder in quotes' grep -qx 'directory = " odd"' stdout

# both there
cp names.h5 files/run1.h5
cp names.h5 files/@list.txt
cp names.h5 files/a
cp names.h5 files/b.h5
# clash NAME VALUE TEXT: refused with 78
clash()
{
    (cd files && train 0 --check --set "data.train=$2" c.ini; cp code stderr ..)
    tap_empty "words: $1" "$({ [ "$(cat code)" = 78 ] && grep -qF -- "$3" stderr; } || cat stderr)"
}
clash 'a file, or a pattern' 'run[1].h5' "write '\"run[1].h5\"', including the quotes, for the file, or 'run[1].h[5]'"
clash 'a file, or a list' '@list.txt' "write '\"@list.txt\"' for the file or '@\"list.txt\"'"
clash 'a file, or two' 'a, b.h5' "write '\"a, b.h5\"'"
rows 'the file' 30 '"run[1].h5"' files/c.ini
rows 'the pattern' 30 'run[1].h[5]' files/c.ini
rows 'the list' 60 '@"list.txt"' files/c.ini
rows 'the file with an @' 30 '"@list.txt"' files/c.ini
rows 'the two' 60 '"a", "b.h5"' files/c.ini

# ---- other programs ----

"$bin/fcnn-predict" run/model.h5 'files/a, b.h5' --inputs '"/velocity, x"' --targets /y >stdout 2>stderr
tap_run 'words: fcnn-predict takes them' grep -q 'R2' stdout
"$bin/fcnn-info" names.h5 >stdout
tap_run 'words: fcnn-info prints names as they are written' grep -q '^"/BL01:MTR1"  *\[30\]' stdout
tap_run 'words: and members' grep -q '^ *"/t:b":"a, b"  float64$' stdout

# the section that fcnn-info suggests works as it is
"$python" - <<'END'
import h5py, numpy as np
with h5py.File('paste, me.h5', 'w') as f:
    f['fields, all'] = np.arange(60.0).reshape(20, 3)
    f['p [Pa]'] = np.arange(20.0) / 7
END
"$bin/fcnn-info" 'paste, me.h5' | sed -n '/^\[data\]/,$p' >paste.ini
tap_run 'words: a section is suggested' grep -qx 'inputs = "/fields, all"' paste.ini
tap_run 'words: and can be pasted' "$bin/fcnn-train" --check paste.ini

# ---- columns of a table ----

printf '0,1,2,3\n10,11,12,0\n20,21,22,1\n30,31,32,1\n' >pandas.csv
printf 'station,last,high,y\n1,2,3,0.5\n4,5,6,0.7\n' >last.csv
printf '1980,1990,2000\n1,2,3\n4,5,6\n' >years.csv
printf '"u, v",u,v,w\n1,2,3,0.5\n4,5,6,0.7\n' >commas.csv
printf '"a, b",c\n1,2\n3,4\n' >comma.csv
# target NAME FILE COLUMN…: imports with --target-columns; the targets are called so
target()
{
    "$bin/fcnn-import" o.h5 --csv "$2" --header --target-columns "$3" >stdout 2>stderr
    got=$(h5dump -a /y/columns o.h5 2>/dev/null | sed -n 's/.*(0): //p')
    tap_empty "words: $1" "$([ "$got" = "$4" ] || { echo "$got"; cat stderr; })"
    rm -f o.h5
}
# doubt NAME FILE COLUMN TEXT: refused
doubt()
{
    "$bin/fcnn-import" o.h5 --csv "$2" --header --target-columns "$3" >stdout 2>stderr
    code=$?
    tap_empty "words: $1" "$({ [ "$code" = 64 ] && [ ! -e o.h5 ] && grep -qF -- "$4" stderr; } || cat stderr)"
}
doubt 'a number that is a name' pandas.csv 3 "write '\"3\"' for the first or '\"2\"' for the second"
target 'the name' pandas.csv '"3"' '"3"'
target 'the number, by its name' pandas.csv '"2"' '"2"'
target 'a number that is no name' pandas.csv 4 '"3"'
doubt 'last' last.csv last "write '\"last\"' for the first or '\"y\"' for the second"
target 'the column last' last.csv '"last"' '"last"'
target 'the last column' last.csv y '"y"'
target 'a year' years.csv 2000 '"2000"'
target 'a name in a list' pandas.csv '"3","0"' '"3", "0"'
target 'a name with a comma' comma.csv 'a, b' '"a, b"'
target 'the same in quotes' comma.csv '"a, b"' '"a, b"'
doubt 'a list that is a name' commas.csv 'u, v' "write '\"u, v\"' for the single"
target 'the list' commas.csv '"u", "v"' '"u", "v"'
"$bin/fcnn-import" o.h5 --csv last.csv --header >stdout 2>stderr
tap_run 'words: without the option it is the last column' grep -q '/x float64 \[2\]\[3\]' stdout
tap_run 'words: whatever is called so' test "$(h5dump -a /y/columns o.h5 | sed -n 's/.*(0): //p')" = '"y"'

tap_done
