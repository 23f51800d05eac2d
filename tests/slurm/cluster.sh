# tests/slurm/cluster.sh — sourced: a SLURM of one controller and some virtual nodes on this machine, as root, without
# systemd or cgroups; its files lie in $cluster.  It is for tests that run apart (tests/apart.sh): nothing here stops
# it.
# shellcheck shell=bash

cluster=

# cluster_config NODES: writes slurm.conf and cgroup.conf
cluster_config()
{
    local nodes=$1 i host
    host=$(hostname)
    # no cgroups: they are not to be had in containers
    echo CgroupPlugin=cgroup/v1 >"$cluster/etc/cgroup.conf"
    {
        cat <<END
ClusterName=fcnn
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/munge/s,cred_expire=5
SlurmctldPidFile=$cluster/state/slurmctld.pid
SlurmdPidFile=$cluster/state/slurmd.%n.pid
SlurmctldLogFile=$cluster/log/slurmctld.log
SlurmdLogFile=$cluster/log/slurmd.%n.log
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
TmpFS=$cluster/tmp/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=1
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
KillWait=5
SlurmdTimeout=30
JobRequeue=1
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
        for ((i = 1; i <= nodes; i++)); do
            echo "NodeName=n$i NodeHostname=n$i NodeAddr=127.0.0.1 Port=$((17000 + i)) CPUs=8"
        done
    } >"$cluster/etc/slurm.conf"
}

# cluster_up NODES: starts it, and sets SLURM_CONF for the clients
cluster_up()
{
    local nodes=$1 i
    cluster=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-slurm-XXXXXX") || return 1
    chmod 755 "$cluster"
    mkdir "$cluster"/{etc,munge,state,log,spool,tmp}
    chmod 711 "$cluster/munge"
    head -c 128 /dev/urandom >"$cluster/munge/key"
    chmod 400 "$cluster/munge/key"
    # an interface of their own: MPI leaves 127.0.0.1 alone, and the daemons of Open MPI 6 the whole loopback interface;
    # without addresses of IPv6, for which Open MPI 6.0.0rc2 may end (open-mpi/ompi#14079)
    ip link add fcnn0 type veth peer name fcnn1 && ip addr add 10.99.0.1/24 dev fcnn0 &&
        ip link set fcnn0 addrgenmode none && ip link set fcnn0 up && ip link set fcnn1 up || return 1
    export OMPI_MCA_btl_tcp_if_include=fcnn0 OMPI_MCA_oob_tcp_if_include=fcnn0 PRTE_MCA_prte_if_include=fcnn0
    munged --force --key-file="$cluster/munge/key" --socket="$cluster/munge/s" --pid-file="$cluster/munge/pid" \
        --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" || return 1
    cluster_config "$nodes"
    export SLURM_CONF=$cluster/etc/slurm.conf
    slurmctld -c || return 1
    for ((i = 1; i <= nodes; i++)); do
        # PMIx wants the folder there, and MPI a host name of its own for each node
        mkdir -m 1777 "$cluster/tmp/n$i"
        unshare --uts sh -c "hostname n$i && exec slurmd -N n$i" || return 1
    done
    for ((i = 0; i < 150; i++)); do
        [ "$(sinfo -hN -o %T 2>/dev/null | grep -cx idle)" = "$nodes" ] && return 0
        sleep 0.2
    done
    return 1
}

# job_state ID: such as RUNNING, COMPLETED
job_state()
{
    scontrol show job "$1" 2>/dev/null | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p' | head -n 1
}

# job_nodes ID: such as n[1-2]
job_nodes()
{
    scontrol show job "$1" 2>/dev/null | sed -n 's/^ *NodeList=//p' | head -n 1
}

# job_is ID SECONDS STATE…: waits until the job is in one of these states; the last word is in $state
job_is()
{
    local id=$1 seconds=$2 tries wanted
    shift 2
    for ((tries = 0; tries < 5 * seconds; tries++)); do
        state=$(job_state "$id")
        for wanted; do
            [ "$state" = "$wanted" ] && return 0
        done
        sleep 0.2
    done
    return 1
}
