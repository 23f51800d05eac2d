#!/usr/bin/env bash
# The recipes in scripts/packaging: they parse, name packages that there are and options that configure has, and their
# versions are those of configure.ac.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=../tap.sh
. "$here/tap.sh"
# shellcheck source=../../scripts/common.sh
. "$here/../scripts/common.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
cd "$root/scripts/packaging" || exit 1
version=$(sed -n 's/^AC_INIT(\[fcnn\], \[\([^]]*\)\].*/\1/p' "$root/configure.ac")
work=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-packaging-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

tap_empty "packaging: Makefile.am lists every file" "$(find . -type f ! -path '*/__pycache__/*' | sed 's|^\./||' |
    while read -r file; do
        grep -qF "scripts/packaging/$file" "$root/Makefile.am" "$root/configure.ac" || echo "$file"
    done)"

# ---- versions ----

tap_empty "packaging: versions are $version, as in configure.ac" "$(
    sed 1q debian/changelog | grep -qF "fcnn ($version-" || echo debian/changelog
    grep -qF "version(\"$version\")" package.py || echo 'package.py: version()'
    grep -qF "fcnn-$version.tar.gz" package.py || echo 'package.py: url'
    awk 'NF == 2 && $1 ~ /@/ { print $2 }' debian/libfcnn0.symbols | while read -r since; do
        [ "$(printf '%s\n%s\n' "$since" "$version" | sort -V | tail -n 1)" = "$version" ] || echo "symbols: $since"
    done)"

# ---- containers ----

# The commands of a RUN, whose lines end in a backslash; those of a section of fcnn.def.
runs() { awk '/^RUN / { inside = 1; sub(/^RUN /, "") } inside { print } !/\\$/ { inside = 0 }' Dockerfile; }
section() { awk -v name="%$1" '/^%/ { inside = $0 == name; next } inside' fcnn.def; }
# packages TEXT: what each apt-get install in it installs, one list a line
packages()
{
    sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' <<<"$1" | sed -n 's/.*--no-install-recommends *//p' |
        sed 's/&&.*//' | tr -s ' '
}

tap_run "packaging: the RUN lines of Dockerfile parse" sh -n -c "$(runs)"
tap_run "packaging: Dockerfile has them" test "$(runs | grep -c '&&')" -gt 5
tap_empty "packaging: Dockerfile copies from where it put" "$(
    grep -qF 'COPY --from=build /installed/usr/local /usr/local' Dockerfile && runs | grep -q DESTDIR=/installed ||
        echo Dockerfile)"
for part in post runscript test; do
    tap_run "packaging: %$part of fcnn.def parses" sh -n -c "$(section $part)"
    tap_run "packaging: fcnn.def has %$part" grep -q . <<<"$(section $part)"
done
tap_empty "packaging: containers are built with the packages of scripts/common.sh" "$(
    for text in "$(runs)" "$(section post)"; do
        diff <(tr -s ' ' '\n' <<<"$fcnn_build_packages") <(packages "$text" | sed 1q | tr ' ' '\n' | grep .)
    done)"
system=$(sed -n 's/^FROM debian:\([a-z]*\).*/\1/p' Dockerfile | sort -u)
tap_empty "packaging: all containers have one Debian" \
    "$(grep -qxF "From: debian:$system-slim" fcnn.def || echo "$system is not what fcnn.def says")"
if command -v apt-cache >/dev/null && grep -qx "VERSION_CODENAME=$system" /etc/os-release; then
    tap_empty "packaging: Debian $system has the containers' packages" "$(packages "$(runs)" | tr ' ' '\n' | grep . |
        while read -r package; do
            apt-cache show "$package" >"$work/said" 2>&1 || echo "$package"
        done)"
else
    tap_skip "packaging: Debian $system has the containers' packages" "this is another system"
fi

# ---- Spack ----

if command -v python3 >/dev/null; then
    # What Spack has, as far as the recipe uses it: each call is noted.
    mkdir "$work/spack"
    cat >"$work/spack/package.py" <<'END_OF_PYTHON'
noted = []


def note(name):
    return lambda *words, **named: noted.append((name, words, named))


license, version, variant, depends_on = map(note, ("license", "version", "variant", "depends_on"))


class Spec:
    prefix, mpicc = "PREFIX", "MPICC"

    def __getitem__(self, name):
        wanted = [words[0].split("@")[0] for kind, words, _ in noted if kind == "depends_on"]
        assert name in wanted, f"{name} is no dependency"
        return self


class AutotoolsPackage:
    spec = Spec()

    def with_or_without(self, name):
        assert name in [words[0] for kind, words, _ in noted if kind == "variant"], f"{name} is no variant"
        return [f"--without-{name}"]
END_OF_PYTHON
    cat >"$work/try.py" <<'END_OF_PYTHON'
import importlib.util
import re
import sys

recipe, configure = sys.argv[1:]
where = importlib.util.spec_from_file_location("recipe", recipe)
module = importlib.util.module_from_spec(where)
where.loader.exec_module(module)
from spack.package import noted

texts = [open(name).read() for name in configure.split(":")]
known = re.findall(r"AC_ARG_WITH\(\[(\w+)\]", "".join(texts))
for argument in module.Fcnn().configure_args():
    option = re.fullmatch(r"--with(?:out)?-(\w+)(=.*)?", argument)
    if option is None and not argument.startswith("CC="):
        sys.exit(f"{argument} is no option of configure")
    if option is not None and option[1] not in known:
        sys.exit(f"configure has no {argument}")
variants = [words[0] for kind, words, _ in noted if kind == "variant"]
for kind, words, named in noted:
    if named.get("when", "+libzip").lstrip("+~") not in variants:
        sys.exit(f"{words[0]}: no variant {named['when']}")
for library in "mpi", "hdf5", "xxhash", "openssl", "zlib-api", "libzip":
    if not any(kind == "depends_on" and words[0].split("@")[0] == library for kind, words, _ in noted):
        sys.exit(f"{library} is missing")
END_OF_PYTHON
    tap_run "packaging: package.py fits to configure" env PYTHONPATH="$work" PYTHONDONTWRITEBYTECODE=1 \
        python3 "$work/try.py" package.py "$root/configure.ac:$root/m4/hdf5.m4"
else
    tap_skip "packaging: package.py fits to configure" "no python3"
fi
tap_done
