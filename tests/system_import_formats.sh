#!/usr/bin/env bash
# fcnn-import with files other than one plain table: several, packed, quoted, with cells missing, of numpy.  Prints TAP;
# needs $FCNN_BIN, the folder of the built programs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=import_library.sh
. "$here/import_library.sh"

printf 'a,b,label\n1.5,-2,0\n3,4e-3,1\n5,6,2\n' >header.csv
printf '1.5,-2,0\n3,4e-3,1\n5,6,2\n' >plain.csv
keep plain.csv

# attribute FILE NAME: the texts of an attribute, in one line
attribute()
{
    h5dump -a "$2" "$1" | sed 's/\\000//g' | grep -o '"[^"]*"' | tail -n +3 | paste -sd' '
}

# ---- several tables ----

printf '1.5,-2,0\n' >1.csv
printf '3;4e-3;1\n' >2.csv
printf '5\t6\t2\n' >3.csv
run out.h5 --csv 1.csv 2.csv 3.csv
same 'tables are joined, each with a delimiter of its own' "$code $(cat stdout stderr)" \
    '0 wrote out.h5: /x float64 [3][2], /y int32 [3]'
holds 'joined tables make the bytes of the whole one' cmp out.h5 kept.h5
run out.h5 --csv 1.csv --csv=2.csv --split 0.5 --csv 3.csv
same '--csv may be repeated' "$(cat stdout)" \
    'wrote out.h5: /train/x float64 [2][2], /train/y int32 [2], /test/x float64 [1][2], /test/y int32 [1]'
run --csv plain.csv out.h5
holds 'the output may come behind one table' cmp out.h5 kept.h5
printf 'a,b,label\n7,8,3\n' >more.csv
run out.h5 --csv header.csv more.csv --header --target-columns label
contents 'headers are read in each table' out.h5 /x 2 $'1.5,-2\n3,0.0040000000000000001\n5,6\n7,8'
printf 'a,c,label\n7,8,3\n' >other.csv
fails 'another name' 65 "other.csv: column 2 has the name 'c', but in header.csv it is 'b'" \
    out.h5 --csv header.csv more.csv other.csv --header
printf '1,2\n' >narrow.csv
fails 'another number of columns' 65 'narrow.csv: has 2 columns, but plain.csv has 3' out.h5 --csv plain.csv narrow.csv
printf '1,2,3\n4,5,x\n' >bad.csv
fails 'a bad cell in the second table' 65 "bad.csv: line 2, column 3: 'x' is not a number" \
    out.h5 --csv plain.csv bad.csv
fails 'a table that is missing' 66 'absent.csv: cannot be read: No such file' out.h5 --csv plain.csv absent.csv
fails 'the second input as output' 64 'plain.csv: the input and the output are the same file' \
    ./plain.csv --csv 1.csv plain.csv

# ---- what gzip has packed ----

gzip -k plain.csv 1.csv
run out.h5 --csv plain.csv.gz
holds 'a packed table makes the same bytes' cmp out.h5 kept.h5
printf '3,4e-3,1\n5,6,2' | gzip -c >rest.gz
cat 1.csv.gz rest.gz >both.gz
run out.h5 --csv both.gz
holds 'gzip files that were joined are one' cmp out.h5 kept.h5
run out.h5 --csv /dev/stdin <both.gz
holds 'a pipe may be packed' cmp out.h5 kept.h5
head -c 30 plain.csv.gz >cut.gz
fails 'a packed table that is cut short' 65 'cut.gz: is truncated: the compressed data has no end' out.h5 --csv cut.gz
{
    head -c -8 plain.csv.gz # without its checksum and length
    printf '12345678'
} >damaged.gz
fails 'a packed table that is damaged' 65 'damaged.gz: the compressed data is damaged (incorrect data check)' \
    out.h5 --csv damaged.gz
printf 'rest' | cat plain.csv.gz - >longer.gz
fails 'bytes behind what is packed' 65 'longer.gz: the compressed data is damaged' out.h5 --csv longer.gz

# Bombs: no more memory than the limit, and a message.  $memory is that limit in kB.
memory=unlimited
bomb()
{
    (
        ulimit -v "$memory"
        exec "$import" out.h5 --csv "$1"
    ) >stdout 2>stderr
    code=$?
}
head -c 100000000 /dev/zero | gzip -c >zeros.gz
fails 'a packed line without end' 65 'zeros.gz: line 1 is longer than 64 MiB' out.h5 --csv zeros.gz
memory=450000
if (ulimit -v $memory && "$import" --version) >/dev/null 2>&1 && [ -z "${ASAN_OPTIONS:-}" ]; then
    # some 100 kB that become 40 million cells
    awk 'BEGIN { for (i = 0; i < 1000; i++) printf "1,"; print 1 }' >row
    for _ in {1..100}; do cat row; done >rows
    gzip -c rows >rows.gz
    for _ in {1..400}; do cat rows.gz; done >bomb.gz
    FCNN_SIZES='' bomb bomb.gz
    same 'a table that no memory holds' "$code $(cut -c 1-45 stderr)" \
        '70 fcnn-import: error: out of memory: a table ne'
else
    skip 'a table that no memory holds' 'the memory cannot be limited here'
fi

# ---- cells ----

printf '"1.5";"-2";"0"\n3;" 4e-3";1\n5;6;"2"' >quoted.csv
run out.h5 --csv quoted.csv
holds 'cells in quotes make the same bytes' cmp out.h5 kept.h5
printf 'x,"a; b; c"\n1,2\n3,4\n' >named.csv
run out.h5 --csv named.csv --header --delimiter comma --target-columns 'a; b; c'
same 'a delimiter can be given' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float64 [2][1], /y int32 [2]'
fails 'a delimiter that is another' 65 'plain.csv: no columns are left for the inputs' \
    out.h5 --csv plain.csv --delimiter tab
fails 'a delimiter that is none' 64 '--delimiter takes comma, semicolon or tab, not ,' \
    out.h5 --csv plain.csv --delimiter ,
printf '1;2,5;0\n' >decimal.csv
fails 'decimal commas' 65 \
    "decimal.csv: line 1, column 2: '2,5' is not a number; write decimals with a point, not with a comma" \
    out.h5 --csv decimal.csv
printf '1,"2\n3",4\n' >broken.csv
fails 'a line break in a cell' 65 'broken.csv: line 1, column 2: a quote is not closed in this line' \
    out.h5 --csv broken.csv
printf '1,,0\nNA,4,1\n5,nan,2\n' >gaps.csv
fails 'a cell that is missing' 65 \
    'gaps.csv: line 1, column 2: the cell is empty; --missing imports such inputs as NaN' \
    out.h5 --csv gaps.csv
run out.h5 --csv gaps.csv --missing
same 'missing cells can be taken' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float64 [3][2], /y int32 [3]'
contents 'missing cells are NaN' out.h5 /x 2 $'1,nan\nnan,4\n5,nan'
fails 'a target that is missing' 65 'gaps.csv: row 1 of the table has no target (column 2); remove such rows' \
    out.h5 --csv gaps.csv --missing --target-columns 2

# ---- classes ----

printf 'size,kind\n1,wasp\n2,"ant, red"\n3,bee\n' >kinds.csv
printf 'size,kind\n4,bee\n5,Ant\n' >kinds2.csv
run out.h5 --csv kinds.csv kinds2.csv --header --classes
same 'names of classes are read' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float64 [5][1], /y int32 [5]'
contents 'classes are numbered in their order' out.h5 /y 1 $'3\n1\n2\n2\n0'
if [ -n "$has_h5dump" ]; then
    same 'the names of the classes are stored' "$(attribute out.h5 /y/classes)" '"Ant" "ant, red" "bee" "wasp"'
fi
run out.h5 --csv kinds.csv --header --classes --split 0.5
if [ -n "$has_h5dump" ]; then
    same 'parts have the names of all classes' "$(attribute out.h5 /test/y/classes)" '"ant, red" "bee" "wasp"'
fi
fails 'names without --classes' 65 "kinds.csv: line 2, column 2: 'wasp' is not a number" out.h5 --csv kinds.csv --header
fails 'names in an input' 65 "kinds.csv: line 2, column 2: 'wasp' is not a number" \
    out.h5 --csv kinds.csv --header --classes --target-columns size
printf '1,bee\n2,\n' >unnamed.csv
fails 'a class without a name' 65 'unnamed.csv: line 2, column 2: the name of the class is missing' \
    out.h5 --csv unnamed.csv --classes --missing
fails 'two columns of classes' 64 '--classes requires exactly one target column, not 2' \
    out.h5 --csv plain.csv --classes --target-columns 1,2

# ---- inputs alone ----

printf '1.5,-2\n3,4e-3\n' >inputs.csv
run out.h5 --csv inputs.csv --no-targets
same 'a table of inputs is read' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float64 [2][2]'
contents 'all columns are inputs' out.h5 /x 2 $'1.5,-2\n3,0.0040000000000000001'
fails '--no-targets with targets' 64 '--no-targets cannot be combined with targets' \
    out.h5 --csv plain.csv --no-targets --target-columns 1

# ---- numpy ----

# npy FILE DESCR FORTRAN SHAPE BYTES: a file as numpy.save() writes it; SHAPE and BYTES are formats of printf
npy()
{
    local header
    header=$(printf "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" "$2" "$3" "$4")
    {
        printf '\223NUMPY\1\0'
        printf '%b' "\\0$(printf %o $((${#header} + 1)))\\0000"
        printf '%s\n' "$header"
        # shellcheck disable=SC2059
        printf "$5"
    } >"$1"
}

npy x.npy '<f4' False '(2, 2)' '\0\0\300\77\0\0\0\300\0\0\100\100\0\0\200\76'
npy y.npy '|i1' False '(2,)' '\5\377'
npy y3.npy '|i1' False '(3,)' '\5\377\1'
npy fortran.npy '>f4' True '(2, 2)' '\77\300\0\0\100\100\0\0\300\0\0\0\76\200\0\0'
npy images.npy '|u1' False '(2, 1, 3)' '\1\2\3\4\5\6'
npy objects.npy '|O' False '(2,)' 'xxxxxxxxxxxxxxxx'
npy nan.npy '<f4' False '(2,)' '\0\0\0\0\0\0\300\177'
npy inf.npy '<f4' False '(2,)' '\0\0\0\0\0\0\200\177'
run out.h5 --npy x.npy y.npy
same 'arrays are imported' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float32 [2][2], /y int8 [2]'
contents 'the inputs are those of the array' out.h5 /x 2 $'1.5,-2\n3,0.25'
contents 'the targets are those of the array' out.h5 /y 1 $'5\n-1'
run turned.h5 --npy fortran.npy y.npy
holds 'orders of bytes and of dimensions make the same bytes' cmp out.h5 turned.h5
gzip -k x.npy
run packed.h5 --npy x.npy.gz y.npy
holds 'an array may be packed' cmp out.h5 packed.h5
printf '\0\0\10\1\0\0\0\2\5\6' >labels.idx
run mixed.h5 --arrays x.npy labels.idx
same 'the format of each array is recognized' "$code $(cat stdout stderr)" \
    '0 wrote mixed.h5: /x float32 [2][2], /y uint8 [2]'
run out.h5 --npy images.npy --group /new
same 'inputs need no targets, and keep their dimensions' "$code $(cat stdout stderr)" \
    '0 wrote out.h5: /new/x uint8 [2][1][3]'
run out.h5 --npy images.npy y.npy --split 0.5
same 'arrays are split' "$(cat stdout)" \
    'wrote out.h5: /train/x uint8 [1][1][3], /train/y int8 [1], /test/x uint8 [1][1][3], /test/y int8 [1]'
fails 'more targets than inputs' 65 'x.npy has 2 rows, but y3.npy has 3' out.h5 --npy x.npy y3.npy
fails 'Python objects' 65 'objects.npy: contains Python objects (pickled) of type' out.h5 --npy objects.npy
head -c 100 x.npy | head -c -1 >cut.npy
fails 'an array that is cut short' 65 'cut.npy: is truncated' out.h5 --npy cut.npy
fails 'no array' 65 'plain.csv: is not a .npy file (it begins with 31 2e 35 2c)' out.h5 --npy plain.csv
fails 'NaN among the inputs' 65 'nan.npy: row 2 contains NaN; specify --missing to accept missing inputs' \
    out.h5 --npy nan.npy
run out.h5 --npy nan.npy y.npy --missing
contents 'NaN can be taken' out.h5 /x 2 $'0,nan'
fails 'NaN among the targets' 65 'nan.npy: row 2 contains NaN' out.h5 --npy y.npy nan.npy --missing
fails 'infinity' 65 'inf.npy: row 2 contains infinity' out.h5 --npy inf.npy --missing
fails 'an array that is missing' 66 'absent.npy: cannot be read: No such file' out.h5 --npy x.npy absent.npy
fails 'three arrays' 64 'unexpected argument y3.npy' out.h5 --npy x.npy y.npy y3.npy
fails '--header with --npy' 64 'require --csv' out.h5 --npy x.npy y.npy --header
fails '--inputs with --npy' 64 '--inputs and --targets require --npz' out.h5 --npy x.npy y.npy --inputs x

if command -v python3 >/dev/null; then
    python3 -c '
import zipfile
with zipfile.ZipFile("a.npz", "w", zipfile.ZIP_DEFLATED) as z:
    for name in ("x", "y", "y3"): z.write(name + ".npy")
with zipfile.ZipFile("b.npz", "w") as z:
    z.write("fortran.npy"); z.write("y.npy", "labels.npy")'
    run whole.h5 --npy x.npy y.npy
    run out.h5 --npz a.npz
    if grep -q 'built without libzip' stderr; then
        skip 'archives are read' 'built without libzip'
    else
        same 'an archive is imported' "$code $(cat stdout stderr)" '0 wrote out.h5: /x float32 [2][2], /y int8 [2]'
        holds 'an archive makes the bytes of its arrays' cmp out.h5 whole.h5
        run out.h5 --npz b.npz --inputs fortran --targets=labels
        holds 'arrays are chosen by name' cmp out.h5 whole.h5
        run out.h5 --npz b.npz --inputs fortran --no-targets
        same 'an archive needs no targets' "$(cat stdout)" 'wrote out.h5: /x float32 [2][2]'
        fails 'an array that is not there' 65 \
            "b.npz: has no array 'x'; its arrays are fortran, labels; select them by --inputs and --targets" \
            out.h5 --npz b.npz
        fails 'an archive with more targets than inputs' 65 \
            "a.npz: array 'x' has 2 rows, but a.npz: array 'y3' has 3" out.h5 --npz a.npz --targets y3
        head -c 200 a.npz >cut.npz
        fails 'an archive that is cut short' 65 'cut.npz: is not a .npz file or is damaged' out.h5 --npz cut.npz
        fails 'no archive' 65 'x.npy: is not a .npz file' out.h5 --npz x.npy
        fails 'an archive as .npy' 65 'a.npz: is an archive of arrays (.npz); use --npz to import it' out.h5 --npy a.npz
        fails 'an archive that is missing' 66 'absent.npz: cannot be read: No such file' out.h5 --npz absent.npz
    fi
else
    skip 'archives are read' 'no python3 to make one'
fi

# ---- chunks ----

# 400,000 rows of 20 bytes of inputs: 7.6 MiB, so 8 chunks of 52,428 rows
awk 'BEGIN { for (i = 0; i < 400000; i++) print "abcdefghij0123456789" }' | tr -d '\n' >bytes
{
    printf '\0\0\10\2\0\6\32\200\0\0\0\24'
    cat bytes
} >large.idx
{
    printf '\0\0\10\1\0\6\32\200'
    head -c 400000 bytes
} >large_labels.idx
export FCNN_SIZES='' # chunks as in production
MALLOC_PERTURB_=85 "$import" one.h5 --idx large.idx large_labels.idx >stdout
MALLOC_PERTURB_=170 "$import" two.h5 --idx large.idx large_labels.idx >stdout
holds 'chunks make equal bytes, whatever was in memory' cmp one.h5 two.h5
if [ -n "$has_h5dump" ]; then
    layout=$(h5dump -H -p -d /x one.h5 | grep -o 'CHUNKED.*)')
    same 'large datasets are in chunks of whole rows' "$layout" 'CHUNKED ( 52428, 20 )'
    same 'what fits into one chunk is in one piece' "$(h5dump -H -p -d /y one.h5 | grep -o CONTIGUOUS)" 'CONTIGUOUS'
    h5dump -d /x -b -o raw one.h5 >/dev/null
    holds 'what is in chunks is what was there' cmp bytes raw
fi

tap_done
