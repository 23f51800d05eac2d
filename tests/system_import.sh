#!/usr/bin/env bash
# fcnn-import as a user calls it.  Prints TAP; needs $FCNN_BIN, the folder of the built programs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=import_library.sh
. "$here/import_library.sh"
shared=$(cd "${FCNN_SHARED:-$here/../../shared}" 2>/dev/null && pwd)
printf 'a,b,label\n1.5,-2,0\n3,4e-3,1\n5,6,2\n' >header.csv
printf '1.5,-2,0\n3,4e-3,1\n5,6,2\n' >plain.csv
keep plain.csv

# ---- what is written ----

run out.h5 --csv plain.csv
same 'a table is imported' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float64 [3][2], /y int32 [3]'
contents 'inputs keep rows and columns' out.h5 /x 2 $'1.5,-2\n3,0.0040000000000000001\n5,6'
contents 'the last column is the target' out.h5 /y 1 $'0\n1\n2'
run again.h5 --csv plain.csv
holds 'equal input makes equal bytes' cmp out.h5 again.h5

run out.h5 --csv=header.csv --header --target-columns=label
same 'a header is read, and a target named' "$code $(cat stdout stderr)" \
    '0 wrote out.h5: /x float64 [3][2], /y int32 [3]'
if [ -n "$has_h5dump" ]; then
    names=$(h5dump -a /x/columns -a /y/columns out.h5 | grep -o '"[^"]*"' | grep -v h5 | paste -sd' ')
    same 'the names are stored' "$names" \
        '"columns" "a" "b" "columns" "label"'
else
    skip 'the names are stored' 'no h5dump'
fi

run out.h5 --csv plain.csv --target-columns 1
same 'a fractional target is float64' "$(cat stdout)" 'wrote out.h5: /x float64 [3][2], /y float64 [3]'
contents 'the other columns are inputs' out.h5 /x 2 $'-2,0\n0.0040000000000000001,1\n6,2'
run out.h5 --csv plain.csv --float-targets
same 'whole targets can stay float64' "$(cat stdout)" 'wrote out.h5: /x float64 [3][2], /y float64 [3]'
run out.h5 --csv plain.csv --target-columns last,1
same 'several targets are float64' "$(cat stdout)" 'wrote out.h5: /x float64 [3][1], /y float64 [3][2]'
contents 'several targets keep the order asked for' out.h5 /y 2 $'0,1.5\n1,3\n2,5'
printf '0,-2147483648\n0,2147483647\n' >wide.csv
run out.h5 --csv wide.csv
same 'the range of int32 is used' "$(cat stdout)" 'wrote out.h5: /x float64 [2][1], /y int32 [2]'
contents 'the ends of int32 are kept' out.h5 /y 1 $'-2147483648\n2147483647'
for number in -2147483649 2147483648; do
    printf '0,0\n0,%s\n' $number >wide.csv
    run out.h5 --csv wide.csv
    same "$number needs int64" "$(cat stdout)" 'wrote out.h5: /x float64 [2][1], /y int64 [2]'
done
printf '0,-9007199254740992\n0,9007199254740992\n' >wide.csv
run out.h5 --csv wide.csv
contents 'int64 is exact' out.h5 /y 1 $'-9007199254740992\n9007199254740992'
printf '0,1\n0,1e300\n' >wide.csv
run out.h5 --csv wide.csv
same 'beyond 2^53 it stays float64' "$(cat stdout)" 'wrote out.h5: /x float64 [2][1], /y float64 [2]'
run out.h5 --csv /dev/stdin <plain.csv
same 'a pipe can be read' "$(cat stdout)" 'wrote out.h5: /x float64 [3][2], /y int32 [3]'

# ---- groups ----

cp kept.h5 group.h5
run group.h5 --csv plain.csv --group /train/deep
same 'a group is appended' "$code $(cat stdout stderr)" \
    '0 wrote group.h5: /train/deep/x float64 [3][2], /train/deep/y int32 [3]'
run group.h5 --csv plain.csv --group test
same 'a group needs no slash' "$(cat stdout)" 'wrote group.h5: /test/x float64 [3][2], /test/y int32 [3]'
contents 'what was there stays' group.h5 /y 1 $'0\n1\n2'
contents 'what was appended stays' group.h5 /train/deep/y 1 $'0\n1\n2'
rm -f out.h5
run out.h5 --csv plain.csv --group /train
same 'a group makes the file if need be' "$(cat stdout)" 'wrote out.h5: /train/x float64 [3][2], /train/y int32 [3]'
before=$(cksum <group.h5)
fails 'a group that exists is kept' 65 'group.h5: /test already exists' group.h5 --csv plain.csv --group /test
fails 'a dataset is no group' 65 'group.h5: /x already exists' group.h5 --csv plain.csv --group /x
same 'the file is then as before' "$(cksum <group.h5)" "$before"
for group in '' / // /a/ /a//b /./a; do
    fails "a group is not called '$group'" 64 "--group: '$group' is not the name of a group" \
        out.h5 --csv plain.csv --group "$group"
done
fails 'a group is not appended to a text' 65 'plain.csv: is not an HDF5 file' \
    plain.csv --csv header.csv --header --group /a

# ---- splits ----

seq 1 20 | awk '{ print $1 ",0" }' >twenty.csv
run out.h5 --csv twenty.csv --split 0.8 --seed 1099511627779
same 'a split makes two parts' "$(cat stdout)" \
    'wrote out.h5: /train/x float64 [16][1], /train/y int32 [16], /test/x float64 [4][1], /test/y int32 [4]'
if [ -n "$has_h5dump" ]; then
    train=$(values out.h5 /train/x 99)
    test=$(values out.h5 /test/x 99)
    sorted=$(echo "$train,$test" | tr , '\n' | sort -n | paste -sd,)
    same 'every row is in one part' "$sorted" "$(seq 1 20 | paste -sd,)"
    # the permutation is part of the definition: the same on every machine and in every version (these numbers
    # come from a second implementation, in Python)
    same 'the permutation is the one defined' "$train / $test" "3,1,10,2,13,7,6,19,20,17,15,12,11,16,5,4 / 9,18,14,8"
    run one.h5 --csv twenty.csv --split 0.5 --seed 1
    run two.h5 --csv twenty.csv --split 0.5 --seed 2
    run default.h5 --csv twenty.csv --split 0.5
    holds 'the seed is 1 by default' cmp one.h5 default.h5
    holds 'another seed makes another split' test "$(values one.h5 /train/x 99)" != "$(values two.h5 /train/x 99)"
else
    skip 'the split of rows' 'no h5dump'
fi
run out.h5 --csv twenty.csv --split 0.5 --group /all
same 'a split goes into a group, too' "$(grep -o '/[a-z/]*/[xy]' stdout | paste -sd' ')" \
    '/all/train/x /all/train/y /all/test/x /all/test/y'
run out.h5 --csv plain.csv --split 0.5
same 'halves are rounded up' "$(cat stdout)" \
    'wrote out.h5: /train/x float64 [2][2], /train/y int32 [2], /test/x float64 [1][2], /test/y int32 [1]'
fails 'a part without rows, test' 65 '--split 0.9 of 3 rows leaves no rows for /test' out.h5 --csv plain.csv --split 0.9
fails 'a part without rows, train' 65 '--split 0.1 of 3 rows leaves no rows for /train' \
    out.h5 --csv plain.csv --split 0.1

# ---- IDX ----

printf '\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\3\1\2\3\4\5\6\7\10\11\12\13\377' >images.idx
printf '\0\0\10\1\0\0\0\2\5\11' >labels.idx
printf '\0\0\10\1\0\0\0\3\5\11\0' >three.idx
printf '\37\213\10\0\0\0\0\0' >packed.gz
run out.h5 --idx images.idx labels.idx
same 'images and labels are imported' "$code $(cat stdout stderr)" '0 wrote out.h5: /x uint8 [2][2][3], /y uint8 [2]'
contents 'the bytes of the images are kept' out.h5 /x 6 $'1,2,3,4,5,6\n7,8,9,10,11,255'
contents 'the labels are kept' out.h5 /y 1 $'5\n9'
run out.h5 --idx images.idx labels.idx --group /train
run out.h5 --idx images.idx labels.idx --group /test --split 0.5
train='/test/train/x uint8 [1][2][3], /test/train/y uint8 [1]'
same 'images are split' "$(cat stdout)" "wrote out.h5: $train, ${train//train/test}"
fails 'images that are cut short' 65 'packed.gz: is truncated: the compressed data has no end' \
    out.h5 --idx packed.gz labels.idx
fails 'fewer images than labels' 65 'images.idx has 2 images, but three.idx has 3 labels' \
    out.h5 --idx images.idx three.idx
fails 'images and labels swapped' 65 'specify the images first: --idx IMAGES LABELS' out.h5 --idx labels.idx images.idx
fails 'no IDX file' 65 'plain.csv: is not an IDX file' out.h5 --idx plain.csv labels.idx
fails 'a missing IDX file' 66 'absent: cannot be read: No such file' out.h5 --idx images.idx absent

# ---- bad tables ----

printf '1,2\n3,4\n5,abc\n' >bad.csv
fails 'a bad cell' 65 "bad.csv: line 3, column 2: 'abc' is not a number" out.h5 --csv bad.csv
fails 'a bad cell harms no file' 65 'line 3, column 2' kept.h5 --csv bad.csv
fails 'a bad cell harms no group' 65 'line 3, column 2' kept.h5 --csv bad.csv --group /bad
fails 'a header unasked for' 65 "'a' is not a number; if the first line contains the names of" \
    out.h5 --csv header.csv
printf '1,2\n3\n' >bad.csv
fails 'a short row' 65 'bad.csv: line 2 has 1 cells, but line 1 has 2' out.h5 --csv bad.csv
printf '1\n2\n' >bad.csv
fails 'no inputs' 65 'bad.csv: no columns are left for the inputs' out.h5 --csv bad.csv
: >bad.csv
fails 'an empty file' 65 'bad.csv: contains no rows' out.h5 --csv bad.csv
fails 'a missing file' 66 'absent.csv: cannot be read: No such file or directory' out.h5 --csv absent.csv
fails 'a folder' 66 '.: cannot be read: Is a directory' out.h5 --csv .
fails 'a column beyond the table' 65 'plain.csv: there is no column 4; the table has 3' \
    out.h5 --csv plain.csv --target-columns 4
fails 'a name that is none' 65 "there is no column 'lable'; the most similar name is 'label'" \
    out.h5 --csv header.csv --header --target-columns lable

# ---- bad calls ----

fails 'no arguments' 64 'no output file is specified'
fails 'no input' 64 'one of --csv FILE, --idx IMAGES LABELS, --npy INPUTS [TARGETS], --arrays INPUTS' out.h5
fails 'two inputs' 64 'one of --csv' out.h5 --csv plain.csv --idx images.idx labels.idx
fails 'no output' 64 'no output file is specified' --csv plain.csv
fails 'two outputs' 64 'unexpected argument two.h5; see fcnn-import --help' out.h5 two.h5 --csv plain.csv
fails 'an unknown option' 64 'unknown option --hedaer; see' out.h5 --csv plain.csv --hedaer
fails 'an unknown short option' 64 'unknown option -h' out.h5 -h
fails 'a value missing' 64 'a value is missing after --csv' out.h5 --csv
fails 'a file missing' 64 '--idx requires two files, IMAGES and LABELS' out.h5 --idx images.idx
for split in 0 1 -0.5 1.5 abc 0.5x nan '' 0x1p-1 ' 0.5'; do
    fails "--split '$split'" 64 "--split takes a number between 0 and 1, not $split" \
        out.h5 --csv plain.csv --split "$split"
done
for seed in -1 1.5 abc '' 18446744073709551616 ' 1'; do
    fails "--seed '$seed'" 64 "--seed takes a whole number of at least 0, not $seed" \
        out.h5 --csv plain.csv --split 0.5 --seed "$seed"
done
fails 'a seed without a split' 64 '--seed can only be used with --split' out.h5 --csv plain.csv --seed 1
fails 'column 0' 64 '0 is not the number of a column; columns count from 1' out.h5 --csv plain.csv --target-columns 0
fails 'a column twice' 64 'column 3 is specified twice' out.h5 --csv plain.csv --target-columns 3,last
fails 'a name without a header' 64 "'label' is not the number of a column; names require --header" \
    out.h5 --csv plain.csv --target-columns label
fails 'an empty column' 64 "'' is not the number of a column" out.h5 --csv plain.csv --target-columns 1,,2
fails '--header with --idx' 64 'require --csv' out.h5 --idx images.idx labels.idx --header
fails 'the input as output' 64 'plain.csv: the input and the output are the same file' ./plain.csv --csv plain.csv

# ---- outputs that cannot be written ----

mkdir folder
fails 'the output is a folder' 74 'folder: cannot be written: it is a folder' folder --csv plain.csv
fails 'the output is a device' 74 '/dev/null: cannot be written: it is not a regular file' /dev/null --csv plain.csv
fails 'the folder is missing' 74 'there is no folder absent' absent/out.h5 --csv plain.csv
if [ "$(id -u)" != 0 ]; then
    chmod 555 folder
    fails 'the folder is write-protected' 74 'Permission denied' folder/out.h5 --csv plain.csv
    chmod 755 folder
fi
awk 'BEGIN { for (i = 0; i < 20000; i++) print i ",1,2,3,4,5,6,7,8" }' >large.csv
for limit in 1 100 1000; do # the table needs 1.4 MB
    fails "a disk that is full after $limit kB" 74 'kept.h5: cannot be written: File too large' kept.h5 --csv large.csv
done
limit=unlimited

# Killed at some moment of the work: the old file or the new one, whole, and no temporary.
awk '{ for (i = 0; i < 20; i++) print }' large.csv >huge.csv
run new.h5 --csv huge.csv
new=$(cksum <new.h5)
cp kept.h5 target.h5
killed=0
torn=0
for delay in 0.01 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5; do
    timeout -s TERM "$delay" "$import" target.h5 --csv huge.csv >/dev/null 2>&1
    [ $? = 124 ] && killed=$((killed + 1))
    case $(cksum <target.h5) in
    "$kept" | "$new") ;;
    *) torn=$((torn + 1)) ;;
    esac
done
temporaries=$(find . -name '.*.tmp' | wc -l)
same 'a killed import leaves a whole file and no temporary' "$torn $temporaries $((killed > 0))" '0 0 1'

# ---- help ----

run --help
same '--help explains' "$code $(grep -c -e '^  --' stdout) $(wc -c <stderr)" '0 18 0'
run --version
same '--version tells the version' "$code $(grep -c '^fcnn-import [0-9][0-9.]*$' stdout)" '0 1'

# ---- real data ----

if [ -r "$shared/data/digits.csv" ]; then
    run digits.h5 --csv "$shared/data/digits.csv"
    same 'the digits are imported' "$(cat stdout)" 'wrote digits.h5: /x float64 [1797][64], /y int32 [1797]'
    run digits.h5 --csv "$shared/data/digits.csv" --target-columns 65 --split 0.8 --seed 1
    same 'the digits are split' "$(grep -o '/[a-z]*/. [^,]*' stdout | paste -sd' ')" \
        '/train/x float64 [1438][64] /train/y int32 [1438] /test/x float64 [359][64] /test/y int32 [359]'
    if [ -n "$has_h5dump" ]; then
        for part in train test; do
            values digits.h5 /$part/x 64 >x
            values digits.h5 /$part/y 1 >y
            paste -d, x y
        done | sort >rows
        sort "$shared/data/digits.csv" >expected
        holds 'the digits are all there, each row with its label' cmp expected rows
    fi
else
    skip 'the digits are imported' "no $shared/data/digits.csv"
fi
if [ -r "$shared/data/t10k-images-idx3-ubyte.gz" ]; then
    gunzip -c "$shared/data/t10k-images-idx3-ubyte.gz" >images
    gunzip -c "$shared/data/t10k-labels-idx1-ubyte.gz" >labels
    run mnist.h5 --idx images labels --group /test
    same 'MNIST is imported' "$(cat stdout)" 'wrote mnist.h5: /test/x uint8 [10000][28][28], /test/y uint8 [10000]'
    if [ -n "$has_h5dump" ]; then
        h5dump -d /test/x -b -o raw mnist.h5 >/dev/null
        tail -c +17 images >expected
        holds 'MNIST is the same bytes' cmp expected raw
    fi
    run packed.h5 --idx "$shared/data/t10k-images-idx3-ubyte.gz" "$shared/data/t10k-labels-idx1-ubyte.gz" --group /test
    holds 'MNIST is imported as it is loaded down' cmp mnist.h5 packed.h5
else
    skip 'MNIST is imported' "no $shared/data/t10k-images-idx3-ubyte.gz"
fi

tap_done
