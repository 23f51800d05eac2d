#!/usr/bin/env bash
# Runs a command in the system of a folder, with this environment:
#   in_root.sh ROOT CODE SCRATCH COMMAND [ARGUMENT…]
# In it, /mnt/code is the folder CODE, which cannot be written, and /mnt/scratch is the folder SCRATCH.  These mounts,
# and those of /proc, /sys and /dev, exist only for the command and what it starts: nothing changes in the folder, and
# when the command ends, in whatever way, the kernel removes them.  The command has the process number of this script.
# Needs root.
set -eu
if [ "$1" != --apart ]; then
    exec unshare --mount --propagation private bash "$0" --apart "$@"
fi
root=$2 code=$3 scratch=$4
shift 4
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs none "$root/mnt"
mkdir "$root/mnt/code" "$root/mnt/scratch"
mount --bind "$code" "$root/mnt/code"
mount -o remount,bind,ro "$root/mnt/code"
mount --bind "$scratch" "$root/mnt/scratch"
exec chroot "$root" "$@"
