#!/bin/sh
# Makes configure and what it needs, in a checkout.  A release tarball has them already.
set -eu
cd "$(dirname "$0")"
exec autoreconf -fi
