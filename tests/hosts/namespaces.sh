# tests/hosts/namespaces.sh — sourced: network namespaces as hosts with TCP between them, by a bridge.  It is for tests
# that run apart (tests/apart.sh): nothing here removes them.
# shellcheck shell=bash

# hosts_up NAME…: makes them, and the file agent, which mpirun uses instead of ssh
hosts_up()
{
    local name i=0
    ip link add fcnnbr type bridge || return 1
    ip link set fcnnbr up
    for name; do
        i=$((i + 1))
        ip netns add "$name" || return 1
        ip link add "fv$name" type veth peer name "fp$name" || return 1
        ip link set "fp$name" master fcnnbr
        ip link set "fp$name" up
        ip link set "fv$name" netns "$name" name eth0
        ip -n "$name" addr add "10.77.1.$i/24" dev eth0
        ip -n "$name" link set lo up
        ip -n "$name" link set eth0 up
    done
    # what mpirun calls as: agent [option…] HOST COMMAND…
    cat >agent <<'END'
#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
host=$1
shift
ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; exec sh -c "$*"' "$host" "$@"
code=$?
# like ssh, it does not learn at once that a host is gone
[ $code -lt 128 ] || sleep 20
exit $code
END
    chmod +x agent
}

# on_hosts HOST:RANKS,… NP COMMAND…: mpirun, started on the first of the hosts; it finds a dead link in 4 s
on_hosts()
{
    local list=$1 np=$2 name options=()
    shift 2
    # Open MPI 4 and 5 know the first of these names, 6 the second; what they do not know they ignore
    for name in "keepalive_time ${keepalive:-2}" 'keepalive_intvl 1' 'keepalive_probes 2'; do
        options+=(--mca "oob_tcp_${name% *}" "${name#* }" --mca "prte_${name% *}" "${name#* }")
    done
    # shellcheck disable=SC2016,SC2154 # expanded by that sh; limit comes from system.sh
    ip netns exec "${list%%:*}" unshare --uts sh -c 'hostname "$0"; exec "$@"' "${list%%:*}" \
        timeout -k 5 "$limit" mpirun --allow-run-as-root --oversubscribe --bind-to none --host "$list" -np "$np" \
        --mca plm_rsh_agent "$PWD/agent" --mca btl_tcp_if_include eth0 --mca mpi_yield_when_idle 1 \
        "${options[@]}" "$@" </dev/null
}
